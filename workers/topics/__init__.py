"""How much of each topic of a subject stands in a text: what crawling scores documents by, and generating names examples by"""

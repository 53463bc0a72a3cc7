"""How much of each topic of a subject stands in a text: crawling scores documents by it, generating names examples by it"""

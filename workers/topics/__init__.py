"""How much of each topic of a subject stands in a text: documents are scored by it, examples named by it"""

"""Whether an answer stands in its chunk: the quotation found, its numbers, names and negations compared"""

"""How good an example is: a score with visible parts, and the faults that no score outweighs"""

"""Which kinds of example a chunk is asked for, and how many"""

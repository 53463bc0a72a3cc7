"""Examples become a dataset: unique, balanced, free of what the held-out splits and benchmarks hold"""

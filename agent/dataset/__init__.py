"""What there is of a job's training examples, watched, traced back, and written for other tools with a data card"""

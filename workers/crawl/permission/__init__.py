"""What may be used: every statement about it, weighed, with its evidence."""

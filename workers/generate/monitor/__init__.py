"""What a unit tells of its batch of examples, so that a fault of the generator is seen while it works"""

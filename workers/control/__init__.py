"""The control pool: heals, moves jobs on, hands out work."""

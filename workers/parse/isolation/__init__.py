"""Reads each document in a child with limits, so that no document can take the worker with it."""

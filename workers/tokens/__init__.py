"""Tokens as the job's own model counts them, for workers that load no weights"""

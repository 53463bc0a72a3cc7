"""The generate pool: chunks become examples, examples become a dataset."""

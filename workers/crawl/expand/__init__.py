"""The subject as weighted queries and a map of its topics."""

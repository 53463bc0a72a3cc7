"""Personal data and secrets: one file finds one kind, `mask` puts their names in their places."""

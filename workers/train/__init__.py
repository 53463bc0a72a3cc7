"""The train pool: tunes, evaluates, decides, publishes; all heavy work in child processes."""

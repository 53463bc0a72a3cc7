"""What the system tracks: states, records, artifact manifests, progress events."""

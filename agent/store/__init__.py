"""Artifacts on any fsspec URL: blobs by hash, records as JSON lines, a manifest written last."""

from agent.store.artifact import ArtifactReader, ArtifactWriter, artifact_path, read_failures
from agent.store.store import Store

__all__ = ["ArtifactReader", "ArtifactWriter", "Store", "artifact_path", "read_failures"]

"""The parse pool: bytes to documents, documents to chunks."""

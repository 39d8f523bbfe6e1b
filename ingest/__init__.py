"""The writer: files into pages, chunks, vectors, an index. ``python -m ingest DOCS``."""

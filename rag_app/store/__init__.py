"""The index: SQLite holds the truth, FAISS is a cache made from it."""

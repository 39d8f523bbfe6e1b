"""The packaged networks: converted once, kept on disk, and run."""

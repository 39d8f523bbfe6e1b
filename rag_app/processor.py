"""How many processor cores there are to work with."""

import os


def cores() -> int:
    """How many this process may use; of the whole machine on macOS, which sets no limit."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

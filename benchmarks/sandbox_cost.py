"""What the confined child costs: every PDF of a folder parsed in this process and in the child.

    python -m benchmarks.sandbox_cost DOCS

Runs alternate, and the best of three of each counts; the child's start is part of its time.
"""

import sys
import time
from pathlib import Path

from benchmarks import peer
from ingest.loaders.options import LoadingOptions
from ingest.loading import load
from ingest.sandbox import Sandbox
from rag_app.settings import load_settings

_ROUNDS = 3


def main() -> None:
    """Print both times and their ratio."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else peer.DEFAULT_DOCS)
    paths = sorted(folder.rglob("*.pdf"))
    here, child = [], []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        pages = sum(len(load(path, LoadingOptions()).pages) for path in paths)
        here.append(time.perf_counter() - started)
        started = time.perf_counter()
        with Sandbox(load_settings(), folder) as sandbox:
            confined = sum(len(sandbox.load(path).pages) for path in paths)
        child.append(time.perf_counter() - started)
        assert pages == confined
    print(f"{len(paths)} files, {pages} pages")
    print(f"in this process {min(here):.2f} s, in the child {min(child):.2f} s")
    print(f"the child takes {100 * (min(child) / min(here) - 1):+.1f}%")


if __name__ == "__main__":
    main()

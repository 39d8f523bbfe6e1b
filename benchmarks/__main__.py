"""``python -m benchmarks [DOCS]``: every benchmark over a folder of PDFs, one after another."""

import subprocess
import sys

from benchmarks.peer import DEFAULT_DOCS

ALL = (
    "ingest_speed",
    "answer_speed",
    "kept_vectors",
    "llm_engines",
    "pdf_readers",
    "sandbox_cost",
    "highlights",
    "dense_stores",
)


def main() -> None:
    """Run each in a process of its own, so that none warms another's caches."""
    documents = sys.argv[1] if len(sys.argv) > 1 else str(DEFAULT_DOCS)
    for name in ALL:
        print(f"\n== {name}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}", documents], check=True)


if __name__ == "__main__":
    main()

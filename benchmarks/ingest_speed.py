"""Pages a second of ``python -m ingest`` over those of the peer, on the PDFs of a folder.

    python -m benchmarks.ingest_speed DOCS

Ours is a whole process, its start and its models' loading included; the peer's models are
loaded before its clock starts. Prints seconds, pages a second, peak memory, and the ratio.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import peer


def main() -> None:
    """Both over the same files, one after the other."""
    documents = Path(sys.argv[1] if len(sys.argv) > 1 else peer.DEFAULT_DOCS).resolve()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "pdfs"
        folder.mkdir()
        for number, path in enumerate(sorted(documents.rglob("*.pdf"))):
            (folder / f"{number:04}-{path.name}").hardlink_to(path) if _same_disk(
                path, folder
            ) else (folder / f"{number:04}-{path.name}").write_bytes(path.read_bytes())
        environment = {**os.environ, "RAG_INDEXES_DIR": f"{temporary}/indexes"}
        first_s, report = _ingest(folder, environment)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
        second_s, _ = _ingest(folder, environment)
        pages = report["pages_read"]
        print(
            f"ours: {pages} pages, {report['chunks']} chunks in {first_s:.1f} s,"
            f" {pages / first_s:.1f} pages/s, {report['precision']}, peak {peak:.2f} GiB;"
            f" second run {second_s:.2f} s",
            flush=True,
        )
        peer_pages, peer_s = peer.ingest(folder)
        print(f"peer: {peer_pages} pages in {peer_s:.1f} s, {peer_pages / peer_s:.1f} pages/s")
        print(f"ratio of pages a second: {pages / first_s / (peer_pages / peer_s):.1f}")


def _ingest(folder: Path, environment: dict[str, str]) -> tuple[float, dict]:  # type: ignore[type-arg]
    started = time.perf_counter()
    run = subprocess.run(
        [sys.executable, "-m", "ingest", str(folder), "--json"],
        env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return time.perf_counter() - started, json.loads(run.stdout)


def _same_disk(path: Path, folder: Path) -> bool:
    return path.stat().st_dev == folder.stat().st_dev


if __name__ == "__main__":
    main()

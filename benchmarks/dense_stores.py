"""``python -m benchmarks.dense_stores FOLDER [STORE ...]``: FAISS and other stores side by side.

An index of FOLDER is searched densely in FAISS, then in Milvus Lite and in each STORE named as
``python -m ingest --store`` names it; what is printed is how far the first ten agree with FAISS's,
and the time of a search as a ratio to FAISS's.
"""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

from ingest.pipeline import ingest
from rag_app.embedding import load_embedder
from rag_app.settings import Settings, load_settings
from rag_app.store.dense import move_vectors
from rag_app.store.places import index_folder
from rag_app.store.reader import IndexReader

_QUERIES, _ROUNDS, _K = 40, 3, 10


def main() -> None:
    """Print a line for each store."""
    folder, *stores = sys.argv[1:] or ["examples/documents"]
    with tempfile.TemporaryDirectory() as work:
        settings = load_settings(indexes_dir=Path(work))
        ingest(Path(folder), settings=settings)
        home = index_folder(settings, "default")
        truth, base = searched(settings)
        print(f"faiss: {1000 * base:.1f} ms a search")
        for store in [f"milvus:{work}/vectors.db", *stores]:
            move_vectors(home, store)
            found, seconds = searched(settings)
            shares = [len({*a} & {*b}) / len(a) for a, b in zip(truth, found, strict=True)]
            name, ratio = store.partition(":")[0], seconds / base
            print(f"{name}: first {_K} the same {np.mean(shares):.3f}, {ratio:.1f} × faiss's time")


def searched(settings: Settings) -> tuple[list[list[int]], float]:
    """The first ten chunks of each query, and the median seconds of a search."""
    reader = IndexReader(index_folder(settings, "default"))
    load_embedder(settings)
    ids = reader.database.chunk_ids()
    chosen = ids[np.linspace(0, ids.size - 1, _QUERIES).astype(int)]
    queries = reader.database.vectors(chosen.tolist())
    noise = np.random.default_rng(1).standard_normal(queries.shape).astype(np.float32) / 40
    found, seconds = [], []
    for _ in range(_ROUNDS):
        found = []
        for query in queries + noise:
            with reader.snapshot():
                started = time.perf_counter()
                hits = reader.dense(query / np.linalg.norm(query), _K)
                seconds.append(time.perf_counter() - started)
            found.append([chunk for chunk, _ in hits])
    return found, median(seconds)


if __name__ == "__main__":
    main()

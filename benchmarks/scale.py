"""Search and ingest by the size of the index: seconds, files, memory, recall.

    python -m benchmarks.scale [CHUNKS ...]

Makes up indexes of so many chunks (10000 100000 1000000) in the temporary folder, the largest of
6 GB, measures each in a process of its own, and writes ``scale.svg`` where it is started. Times
are told as p50 / p95 in milliseconds on the clock, and of the processor, which other programs on
the machine disturb less.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scale_corpus import Corpus
from benchmarks.scale_plot import plot
from rag_app.embedding import load_embedder
from rag_app.retrieval import retrieve
from rag_app.settings import Settings, load_settings
from rag_app.store.database import Database
from rag_app.store.reader import IndexReader
from rag_app.store.vectors import VectorIndex
from rag_app.terms import stems_of

_QUESTIONS, _COMPARED = 60, 30
_FILES = 50  # small ones, that are ingested


def main() -> None:
    """Every size, one after another."""
    sizes = [int(argument) for argument in sys.argv[1:]] or [10_000, 100_000, 1_000_000]
    results = []
    with tempfile.TemporaryDirectory() as temporary:
        for size in sizes:
            settings = load_settings(indexes_dir=Path(temporary) / str(size))
            started = time.perf_counter()
            Corpus(load_embedder(settings).identity).write(settings.indexes_dir / "made", size)
            print(f"\n{size:,} chunks made up in {time.perf_counter() - started:.0f} s", flush=True)
            results.append(measure_apart(settings.indexes_dir))
    plot(results, Path("scale.svg"))


def measure_apart(indexes_dir: Path) -> dict[str, float]:
    """One index's figures, printed too; FAISS's file is made by the way."""
    save = _apart(indexes_dir, "save")
    result = _apart(indexes_dir, "search") | save
    result |= {f"ingest_{name}_s": _ingest(indexes_dir, name) for name in ("empty", "made")}
    for name, value in result.items():
        print(f"{name:>26} {value:,.3f}" if value < 10 else f"{name:>26} {value:,.0f}", flush=True)
    return result


def measure_save(settings: Settings) -> dict[str, float]:
    """FAISS's file made of all chunks."""
    database = Database(settings.indexes_dir / "made")
    started, spent = time.perf_counter(), time.process_time()
    VectorIndex(database.folder).save(database)
    return {
        "build_s": time.perf_counter() - started,
        "build_cpu_s": time.process_time() - spent,
        "build_peak_mib": _memory("VmHWM"),
        "sqlite_mb": (database.folder / "index.sqlite").stat().st_size / 1e6,
        "faiss_mb": (database.folder / "vectors.faiss").stat().st_size / 1e6,
    }


def measure_search(settings: Settings) -> dict[str, float]:
    """Each search by itself, and ``retrieve`` as a whole."""
    corpus, folder = Corpus(load_embedder(settings).identity, seed=9), settings.indexes_dir / "made"
    load_embedder(settings).encode(["warm"])
    before = _memory("VmRSS")
    started = time.perf_counter()
    reader = IndexReader(folder)
    with reader.snapshot():
        opened = time.perf_counter() - started
        chunks = reader.database.chunk_count()
        questions = _questions(reader.database, chunks)
        vectors = corpus.vectors(_QUESTIONS)
        result = {"chunks": float(chunks), "open_s": opened}
        found = list(_timed("dense", result, lambda v: reader.dense(v, 100), vectors))
        list(_timed("counts", result, _counting(reader.database), questions))
        list(_timed("lexical", result, lambda q: reader.lexical(q, 400, 0.3), questions))
        result["recall_at_10"] = _recall(reader.database, vectors[:_COMPARED], found)
    list(_timed("retrieve", result, _retrieving(settings), questions))
    result["resident_mib"] = _memory("VmRSS")
    result["of_it_models_mib"] = before
    return result


def _apart(indexes_dir: Path, what: str) -> dict[str, float]:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.scale", f"--{what}"],
        env=_environment(indexes_dir), check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return found


def _environment(indexes_dir: Path) -> dict[str, str]:
    return {**os.environ, "RAG_INDEXES_DIR": str(indexes_dir)}


def _questions(database: Database, chunks: int) -> list[str]:
    """Some words of a chunk each, commoner ones more often, as in texts."""
    generator = np.random.default_rng(4)
    found = []
    for chunk in generator.integers(1, chunks, _QUESTIONS):
        words = database.passages([int(chunk)])[int(chunk)].text.split()
        found.append(" ".join(generator.choice(words, generator.integers(3, 9))))
    return found


def _timed(
    name: str, result: dict[str, float], call: Callable[[Any], Any], items: Sequence[Any]
) -> list[Any]:
    """What each call gave; its times in ``result``, the first call's left out."""
    call(items[0])
    found, clock, processor = [], [], []
    for item in items:
        started, spent = time.perf_counter(), time.process_time()
        found.append(call(item))
        clock.append(1e3 * (time.perf_counter() - started))
        processor.append(1e3 * (time.process_time() - spent))
    for kind, times in (("", clock), ("_cpu", processor)):
        result[f"{name}_p50{kind}_ms"] = float(np.percentile(times, 50))
        result[f"{name}_p95{kind}_ms"] = float(np.percentile(times, 95))
    return found


def _counting(database: Database) -> Callable[[str], object]:
    return lambda question: database.document_frequencies(stems_of(question))


def _retrieving(settings: Settings) -> Callable[[str], object]:
    return lambda question: retrieve(question, 10, index="made", settings=settings)


def _recall(database: Database, vectors: np.ndarray, found: list) -> float:  # type: ignore[type-arg]
    """How many of the first ten are as near as the true first ten, by scores in full."""
    tenth = np.full((len(vectors), 10), -1.0, np.float32)
    for _, block in database.vector_blocks(20_000):
        tenth = -np.sort(-np.hstack([tenth, vectors @ block.T]), axis=1)[:, :10]
    near = [
        sum(score >= least - 1e-5 for _, score in ranked[:10]) / 10
        for ranked, least in zip(found, tenth[:, -1], strict=False)
    ]
    return float(np.mean(near))


def _ingest(indexes_dir: Path, name: str) -> float:
    """Seconds of a whole run over small files, its start and the models' loading included."""
    folder = indexes_dir / f"files-for-{name}"
    folder.mkdir()
    for number in range(_FILES):
        (folder / f"note-{number}.md").write_text(
            f"# Note {number}\n\nThe {name} index heard of matter {number} on day {number * 7}.\n"
        )
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "ingest", str(folder), "--index", name],
        env=_environment(indexes_dir), check=True, capture_output=True,
    )  # fmt: skip
    return time.perf_counter() - started


def _memory(what: str) -> float:
    """MiB of this process; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith(what))


if __name__ == "__main__":
    if sys.argv[1:] == ["--save"]:
        print(json.dumps(measure_save(load_settings())))
    elif sys.argv[1:] == ["--search"]:
        print(json.dumps(measure_search(load_settings())))
    else:
        main()

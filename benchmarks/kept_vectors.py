"""Seconds of ``ask`` with the sentences' vectors that the index keeps, over those without.

    python -m benchmarks.kept_vectors [DOCS]

Both answer the example questions by quotation, from a warm start; without the kept vectors every
sentence of the passages is embedded when asked, as in an index of an older version. Prints the
median of each, the ratio, what the vectors add to the index's file, and how many answers quote
the same first sentence.
"""

import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from benchmarks import peer
from rag_app.settings import Settings
from rag_app.values import Answer

QUESTIONS = peer.DEFAULT_DOCS.parent / "questions.jsonl"
_ROUNDS = 3


def main() -> None:
    """Alternate between the two, question by question."""
    from ingest.pipeline import ingest
    from rag_app.answering import warm_up
    from rag_app.settings import load_settings
    from rag_app.store.schema import DATABASE_FILE

    documents = Path(sys.argv[1]) if len(sys.argv) > 1 else peer.DEFAULT_DOCS
    rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as temporary:
        settings = load_settings(
            indexes_dir=Path(temporary), log=False, cache=False, answerer="extractive"
        )
        ingest(documents, settings=settings)
        print(warm_up(settings))
        file = Path(temporary) / "default" / DATABASE_FILE
        print(f"index: {file.stat().st_size / 1e6:.1f} MB, of which kept: {_kept(file):.1f} MB")
        with_them, without, same = [], [], 0
        for question in [row["question"] for row in rows] * _ROUNDS:
            kept, embedded = _asked(question, settings), _embedding(_asked, question, settings)
            with_them.append(kept.usage.seconds["total"])
            without.append(embedded.usage.seconds["total"])
            same += _first_quote(kept) == _first_quote(embedded)
    ours, theirs = statistics.median(with_them), statistics.median(without)
    print(f"kept: {ours:.3f} s; embedded when asked: {theirs:.3f} s; ratio {ours / theirs:.2f}")
    print(f"the same first quotation: {same} of {len(with_them)}")


def _asked(question: str, settings: Settings) -> Answer:
    from rag_app import ask

    return ask(question, settings=settings)


def _embedding(asked: Callable[[str, Settings], Answer], question: str, own: Settings) -> Answer:
    with patch("rag_app.store.database.Database.sentence_vectors", lambda *_: {}):
        return asked(question, own)


def _first_quote(answer: Answer) -> str:
    return answer.citations[0].quote if answer.citations else ""


def _kept(file: Path) -> float:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(file)) as connection:
        (total,) = connection.execute(
            "SELECT sum(length(vectors)) FROM sentence_vectors"
        ).fetchone()
    return (total or 0) / 1e6


if __name__ == "__main__":
    main()

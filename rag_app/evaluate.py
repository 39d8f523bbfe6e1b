"""``python -m rag_app.evaluate QUESTIONS.jsonl``: an index and its answers, scored.

QUESTIONS.jsonl has one object a line: ``id``, ``lang`` ("en" or "pt"), ``question``,
``answers``, ``answerable`` and ``evidence``, a list of ``doc`` (file name without suffix) and
``page`` (from 1, or null), optionally with ``grade``.
"""

import argparse
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag_app.command import end, usage
from rag_app.errors import DocumentsError, QuestionError, RagError
from rag_app.evaluation import metrics
from rag_app.evaluation.questions import (
    Place,
    Question,
    document_name,
    read_questions,
    strange_evidence,
)

if TYPE_CHECKING:
    from rag_app.settings import Settings
    from rag_app.values import Answer, Citation, Passage

_KS = (1, 3, 5, 10)
_KEPT = 5  # passages that are kept with a question's scores
_NAMED = 5  # documents that no index holds
_RETRIEVED = 30  # passages, of which several may lie on one page


@dataclass(frozen=True)
class Seen:
    """A passage as it was when the question was asked."""

    source: str
    page: int | None
    text: str


@dataclass(frozen=True)
class Scored:
    """What came of one question; a score that does not apply is left out."""

    id: str
    question: str
    scores: dict[str, float]
    seconds: dict[str, float]
    retrieved: list[Place]
    answer: str = ""
    abstained: bool = False
    expected: list[str] = field(default_factory=list)  # right answers
    evidence: list[Place] = field(default_factory=list)  # right places
    passages: list[Seen] = field(default_factory=list)  # the first that were retrieved


@dataclass(frozen=True)
class Evaluation:
    """Every question's scores, their means and 95% intervals, and seconds a stage."""

    index: str
    questions: list[Scored]
    means: dict[str, float] = field(default_factory=dict)
    intervals: dict[str, tuple[float, float]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, tuple[float, float]] = field(default_factory=dict)  # p50, p95


def evaluate(
    questions: list[Question],
    *,
    index: str,
    settings: "Settings",
    answers: bool = True,
    on_progress: Callable[[int, int], None] = lambda done, count: None,
    stop: threading.Event | None = None,
) -> Evaluation:
    """Ask every question, afresh and in no one's log; once ``stop`` is set, no further one.

    ``on_progress`` is told how many questions of how many are scored. Raises what ``ask`` raises.
    """
    from rag_app.retrieval import checked

    settings = settings.model_copy(update={"log": False, "cache": False})
    for question in questions:
        try:
            checked(question.question, settings)
        except QuestionError as error:
            raise QuestionError(f"Question {question.id!r}: {error}") from error
    scored: list[Scored] = []
    for question in questions:
        if stop is not None and stop.is_set():
            break
        scored.append(_score(question, index, settings, answers))
        on_progress(len(scored), len(questions))
    return summed_up(index, scored)


def summed_up(index: str, scored: list[Scored]) -> Evaluation:
    """Means and intervals of every score, and percentiles of the seconds."""
    names = list(dict.fromkeys(name for item in scored for name in item.scores))
    values = {n: [item.scores[n] for item in scored if n in item.scores] for n in names}
    stages = list(dict.fromkeys(stage for item in scored for stage in item.seconds))
    times = {s: [item.seconds[s] for item in scored if s in item.seconds] for s in stages}
    return Evaluation(
        index=index,
        questions=scored,
        means={name: sum(found) / len(found) for name, found in values.items()},
        intervals={name: metrics.interval(found) for name, found in values.items()},
        counts={name: len(found) for name, found in values.items()},
        seconds={
            stage: (metrics.percentile(spent, 0.5), metrics.percentile(spent, 0.95))
            for stage, spent in times.items()
        },
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the command; its exit code: 0, or 2 after an error that the user can mend."""
    options = _parser().parse_args(arguments)
    try:
        from rag_app.settings import load_settings

        questions = read_questions(options.questions)
        stem = options.out or options.questions.with_name(f"{options.questions.stem}-results")
        _check_folder(stem.absolute().parent)
        for path in (Path(f"{stem}.json"), Path(f"{stem}.html")):
            if path.is_dir():
                raise DocumentsError(f"{path} is a folder: give --out another name.")
        before = _read_run(options.against) if options.against else None
        settings = load_settings(log=False, cache=False)
        _warn_of_strange_evidence(questions, options.index, settings)
        run = evaluate(
            questions,
            index=options.index,
            settings=settings,
            answers=not options.retrieval_only,
            on_progress=_show_progress if sys.stderr.isatty() else lambda done, count: None,
        )
    except RagError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped; nothing is written.\n")
        return 130
    data = asdict(run)
    from rag_app.evaluation.report import as_html, as_text

    sys.stdout.write(as_text(data, before) + "\n\n")
    try:
        Path(f"{stem}.json").write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
        Path(f"{stem}.html").write_text(as_html(data, before), "utf-8")
    except OSError as error:
        sys.stderr.write(
            f"error: {stem}.json and .html cannot be written ({error.strerror}). Free space there,"
            " or name another place with --out.\n"
        )
        return 2
    sys.stdout.write(f"Written: {stem}.json, {stem}.html\n")
    return 0


def _warn_of_strange_evidence(questions: list[Question], index: str, settings: "Settings") -> None:
    """A passage of a document that the index does not hold is never found: no fault of a search."""
    from rag_app.store.database import Database
    from rag_app.store.places import index_folder
    from rag_app.values import INDEXED

    with closing(Database(index_folder(settings, index))) as database:
        sources = [it.source for it in database.documents() if it.outcome == INDEXED]
    if strange := strange_evidence(questions, sources):
        more = f" and {len(strange) - _NAMED} more" if len(strange) > _NAMED else ""
        sys.stderr.write(
            f"warning: the evidence names documents that index {index!r} does not hold, so that"
            f" nothing found counts as right: {', '.join(strange[:_NAMED])}{more}.\n"
        )


def _check_folder(folder: Path) -> None:
    """Raise DocumentsError where no report can be written: before the work, not after it."""
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise DocumentsError(
            f"--out: no report can be written to {folder}. Make this folder, or give yourself the"
            " right to write there, or name another."
        )


def _show_progress(done: int, count: int) -> None:
    sys.stderr.write(f"\r{done} of {count} questions")


def _score(question: Question, index: str, settings: "Settings", answers: bool) -> Scored:
    from rag_app.retrieval import retrieve

    started = time.perf_counter()
    passages = retrieve(question.question, _RETRIEVED, index=index, settings=settings)
    seconds = {"retrieve": time.perf_counter() - started}
    paged = any(page is not None for _, page in question.evidence)
    places = list(dict.fromkeys(_place(passage, paged) for passage in passages))
    scores: dict[str, float] = {}
    if question.evidence:
        gains = {(doc, page if paged else None): g for (doc, page), g in question.evidence.items()}
        rank = next((i for i, place in enumerate(places, 1) if place in gains), None)
        scores |= {f"hit@{k}": metrics.hit(rank, k) for k in _KS}
        scores["mrr@10"] = metrics.reciprocal_rank(rank, 10)
        scores["ndcg@10"] = metrics.ndcg(places, gains, 10)
    scored = Scored(
        question.id, question.question, scores, seconds, places[:10],
        expected=list(question.answers), evidence=list(question.evidence),
        passages=[Seen(p.source, p.page, p.text) for p in passages[:_KEPT]],
    )  # fmt: skip
    if not answers:
        return scored
    from rag_app.answering import ask

    answer = ask(question.question, index=index, settings=settings)
    return replace(
        scored,
        scores=scores | dict(_answer_scores(question, answer, index, settings, paged)),
        seconds=seconds | answer.usage.seconds,
        answer=answer.text,
        abstained=answer.abstained,
    )


def _answer_scores(
    question: Question, answer: "Answer", index: str, settings: "Settings", paged: bool
) -> Iterator[tuple[str, float]]:
    refused = float(answer.abstained)
    if not question.answerable:
        yield "abstention recall", refused
        if question.kind:
            yield f"abstention recall, {question.kind}", refused
    if answer.abstained:
        yield "abstention precision", float(not question.answerable)
    if question.answerable:
        yield "false refusals", refused
    if question.answerable and question.answers:
        text = "" if answer.abstained else answer.text
        yield "exact match", metrics.exact_match(text, question.answers, question.lang)
        yield "token F1", metrics.token_f1(text, question.answers, question.lang)
        yield "contains", metrics.contains(text, question.answers, question.lang)
    if answer.citations:
        verbatim = [_is_verbatim(citation, index, settings) for citation in answer.citations]
        yield "citations verbatim", sum(verbatim) / len(verbatim)
        if question.evidence:
            right = [_named(c.source, c.page, paged) in _places(question, paged)
                     for c in answer.citations]  # fmt: skip
            yield "citations on evidence", sum(right) / len(right)


def _is_verbatim(citation: "Citation", index: str, settings: "Settings") -> bool:
    from rag_app.store.reader import open_index

    text = open_index(index, settings).database.page_text(citation.source, citation.page)
    return text is not None and text[citation.start : citation.end] == citation.quote


def _places(question: Question, paged: bool) -> set[Place]:
    return {(doc, page if paged else None) for doc, page in question.evidence}


def _place(passage: "Passage", paged: bool) -> Place:
    return _named(passage.source, passage.page, paged)


def _named(source: str, page: int | None, paged: bool) -> Place:
    return (document_name(source), page if paged else None)


def _read_run(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if {"questions", "means"} <= found.keys():
            return found
    except OSError as error:
        raise DocumentsError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, AttributeError) as error:
        raise DocumentsError(f"{path} is no result of an evaluation: {error}.") from error
    raise DocumentsError(f"{path} is no result of an evaluation.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rag_app.evaluate", description=usage(__doc__))
    parser.add_argument("questions", type=Path, help="file of questions, one JSON object a line")
    parser.add_argument("--index", default="default", help="name of the index (default: default)")
    parser.add_argument("--out", type=Path, help="where to write, without suffix")
    parser.add_argument("--against", type=Path, help="JSON of another run, to compare with")
    parser.add_argument("--retrieval-only", action="store_true", help="ask no model")
    return parser


if __name__ == "__main__":
    end(main)

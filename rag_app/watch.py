"""``python -m rag_app.watch``: whether watched questions are still answered as they were.

Exit code: 0 where every answer is the same, 1 where one changed, 2 after an error.
"""

import argparse
import json
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass

from rag_app.answer_diff import Difference, KeptAnswer, compare
from rag_app.command import counted, end, usage
from rag_app.errors import RagError, WatchError
from rag_app.settings import Settings, load_settings
from rag_app.store.places import index_folder
from rag_app.values import Request
from rag_app.watched import Watched, drop, keep, watched_questions


@dataclass(frozen=True)
class Outcome:
    """What came of asking a watched question again."""

    watched: Watched
    now: KeptAnswer
    differences: tuple[Difference, ...]  # empty where the answer is the same
    causes: tuple[str, ...]  # what decides an answer and is not as it was, "part: before -> now"


def check(
    index: str,
    settings: Settings,
    on_progress: Callable[[int, int], None] = lambda done, count: None,
    stop: threading.Event | None = None,
) -> list[Outcome]:
    """Ask every watched question of an index again; once ``stop`` is set, no further one.

    ``on_progress`` is told how many of how many are done. Raises WatchError, and what ``ask``
    raises.
    """
    from rag_app.identity import differences

    outcomes: list[Outcome] = []
    watched = watched_questions(index_folder(settings, index))
    for item in watched:
        if stop is not None and stop.is_set():
            break
        on_progress(len(outcomes), len(watched))
        now = _ask(item.question, index, settings)
        hashes = _hashes(index, settings, item.answer)
        causes = differences(item.answer.identity, now.identity)
        outcomes.append(Outcome(item, now, compare(item.answer, now, hashes), tuple(causes)))
    on_progress(len(outcomes), len(watched))
    return outcomes


def watch(question: str, index: str, settings: Settings) -> None:
    """Ask a question, and watch it from now on. Raises WatchError, and what ``ask`` raises."""
    question = question.strip()
    watched = Watched(question, _ask(question, index, settings))
    keep(index_folder(settings, index), [watched])


def accept(outcomes: list[Outcome], index: str, settings: Settings) -> None:
    """Compare with the answers of now from now on. Raises WatchError."""
    fresh = [Watched(outcome.watched.question, outcome.now) for outcome in outcomes]
    keep(index_folder(settings, index), fresh)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.accept and (options.add or options.remove):
        parser.error(
            "--accept asks the watched questions again, --add and --remove ask none: leave one out"
        )
    try:
        return _run(options, load_settings())
    except RagError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2


def _run(options: argparse.Namespace, settings: Settings) -> int:
    from rag_app.store.database import Database

    home = index_folder(settings, options.index)
    with closing(Database(home)):  # one that is not there has no questions to speak of
        pass
    if options.add or options.remove:
        for question in options.add:
            watch(question, options.index, settings)
        unknown = [question for question in options.remove if not drop(home, question.strip())]
        for question in unknown:
            sys.stderr.write(f"not watched in index {options.index!r}: {question}\n")
        return 2 if unknown else 0
    if not watched_questions(home):
        raise WatchError(
            f"No question of index {options.index!r} is watched. Watch one:"
            " python -m rag_app.watch --add QUESTION."
        )
    outcomes = check(options.index, settings)
    changed = sum(bool(outcome.differences) for outcome in outcomes)
    for outcome in outcomes:
        sys.stdout.write((_as_json if options.json else _as_text)(outcome) + "\n")
    if not options.json:
        sys.stdout.write(f"{changed} of {counted(len(outcomes), 'answer')} changed.\n")
    if options.accept:
        accept(outcomes, options.index, settings)
    return 1 if changed else 0


def _ask(question: str, index: str, settings: Settings) -> KeptAnswer:
    """Answered afresh, and in no one's log."""
    from rag_app.answering import ask
    from rag_app.identity import identify

    unlogged = settings.model_copy(update={"log": False, "cache": False})
    answer = ask(question, index=index, settings=unlogged)
    identity = identify(Request(question=answer.question, index=index), settings)
    return KeptAnswer(answer.text, answer.abstained, answer.citations, time.time(), identity)


def _hashes(index: str, settings: Settings, answer: KeptAnswer) -> dict[str, str]:
    """The SHA-256 of each file that the answer cites, as it is in the index now."""
    from rag_app.store.reader import open_index

    database = open_index(index, settings).database
    return database.sha256_of(citation.source for citation in answer.citations)


def _as_text(outcome: Outcome) -> str:
    if not outcome.differences:
        return _printable(f"same     {outcome.watched.question}")
    lines = [f"CHANGED  {outcome.watched.question}"]
    for found in outcome.differences:
        lines.append(f"  {found.kind}" + (f" ({found.why})" if found.why else ""))
        lines += [f"    - {found.before}"] if found.before else []
        lines += [f"    + {found.now}"] if found.now else []
    lines += [f"  not as it was: {cause}" for cause in outcome.causes]
    return "\n".join(_printable(line) for line in lines)


def _as_json(outcome: Outcome) -> str:
    return json.dumps(
        {
            "question": outcome.watched.question,
            "changed": bool(outcome.differences),
            "differences": [asdict(found) for found in outcome.differences],
            "causes": outcome.causes,
            "answer": outcome.now.text,
        },
        ensure_ascii=False,
    )


def _printable(line: str) -> str:
    return "".join(char if char.isprintable() else " " for char in line)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rag_app.watch", description=usage(__doc__))
    parser.add_argument("--index", default="default", help="name of the index (default: default)")
    parser.add_argument(
        "--accept", action="store_true", help="compare with the answers of now from now on"
    )
    parser.add_argument(
        "--add", metavar="QUESTION", action="append", default=[], help="watch it; repeatable"
    )
    parser.add_argument(
        "--remove", metavar="QUESTION", action="append", default=[],
        help="watch it no longer; repeatable",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    return parser


if __name__ == "__main__":
    end(main)

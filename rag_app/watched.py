"""Watched questions: a file beside the index, one JSON object a line, to read and to version."""

import json
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from rag_app.answer_diff import KeptAnswer
from rag_app.errors import WatchError
from rag_app.whole_file import write_whole

WATCHED_FILE = "watched.jsonl"
_writing = threading.Lock()


@dataclass(frozen=True)
class Watched:
    """A question, and the answer that was last accepted."""

    question: str
    answer: KeptAnswer


_READER = TypeAdapter(Watched)


def watched_questions(home: Path) -> list[Watched]:
    """The watched questions of the index in ``home``, oldest first. Raises WatchError."""
    path = home / WATCHED_FILE
    try:
        lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    except (OSError, UnicodeDecodeError) as error:
        raise WatchError(f"{path} cannot be read: {error}.") from error
    found = []
    for number, line in enumerate(lines, 1):
        try:
            if line.strip():
                found.append(_READER.validate_json(line))
        except ValidationError as error:
            raise WatchError(
                f"{path}, line {number}, is no watched question. Mend or delete the line."
            ) from error
    return found


def keep(home: Path, items: Iterable[Watched]) -> None:
    """Watch these questions: new ones are added, known ones get these answers.

    Raises WatchError.
    """
    with _writing:
        held = {item.question: item for item in watched_questions(home)}
        _write(home, (held | {item.question: item for item in items}).values())


def drop(home: Path, question: str) -> bool:
    """Watch a question no longer; whether it was watched. Raises WatchError."""
    with _writing:
        held = watched_questions(home)
        left = [item for item in held if item.question != question]
        if len(left) < len(held):
            _write(home, left)
        return len(left) < len(held)


def _write(home: Path, items: Iterable[Watched]) -> None:
    path = home / WATCHED_FILE
    text = "".join(json.dumps(asdict(item), ensure_ascii=False) + "\n" for item in items)
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise WatchError(
            f"{path} cannot be written ({error.strerror}). Free space, or give yourself the"
            " right to write there."
        ) from error

"""The questions of an evaluation: one JSON object a line, each checked as it is read."""

import difflib
import json
import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag_app.errors import DocumentsError

_REQUIRED = ("id", "question", "answerable", "evidence")
_LANGUAGES = ("en", "pt")

Place = tuple[str, int | None]


@dataclass(frozen=True)
class Question:
    """One line of the question file."""

    id: str
    lang: str
    question: str
    answers: tuple[str, ...]
    answerable: bool
    evidence: dict[Place, float]  # place -> grade
    kind: str = ""  # of an unanswerable one: "near" or "far"


def read_questions(path: Path) -> list[Question]:
    """The questions of a file. Raises DocumentsError naming the line that cannot be used."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise DocumentsError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise DocumentsError(f"{path} is not UTF-8 text. Save it as UTF-8.") from error
    questions = [_read(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not questions:
        raise DocumentsError(f"{path} holds no questions.")
    return questions


def unknown_evidence(questions: Iterable[Question], sources: Iterable[str]) -> list[str]:
    """The documents that the evidence names and none of ``sources`` is called, as it names them."""
    held = {document_name(source) for source in sources}
    named = dict.fromkeys(document for question in questions for document, _ in question.evidence)
    return [document for document in named if document not in held]


def strange_evidence(questions: Iterable[Question], sources: Iterable[str]) -> list[str]:
    """``unknown_evidence``, each with what may be meant."""
    sources = list(sources)
    held = {document_name(source) for source in sources}
    spelled = {unicodedata.normalize("NFC", name).casefold(): name for name in held}
    strange = []
    for document in unknown_evidence(questions, sources):
        bare = unicodedata.normalize("NFC", document_name(document)).casefold()
        whole = unicodedata.normalize("NFC", document).casefold()
        near = difflib.get_close_matches(whole, spelled, 1)
        if bare in spelled and whole not in spelled:
            strange.append(f"{document!r} (give it without folder and suffix: {spelled[bare]!r})")
        elif near:
            strange.append(f"{document!r} (the nearest is {spelled[near[0]]!r})")
        else:
            strange.append(repr(document))
    return strange


def document_name(source: str) -> str:
    """What evidence calls a file of the index: its name without folders and suffix."""
    return source.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def _read(path: Path, number: int, line: str) -> Question:
    try:
        row = json.loads(line)
        json.dumps(row, ensure_ascii=False).encode()  # half a character cannot be written down
        if not isinstance(row, dict):
            raise ValueError("it is no JSON object")
        missing = [name for name in _REQUIRED if name not in row]
        if missing:
            raise ValueError(f"it has no {missing[0]!r}")
        return _question({name: value for name, value in row.items() if value is not None})
    except RecursionError as error:
        raise DocumentsError(f"{path}, line {number}, is no question: nested too deep.") from error
    except json.JSONDecodeError as error:
        raise DocumentsError(
            f"{path}, line {number}, is no question: it is not valid JSON ({error})."
        ) from error
    except ValueError as error:
        raise DocumentsError(f"{path}, line {number}, is no question: {error}.") from error


def _question(row: Mapping[str, Any]) -> Question:
    """Raises ValueError naming the field that cannot be used; null ones are left out of ``row``."""
    asked, answers, evidence = row.get("question"), row.get("answers", []), row.get("evidence", [])
    if not isinstance(asked, str) or not asked.strip():
        raise ValueError(f"its 'question' is {asked!r}, not text")
    if not isinstance(row.get("id"), str | int):
        raise ValueError(f"its 'id' is {row.get('id')!r}, not text")
    if row.get("lang", "en") not in _LANGUAGES:
        raise ValueError(f"its 'lang' is {row['lang']!r}, not one of {', '.join(_LANGUAGES)}")
    if not isinstance(row.get("answerable"), bool):
        raise ValueError(f"its 'answerable' is {row.get('answerable')!r}, not true or false")
    if not isinstance(answers, list) or not all(isinstance(it, str) for it in answers):
        raise ValueError(f"its 'answers' is {answers!r}, not a list of texts")
    if not isinstance(evidence, list):
        raise ValueError(f"its 'evidence' is {evidence!r}, not a list")
    if not isinstance(row.get("unanswerable_kind", ""), str):
        raise ValueError(f"its 'unanswerable_kind' is {row['unanswerable_kind']!r}, not text")
    return Question(
        id=str(row["id"]),
        lang=row.get("lang", "en"),
        question=asked,
        answers=tuple(answers),
        answerable=row["answerable"],
        evidence=dict(map(_graded, evidence)),
        kind=row.get("unanswerable_kind", ""),
    )


def _graded(place: object) -> tuple[Place, float]:
    if isinstance(place, dict):
        document, page, grade = place.get("doc"), place.get("page"), place.get("grade")
        is_paged = page is None or (isinstance(page, int) and not isinstance(page, bool))
        is_graded = grade is None or (isinstance(grade, int | float) and 0 <= grade < math.inf)
        if isinstance(document, str) and is_paged and is_graded:
            return (document, page), 1.0 if grade is None else float(grade)
    raise ValueError(
        f"its 'evidence' has {place!r}, not an object with 'doc' (text), 'page' (a number or null)"
        " and perhaps 'grade' (a number, 0 or more)"
    )

"""Evaluations kept beside the indexes, one JSON file each, and what two of them differ in."""

import hashlib
import json
import re
import time
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from rag_app.errors import DocumentsError
from rag_app.evaluate import Evaluation, Scored
from rag_app.evaluation.metrics import gain
from rag_app.settings import Settings
from rag_app.whole_file import write_whole

_FOLDER = "evaluations"
_QUESTIONS = "questions"  # folder within it, of the question files that were uploaded
_LONGEST = 120  # bytes of a question file's name, which a run's has in it; a file's has 255 at most
_NAME = re.compile(r"[^\w.-]+")


@dataclass(frozen=True)
class Run:
    """One evaluation, and what was evaluated."""

    name: str  # of the file without suffix: when, index, questions
    made: float  # seconds since the epoch
    questions: str  # name of the question file
    commit: int  # of the index
    evaluation: Evaluation


@dataclass(frozen=True)
class Change:
    """A question's score that is not what it was."""

    id: str
    question: str
    score: str
    before: float
    now: float

    @property
    def gain(self) -> float:
        """How much better it is; below 0 where it is worse."""
        return gain(self.score, self.before, self.now)


_READER = TypeAdapter(Run)


def save_run(evaluation: Evaluation, questions: str, commit: int, settings: Settings) -> Run:
    """Keep an evaluation. Raises DocumentsError where it cannot be written."""
    made = time.time()
    stamp = time.strftime("%Y-%m-%d_%H.%M.%S", time.localtime(made))
    name = f"{stamp}_{evaluation.index}_{_file_name(questions)}"
    run = Run(name, made, questions, commit, evaluation)
    path = _folder(settings) / f"{run.name}.json"
    _write(path, json.dumps(asdict(run), ensure_ascii=False, indent=1).encode())
    return run


def run_names(settings: Settings) -> list[str]:
    """The runs that are kept, the latest first."""
    return sorted((path.stem for path in _folder(settings).glob("*.json")), reverse=True)


def load_run(name: str, settings: Settings) -> Run:
    """One kept run. Raises DocumentsError where there is none, or its file is none."""
    path = _folder(settings) / f"{_safe(name)}.json"
    try:
        return _READER.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise DocumentsError(
            f"{path} is no kept evaluation ({type(error).__name__}). Delete it and run it again."
        ) from error


def keep_questions(name: str, data: bytes, settings: Settings) -> Path:
    """Keep an uploaded question file; a later one of the same name takes its place.

    Raises DocumentsError where it cannot be written; the earlier one is then as it was.
    """
    path = _folder(settings) / _QUESTIONS / f"{_file_name(Path(name).stem)}.jsonl"
    _write(path, data)
    return path


def question_files(settings: Settings) -> list[Path]:
    """The uploaded question files, by name."""
    return sorted((_folder(settings) / _QUESTIONS).glob("*.jsonl"))


def faults(scored: Scored) -> tuple[str, ...]:
    """What is wrong with one question's result; empty where nothing is.

    "not_found": no right place among the first ten; "refused": no answer, though there is one;
    "wrong": an answer without the right words; "invented": an answer, though there is none;
    "misquoted": a quote that is not in the document.
    """
    scores = scored.scores
    found = []
    if scores.get("hit@10") == 0:
        found.append("not_found")
    if scores.get("false refusals") == 1:
        found.append("refused")
    elif scores.get("contains") == 0:
        found.append("wrong")
    if scores.get("abstention recall") == 0:
        found.append("invented")
    if scores.get("citations verbatim", 1) < 1:
        found.append("misquoted")
    return tuple(found)


def changes(before: Evaluation, now: Evaluation) -> list[Change]:
    """Every score of a question in both runs that differs, the worst first."""
    old = {(item.id, item.question): item.scores for item in before.questions}
    found = [
        Change(item.id, item.question, name, scores[name], value)
        for item in now.questions
        if (scores := old.get((item.id, item.question))) is not None
        for name, value in item.scores.items()
        if name in scores and value != scores[name]
    ]
    return sorted(found, key=lambda change: change.gain)


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, data)
    except OSError as error:
        raise DocumentsError(f"{path} cannot be written: {error}. Free space there.") from error


def _folder(settings: Settings) -> Path:
    return settings.indexes_dir.expanduser().absolute() / _FOLDER


def _safe(name: str) -> str:
    return _NAME.sub("-", name).lstrip(".") or "questions"


def _file_name(name: str) -> str:
    """``name`` for a file; where it has to change, with what keeps it apart from its likes."""
    whole = unicodedata.normalize("NFC", name)
    safe = _safe(whole).encode()
    if safe == whole.encode() and len(safe) <= _LONGEST:
        return whole
    digest = hashlib.sha256(whole.encode(errors="surrogatepass")).hexdigest()[:8]
    return safe[: _LONGEST - len(digest) - 1].decode(errors="ignore") + "-" + digest

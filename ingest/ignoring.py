"""Files that were taken out of an index and stay on the disk: no later run reads them.

Kept beside the index, one JSON object a line, for people to read and to edit: whoever takes a
line out has the file read again by the next run.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from rag_app.store.connection import named_errors
from rag_app.store.places import real_folder
from rag_app.whole_file import write_whole

IGNORED_FILE = "ignored.jsonl"


@dataclass(frozen=True)
class Ignored:
    """One file that is passed over."""

    folder: str  # the ingested one, its real path
    source: str  # relative to it, with "/"


def ignored_files(home: Path) -> list[Ignored]:
    """What the index in ``home`` passes over, oldest first; lines that say nothing are skipped."""
    try:
        lines = (home / IGNORED_FILE).read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        return []
    found = []
    for line in lines:
        try:
            row = json.loads(line)
            found.append(Ignored(str(real_folder(str(row["folder"]))), str(row["source"])))
        except (ValueError, TypeError, KeyError):
            continue
    return found


def ignore(home: Path, files: Iterable[Ignored]) -> None:
    """Pass these files over from now on. Raises IndexNotWritten."""
    _write(home, dict.fromkeys([*ignored_files(home), *files]))


def restore(home: Path, files: Iterable[Ignored]) -> None:
    """Let the next run read these files again. Raises IndexNotWritten."""
    back = set(files)
    _write(home, [item for item in ignored_files(home) if item not in back])


def _write(home: Path, items: Iterable[Ignored]) -> None:
    text = "".join(json.dumps(asdict(item), ensure_ascii=False) + "\n" for item in items)
    with named_errors(home):
        write_whole(home / IGNORED_FILE, text.encode())

"""A folder against an index: what would be added, changed, renamed, removed."""

import hashlib
import os
import stat
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from rag_app.errors import DocumentsError, Reason
from rag_app.values import INDEXED, DocumentRecord

# Limits may have been raised, passwords given, since.
RETRIED = frozenset({Reason.TIMED_OUT, Reason.TOO_LARGE, Reason.ENCRYPTED, Reason.UNREADABLE})


@dataclass(frozen=True)
class FoundFile:
    """One file of the folder."""

    path: Path
    source: str  # relative to the folder, with "/"; bytes that are no UTF-8 as \\xe9
    size: int  # bytes
    modified: float  # seconds since the epoch
    sha256: str  # "" where the file must not be read
    reason: Reason | None = None  # why it is not to be read
    detail: str = ""


@dataclass(frozen=True)
class Plan:
    """What an ingest run would do; each file stands in exactly one place."""

    added: tuple[FoundFile, ...] = ()
    changed: tuple[FoundFile, ...] = ()
    renamed: tuple[tuple[str, FoundFile], ...] = ()  # old source, file
    removed: tuple[str, ...] = ()  # sources
    unchanged: tuple[FoundFile, ...] = ()
    kept: tuple[FoundFile, ...] = ()  # indexed before, and not to be opened now
    hidden: int = 0  # files passed over because their names, or their folders', start with a dot
    ignored: tuple[str, ...] = ()  # sources that were taken out of the index; see ignoring.py
    taken: tuple[FoundFile, ...] = ()  # not read: another folder's file has the name; with why

    @property
    def to_read(self) -> tuple[FoundFile, ...]:
        """Files that need a loader, in order."""
        return self.added + self.changed


def scan(
    folder: Path, *, max_bytes: float, apart: Collection[Path] = ()
) -> tuple[list[FoundFile], int]:
    """Every file below ``folder``, by source, hashed; and the number of hidden ones.

    What lies in the real folders ``apart`` is passed over.

    Links are followed only to files inside the folder; what is no regular file, leads outside,
    cannot be opened or is larger than ``max_bytes`` comes with a reason and unread, and so does
    a folder that cannot be listed.
    Raises DocumentsError where there is no such folder, or it may not be listed.
    """
    if not folder.exists():
        raise DocumentsError(f"{folder} does not exist. Give the folder that holds the documents.")
    if not folder.is_dir():
        raise DocumentsError(f"{folder} is a file. Give the folder that holds it.")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise DocumentsError(f"{folder} cannot be listed. Give yourself the right to read it.")
    root = folder.resolve()
    found: dict[str, FoundFile] = {}
    hidden = 0
    for path, fault in _walk(folder, apart):
        source = as_source(path.relative_to(folder))
        if any(part.startswith((".", "~$")) for part in source.split("/")):
            hidden += 1
        elif fault is not None:
            found[source] = FoundFile(path, source, 0, 0.0, "", Reason.UNREADABLE, fault)
        else:
            found[source] = look(path, source, root, max_bytes, apart)
    return sorted(found.values(), key=lambda file: file.source), hidden


def as_source(path: Path) -> str:
    """A relative path as text that any store and terminal takes."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def as_held(source: str, held: Iterable[str]) -> str:
    """``source`` as one of ``held`` spells it: an accent may stand on its letter or behind it."""
    names = tuple(held)
    if source in names:
        return source
    wanted = unicodedata.normalize("NFC", source)
    return next((it for it in names if unicodedata.normalize("NFC", it) == wanted), source)


def look(
    path: Path, source: str, root: Path, max_bytes: float, apart: Collection[Path] = ()
) -> FoundFile:
    """One file, hashed, or with the reason why it is not to be read."""
    file = FoundFile(path, source, 0, 0.0, "")
    try:
        real = path.resolve(strict=True)
        status = real.stat()
    except (OSError, RuntimeError) as error:
        if path.is_symlink():
            detail = "it is a link that leads nowhere"
            return replace(file, reason=Reason.UNSUPPORTED, detail=detail)
        return replace(file, reason=Reason.UNREADABLE, detail=_unreadable(error))
    if path.is_symlink() and not real.is_relative_to(root):
        detail = "it is a link that leads out of the folder"
        return replace(file, reason=Reason.OUTSIDE_FOLDER, detail=detail)
    if any(real.is_relative_to(place) for place in apart):
        detail = "it is a link that leads to the indexes' own files"
        return replace(file, reason=Reason.OUTSIDE_FOLDER, detail=detail)
    if not stat.S_ISREG(status.st_mode):
        what = "a link to a folder" if stat.S_ISDIR(status.st_mode) else "no regular file"
        return replace(file, reason=Reason.UNSUPPORTED, detail=f"it is {what}")
    file = replace(file, size=status.st_size, modified=status.st_mtime)
    if status.st_size > max_bytes:
        detail = (
            f"{status.st_size / 1e6:.0f} MB; the limit is {max_bytes / 1e6:.0f} MB"
            " (RAG_MAX_FILE_MB raises it)"
        )
        return replace(file, reason=Reason.TOO_LARGE, detail=detail)
    if status.st_size == 0:
        return replace(file, reason=Reason.EMPTY, detail="the file has no bytes")
    try:
        # What has meanwhile become a link or a FIFO is neither followed nor waited for.
        handle = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as opened:
            return replace(file, sha256=hashlib.file_digest(opened, "sha256").hexdigest())
    except OSError as error:
        return replace(file, reason=Reason.UNREADABLE, detail=_unreadable(error))


def make_plan(
    found: list[FoundFile],
    hidden: int,
    known: Mapping[str, DocumentRecord],
    origins: Mapping[str, tuple[str, str]],
    root: Path,
    rules: Callable[[str], str],
    *,
    keep_missing: bool = False,
    again: Collection[str] = (),
    ignored: Collection[str] = (),
) -> Plan:
    """Compare what was found with what the index knows.

    ``origins`` gives each known source's folder and the rules it was read by: others than
    ``rules`` gives for it make it a changed one, and so does being ``again`` to be read. A
    renamed file keeps its suffix, which says how it is read. Files that are ``ignored`` count as
    absent. A document that came from another folder than ``root`` is left
    alone as long as that folder is there, and keeps its name as long as its file is.
    """
    passed_over = tuple(file.source for file in found if file.source in ignored)
    found = [file for file in found if file.source not in ignored]
    # A folder that cannot be listed hides its files; they are not gone.
    shut = tuple(f"{file.source}/" for file in found if file.reason == Reason.UNREADABLE)
    present = {file.source for file in found}
    again = {as_held(source, present) for source in again}
    holders = {
        file.source: holder
        for file in found
        if file.source in known
        and known[file.source].outcome == INDEXED
        and (holder := _holder(file, origins[file.source][0], root))
    }
    taken = tuple(_refused(file, holders[file.source]) for file in found if file.source in holders)
    found = [file for file in found if file.source not in holders]
    missing = [
        source
        for source in known
        if source not in present
        and not source.startswith(shut)
        and origins[source][0]  # a text that was added without a file has none
        and (origins[source][0] == str(root) or not Path(origins[source][0]).is_dir())
    ]
    by_hash = {
        (known[s].sha256, _suffix(s)): s
        for s in missing
        if known[s].outcome == INDEXED and origins[s][1] == rules(s)
    }
    added: list[FoundFile] = []
    changed: list[FoundFile] = []
    renamed: list[tuple[str, FoundFile]] = []
    unchanged: list[FoundFile] = []
    kept: list[FoundFile] = []
    for file in found:
        record = known.get(file.source)
        likeness = (file.sha256, _suffix(file.source))
        if record is None and likeness in by_hash:
            renamed.append((by_hash.pop(likeness), file))
        elif record is None:
            added.append(file)
        elif file.reason == Reason.UNREADABLE and record.outcome == INDEXED:
            kept.append(file)
        elif (
            record.sha256 != file.sha256
            or origins[file.source][1] != rules(file.source)
            or record.outcome in RETRIED
            or file.source in again
            or (file.reason is not None and record.outcome != file.reason)
        ):
            changed.append(file)
        else:
            unchanged.append(file)
    moved = {old for old, _ in renamed}
    removed = () if keep_missing else tuple(sorted(s for s in missing if s not in moved))
    return Plan(
        tuple(added), tuple(changed), tuple(renamed), removed, tuple(unchanged), tuple(kept),
        hidden, passed_over, taken,
    )  # fmt: skip


def _suffix(source: str) -> str:
    return PurePosixPath(source).suffix.lower()


def _holder(file: FoundFile, origin: str, root: Path) -> str:
    """The other folder that the index has this name from and that still has that file, or ""."""
    if not origin or origin == str(root):
        return ""
    other = Path(origin, file.source)
    try:
        # One file that two folders lead to is no newcomer.
        return origin if other.is_file() and not other.samefile(file.path) else ""
    except OSError:
        return origin


def _refused(file: FoundFile, holder: str) -> FoundFile:
    detail = (
        f"the index holds a file of this name from {holder}; rename this one, or ingest its"
        " folder into another index (--index NAME)"
    )
    return replace(file, reason=Reason.NAME_TAKEN, detail=detail)


def _walk(folder: Path, apart: Collection[Path]) -> Iterator[tuple[Path, str | None]]:
    """Every file and link below ``folder``, and each folder that cannot be listed, with why."""
    faults: list[OSError] = []
    for directory, folders, files in os.walk(folder, followlinks=False, onerror=faults.append):
        links = [name for name in folders if (Path(directory) / name).is_symlink()]
        # The walk goes on into what is left of the list.
        folders[:] = [name for name in folders if Path(directory) / name not in apart]
        for name in [*files, *links]:
            yield Path(directory) / name, None
    for fault in faults:
        yield Path(fault.filename), _unreadable(fault)


def _unreadable(error: Exception) -> str:
    said = error.strerror if isinstance(error, OSError) else error
    return f"it cannot be opened ({said}); give yourself the right to read it"

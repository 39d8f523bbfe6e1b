"""Every file of a folder, hashed, or with the reason why it is not to be read."""

import hashlib
import os
import stat
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rag_app.errors import DocumentsError, Reason


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


def scan(folder: Path, *, max_bytes: float, apart: Collection[Path]) -> tuple[list[FoundFile], int]:
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
    path: Path, source: str, root: Path, max_bytes: float, apart: Collection[Path]
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

"""A folder against an index: what would be added, changed, renamed, removed."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from ingest.scanning import FoundFile, as_held
from rag_app.errors import Reason
from rag_app.values import INDEXED, DocumentRecord

# Limits may have been raised, passwords given, since.
_RETRIED = frozenset({Reason.TIMED_OUT, Reason.TOO_LARGE, Reason.ENCRYPTED, Reason.UNREADABLE})


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
    present = {file.source for file in found}
    again = {as_held(source, present) for source in again}
    missing = _missing(found, known, origins, root)
    by_likeness = {
        (known[s].sha256, _suffix(s)): s
        for s in missing
        if known[s].outcome == INDEXED and origins[s][1] == rules(s)
    }
    added: list[FoundFile] = []
    changed: list[FoundFile] = []
    renamed: list[tuple[str, FoundFile]] = []
    unchanged: list[FoundFile] = []
    kept: list[FoundFile] = []
    taken: list[FoundFile] = []
    for file in found:
        record = known.get(file.source)
        likeness = (file.sha256, _suffix(file.source))
        if record is None and likeness in by_likeness:
            renamed.append((by_likeness.pop(likeness), file))
        elif record is None:
            added.append(file)
        elif record.outcome == INDEXED and (holder := _holder(file, origins[file.source][0], root)):
            taken.append(_refused(file, holder))
        elif file.reason == Reason.UNREADABLE and record.outcome == INDEXED:
            kept.append(file)
        elif (
            _is_changed(file, record)
            or origins[file.source][1] != rules(file.source)
            or file.source in again
        ):
            changed.append(file)
        else:
            unchanged.append(file)
    moved = {old for old, _ in renamed}
    removed = () if keep_missing else tuple(sorted(s for s in missing if s not in moved))
    return Plan(
        tuple(added), tuple(changed), tuple(renamed), removed, tuple(unchanged), tuple(kept),
        hidden, passed_over, tuple(taken),
    )  # fmt: skip


def _missing(
    found: Collection[FoundFile],
    known: Collection[str],
    origins: Mapping[str, tuple[str, str]],
    root: Path,
) -> list[str]:
    """The known sources whose files are gone from the folder, or their folders from the disk."""
    present = {file.source for file in found}
    # A folder that cannot be listed hides its files; they are not gone.
    shut = tuple(f"{file.source}/" for file in found if file.reason == Reason.UNREADABLE)
    return [
        source
        for source in known
        if source not in present
        and not source.startswith(shut)
        and origins[source][0]  # a text that was added without a file has none
        and (origins[source][0] == str(root) or not Path(origins[source][0]).is_dir())
    ]


def _is_changed(file: FoundFile, record: DocumentRecord) -> bool:
    return (
        record.sha256 != file.sha256
        or record.outcome in _RETRIED
        or (file.reason is not None and record.outcome != file.reason)
    )


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

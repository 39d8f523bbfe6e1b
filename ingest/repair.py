"""A damaged index made whole: sound documents are kept, the others read from their files again."""

import shutil
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from ingest.pipeline import ingest
from ingest.report import Report
from ingest.run import Progress
from ingest.watching import look_at
from rag_app.embedding import load_embedder
from rag_app.errors import DocumentsError, IndexDamaged, IndexNotFound
from rag_app.settings import Settings, load_settings
from rag_app.store.database import Database
from rag_app.store.dense import dense_search
from rag_app.store.lock import writer_lock
from rag_app.store.places import index_folder, noted_roots, own_places, real_folder
from rag_app.store.schema import DATABASE_FILE, VECTORS_FILE
from rag_app.store.verification import Verdict, is_sound, verify

_ASIDE = ".damaged"  # what the old files are called until the new ones are complete
_WORKPLACE = "repair"  # folder within the index's own
_DATABASE_FILES = (DATABASE_FILE, f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm")


@dataclass(frozen=True)
class Repair:
    """What a repair did."""

    before: Verdict
    after: Verdict
    reports: tuple[Report, ...]  # of the folders that were read again
    lost: tuple[str, ...]  # damaged documents whose files are no longer there
    unread: tuple[str, ...] = ()  # folders that are gone, empty or shut


def repair(
    name: str,
    *,
    settings: Settings | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Repair:
    """Mend the index from itself and from the folders that it was made of.

    Those folders are brought up to date by the way; nothing is removed for a missing file but
    a damaged document. A folder that cannot be read keeps none of the others from it.
    Raises IndexNotFound, IndexBusy, IndexNotWritten, and DocumentsError where no folder can be
    read; the damaged index is then as it was.
    """
    settings = settings or load_settings()
    home = index_folder(settings, name)
    if not home.is_dir():
        raise IndexNotFound(f"There is no index {name!r} in {home.parent}.")
    with writer_lock(home):
        before = verify(home)
        roots = _roots(home, before)
        # Without a folder nothing comes back of what is taken out here.
        if not before.whole and (roots or before.faults):
            _need(any(_holds_files(root, settings) for root in roots), name, home)
        if not before.whole:
            _mend(home, before, settings)
    if before.whole:
        identity = load_embedder(settings).identity
        with writer_lock(home), closing(Database(home, embedder=identity)) as database:
            if before.unknown:
                with database.change():
                    database.note_digests(before.unknown)
            dense_search(database).save(database)
    reports: list[Report] = []
    unread: list[str] = []
    for root in roots:
        try:
            reports.append(
                ingest(
                    root, index=name, settings=settings, keep_missing=True, on_progress=on_progress
                )
            )
        except DocumentsError:
            unread.append(str(root))
    if unread and not reports and _aside(home, DATABASE_FILE).exists():
        if not before.whole:  # the folders went away meanwhile
            _put_back(home)
        _need(False, name, home)
    for file in _DATABASE_FILES:
        _aside(home, file).unlink(missing_ok=True)
    with closing(Database(home)) as database:
        there = {record.source for record in database.documents()}
    lost = tuple(source for source in before.damaged if source not in there)
    return Repair(before, verify(home), tuple(reports), lost, tuple(unread))


def _roots(home: Path, found: Verdict) -> list[Path]:
    """The folders to read again: none where the index is whole, and no repair of it broke off."""
    if found.whole and not _aside(home, DATABASE_FILE).exists():
        return []
    roots = dict.fromkeys(map(Path, noted_roots(home)))
    with suppress(IndexDamaged, IndexNotFound), closing(Database(home)) as database:
        origins = {root for root, _ in database.roots_and_rules().values() if root}
        roots |= dict.fromkeys(map(real_folder, sorted(origins)))
    return list(roots)


def _holds_files(root: Path, settings: Settings) -> bool:
    return bool(look_at(root, own_places(settings, root)))


def _need(readable: bool, name: str, home: Path) -> None:
    """Raise DocumentsError where there is nothing to mend an index from."""
    if not readable:
        raise DocumentsError(
            f"Index {name!r} is damaged and the folder of its documents is not known, gone or"
            " empty; nothing was changed. Bring the folder back and repair again, or make the"
            f" index anew: delete the files {DATABASE_FILE}* in {home}, then"
            f" python -m ingest DOCS --index {name}."
        )


def _mend(home: Path, found: Verdict, settings: Settings) -> None:
    """Leave only what is sound in the index."""
    if not found.faults:
        with closing(Database(home)) as database, database.change():
            for source in found.damaged:
                database.remove_document(source)
        return
    workplace = home / _WORKPLACE
    shutil.rmtree(workplace, ignore_errors=True)
    workplace.mkdir(mode=0o700)
    with (
        closing(Database(workplace, embedder=load_embedder(settings).identity)) as fresh,
        suppress(IndexDamaged, IndexNotFound),
        closing(Database(home)) as old,
    ):
        _salvage(old, fresh)
    # The log first: applied to another database it would damage that one.
    for file in reversed(_DATABASE_FILES):
        with suppress(FileNotFoundError):
            (home / file).replace(_aside(home, file))
    (home / VECTORS_FILE).unlink(missing_ok=True)
    (workplace / DATABASE_FILE).replace(home / DATABASE_FILE)
    shutil.rmtree(workplace)


def _put_back(home: Path) -> None:
    """The damaged files as they were; the mended ones, which nothing was read into, go."""
    with writer_lock(home):
        for file in reversed(_DATABASE_FILES):
            (home / file).unlink(missing_ok=True)
        for file in _DATABASE_FILES:
            with suppress(FileNotFoundError):
                _aside(home, file).replace(home / file)


def _aside(home: Path, file: str) -> Path:
    return home / f"{file}{_ASIDE}"


def _salvage(old: Database, fresh: Database) -> None:
    origins = old.roots_and_rules()
    kept = old.kept_digests()
    old.check_embedder(fresh.embedder())
    for record in old.documents():
        with suppress(IndexDamaged):
            if is_sound(old, record.source, kept):
                pages, chunks = (
                    old.pages_of_document(record.source),
                    old.embedded_chunks_of(record.source),
                )
                root, rules = origins[record.source]
                with fresh.change():
                    fresh.put_document(record, root, rules, pages, chunks)

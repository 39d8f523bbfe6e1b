"""A damaged index made whole: sound documents are kept, the others read from their files again."""

import shutil
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from ingest.pipeline import ingest
from ingest.report import Report
from ingest.run import Progress
from rag_app.embedding import load_embedder
from rag_app.errors import DocumentsError, IndexDamaged, IndexNotFound
from rag_app.settings import Settings, load_settings
from rag_app.store.database import Database
from rag_app.store.lock import writer_lock
from rag_app.store.places import index_folder, noted_roots, real_folder
from rag_app.store.schema import DATABASE_FILE, VECTORS_FILE
from rag_app.store.vectors import VectorIndex
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


def repair(
    name: str,
    *,
    settings: Settings | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Repair:
    """Mend the index from itself and from the folders that it was made of.

    Those folders are brought up to date by the way; nothing is removed for a missing file but
    a damaged document. Raises IndexNotFound, IndexBusy, IndexNotWritten, and DocumentsError
    where no folder is known.
    """
    settings = settings or load_settings()
    home = index_folder(settings, name)
    if not home.is_dir():
        raise IndexNotFound(f"There is no index {name!r} in {home.parent}.")
    with writer_lock(home):
        before = verify(home)
        if not before.whole:
            roots = _mend(home, before, settings)
    if before.whole:
        roots = {}
        identity = load_embedder(settings).identity
        with writer_lock(home), closing(Database(home, embedder=identity)) as database:
            if before.unknown:
                with database.change():
                    database.note_digests(before.unknown)
            VectorIndex(home).save(database)
    reports = tuple(
        ingest(root, index=name, settings=settings, keep_missing=True, on_progress=on_progress)
        for root in roots.values()
        if root.is_dir()
    )
    if not before.whole and not reports:
        raise DocumentsError(
            f"Index {name!r} is damaged and the folder of its documents is not known or gone."
            f" Give it: python -m ingest DOCS --index {name}."
        )
    for file in _DATABASE_FILES:
        (home / f"{file}{_ASIDE}").unlink(missing_ok=True)
    with closing(Database(home)) as database:
        there = {record.source for record in database.documents()}
    lost = tuple(source for source in before.damaged if source not in there)
    return Repair(before, verify(home), reports, lost)


def _mend(home: Path, found: Verdict, settings: Settings) -> dict[str, Path]:
    """Leave only what is sound in the index; the folders to read the rest from."""
    roots = {root: Path(root) for root in noted_roots(home)}
    if not found.faults:
        with closing(Database(home)) as database:
            roots |= _real(database.roots_and_rules())
            with database.change():
                for source in found.damaged:
                    database.remove_document(source)
        return roots
    workplace = home / _WORKPLACE
    shutil.rmtree(workplace, ignore_errors=True)
    workplace.mkdir(mode=0o700)
    with (
        closing(Database(workplace, embedder=load_embedder(settings).identity)) as fresh,
        suppress(IndexDamaged, IndexNotFound),
        closing(Database(home)) as old,
    ):
        _salvage(old, fresh, roots)
    # The log first: applied to another database it would damage that one.
    for file in reversed(_DATABASE_FILES):
        with suppress(FileNotFoundError):
            (home / file).replace(home / f"{file}{_ASIDE}")
    (home / VECTORS_FILE).unlink(missing_ok=True)
    (workplace / DATABASE_FILE).replace(home / DATABASE_FILE)
    shutil.rmtree(workplace)
    return roots


def _salvage(old: Database, fresh: Database, roots: dict[str, Path]) -> None:
    origins = old.roots_and_rules()
    roots |= _real(origins)
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


def _real(origins: Mapping[str, tuple[str, str]]) -> dict[str, Path]:
    """The folders that documents came from, each under one spelling."""
    folders = dict.fromkeys(root for root, _ in origins.values() if root)
    return {str(real_folder(folder)): real_folder(folder) for folder in folders}

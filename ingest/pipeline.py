"""A folder of documents into an index: read, chunked, embedded, each file one transaction.

Parsing runs ahead in a child process while this one embeds. Killed at any moment, the index
holds every file whose transaction ended, whole, and the next run goes on from there.
"""

import threading
import time
from collections.abc import Callable, Collection
from contextlib import closing
from functools import partial
from pathlib import Path

from ingest.ignoring import ignored_files
from ingest.planning import Plan, make_plan
from ingest.report import Report
from ingest.run import Progress, Run, max_bytes, rules
from ingest.scanning import FoundFile, scan
from rag_app.embedding import Embedder, load_embedder
from rag_app.errors import DocumentsError
from rag_app.settings import Settings, load_settings
from rag_app.store.connection import named_errors
from rag_app.store.database import Database
from rag_app.store.dense import dense_search
from rag_app.store.lock import writer_lock
from rag_app.store.places import index_folder, make_folder, note_root, own_places, real_folder

__all__ = ["Progress", "ingest", "plan_only"]


def ingest(
    folder: Path,
    *,
    index: str = "default",
    settings: Settings | None = None,
    keep_missing: bool = False,
    again: Collection[str] = (),
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
) -> Report:
    """Bring the index up to date with the folder and say what was done.

    The sources in ``again`` are read even where they did not change; files that were taken out
    of the index (see removal.py) are passed over. Once ``stop`` is set, the file in hand is
    finished and the others left for the next run.
    Raises DocumentsError, IndexBusy, IndexDamaged, IndexNotWritten, EmbedderMismatch or
    ModelNotFound; a file that cannot be read raises nothing and ends in the report with its
    reason.
    """
    settings = settings or load_settings()
    started = time.perf_counter()
    root = real_folder(folder)
    home = index_folder(settings, index)
    found, hidden = _scan(folder, home, settings)
    embedder = load_embedder(settings)
    with named_errors(home):
        make_folder(home)
    with writer_lock(home), closing(Database(home, embedder=embedder.identity)) as database:
        database.check_embedder(embedder.identity)
        database.empty_log()  # on a disk that was full, this is the room there is
        with named_errors(home):
            note_root(home, root)
        plan = _plan(found, hidden, database, root, embedder, settings, keep_missing, again)
        vectors = dense_search(database)
        run = Run(
            database, embedder, settings, root, plan, on_progress or (lambda _: None),
            stop or threading.Event(), lambda: vectors.save(database),
        )  # fmt: skip
        run.timer.seconds["scan"] = time.perf_counter() - started
        files = run.execute()
        with run.timer("faiss"):
            vectors.save(database)
        database.empty_log()
        return Report(
            index=index,
            folder=str(folder),
            files=files,
            removed=plan.removed,
            hidden=plan.hidden,
            ignored=plan.ignored,
            left=len(plan.to_read) - run.files_read,
            embedded=run.embedded,
            reused=run.reused,
            seconds=time.perf_counter() - started,
            seconds_by_stage=run.timer.seconds,
            precision=embedder.precision,
        )


def plan_only(
    folder: Path,
    *,
    index: str = "default",
    settings: Settings | None = None,
    keep_missing: bool = False,
    again: Collection[str] = (),
) -> Plan:
    """What ``ingest`` would do; nothing is written. Raises as ``ingest`` does."""
    settings = settings or load_settings()
    root = real_folder(folder)
    home = index_folder(settings, index)
    found, hidden = _scan(folder, home, settings)
    if not home.exists():
        return make_plan(found, hidden, {}, {}, root, str)
    with closing(Database(home)) as database:
        embedder = load_embedder(settings)
        database.check_embedder(embedder.identity)
        return _plan(found, hidden, database, root, embedder, settings, keep_missing, again)


def _scan(folder: Path, home: Path, settings: Settings) -> tuple[list[FoundFile], int]:
    """The folder's files. An empty one is refused: so looks a disk that is not mounted."""
    root = real_folder(folder)
    apart = own_places(settings, root)
    if root in apart:
        raise DocumentsError(
            f"{folder} is where indexes or models are kept (RAG_INDEXES_DIR, RAG_CACHE_DIR), which"
            " are no documents. Give the folder that holds the documents."
        )
    found, hidden = scan(root, max_bytes=max_bytes(settings), apart=apart)
    if not found:
        ways = (
            " To empty the index on purpose, take its documents out (--remove NAME) or delete its"
            f" folder {home}."
        )
        raise DocumentsError(
            f"{folder} holds no files; nothing was changed. Put documents into it, then ingest"
            f" again.{ways if home.exists() else ''}"
        )
    return found, hidden


def _plan(
    found: list[FoundFile],
    hidden: int,
    database: Database,
    root: Path,
    embedder: Embedder,
    settings: Settings,
    keep_missing: bool,
    again: Collection[str] = (),
) -> Plan:
    return make_plan(
        found,
        hidden,
        {record.source: record for record in database.documents()},
        _origins(database),
        root,
        partial(rules, embedder, settings),
        keep_missing=keep_missing,
        again=again,
        ignored={i.source for i in ignored_files(database.folder) if i.folder == str(root)},
    )


def _origins(database: Database) -> dict[str, tuple[str, str]]:
    """Each source's folder and rules; an index may hold another spelling of a folder's path."""
    origins = database.roots_and_rules()
    real = {root: str(real_folder(root)) if root else "" for root, _ in origins.values()}
    return {source: (real[root], rules) for source, (root, rules) in origins.items()}

"""Documents taken out of an index, at once and for good."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass

from ingest.ignoring import Ignored, ignore
from ingest.scanning import as_held
from rag_app.errors import IndexNotFound
from rag_app.settings import Settings, load_settings
from rag_app.store.connection import named_errors
from rag_app.store.database import Database
from rag_app.store.dense import dense_search
from rag_app.store.lock import writer_lock
from rag_app.store.places import index_folder, real_folder

UPLOADS = "uploads"  # folder within the index's own, of files that exist nowhere else by our doing


@dataclass(frozen=True)
class Removal:
    """What was taken out, by source."""

    uploads: tuple[str, ...]  # whose files were deleted too
    ignored: tuple[str, ...]  # whose files stay, and are passed over by every later run
    unknown: tuple[str, ...]  # that the index does not hold


def remove(
    sources: Iterable[str], *, index: str = "default", settings: Settings | None = None
) -> Removal:
    """Take documents out of an index; the next question no longer finds them.

    An uploaded file is deleted. Any other file stays where it is, on the list of what later
    runs pass over; see ignoring.py.
    Raises IndexNotFound, IndexBusy, IndexDamaged or IndexNotWritten.
    """
    settings = settings or load_settings()
    home = index_folder(settings, index)
    if not home.is_dir():
        raise IndexNotFound(f"There is no index {index!r} in {home.parent}.")
    with writer_lock(home), closing(Database(home)) as database:
        origins = database.roots_and_rules()
        wanted = list(dict.fromkeys(as_held(source, origins) for source in sources))
        known = [source for source in wanted if source in origins]
        given = {source: origins[source][0] for source in known}
        roots = {source: str(real_folder(root)) if root else "" for source, root in given.items()}
        uploaded = str(real_folder(home / UPLOADS))
        uploads = [source for source in known if roots[source] == uploaded]
        kept = [source for source in known if source not in uploads and roots[source]]
        # Files and list first: killed here, the index still shows what is to be removed again.
        ignore(home, [Ignored(roots[source], source) for source in kept])
        with named_errors(home):
            for source in uploads:
                (home / UPLOADS / source).unlink(missing_ok=True)
        with database.change():
            for source in known:
                database.remove_document(source)
        dense_search(database).save(database)
        database.empty_log()
    unknown = tuple(source for source in wanted if source not in origins)
    return Removal(tuple(uploads), tuple(kept), unknown)

import threading

from rag_app.embedding import load_embedder
from rag_app.store.places import index_folder
from rag_app.store.reader import IndexReader


def test_questions_that_overlap_do_not_wait_for_each_other_forever(settings):
    """What a search reads and what names an answer take their locks in the same order."""
    reader = IndexReader(index_folder(settings, "default"))
    reader.database.check_embedder(load_embedder(settings).identity)

    def search() -> None:
        for _ in range(500):
            with reader.snapshot():
                reader.names()
                reader.pages_of([1])

    def identify() -> None:
        for _ in range(500):
            reader.contents_sha256()

    threads = [threading.Thread(target=what, daemon=True) for what in (search, identify, search)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)

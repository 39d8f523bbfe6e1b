"""The page that a quote stands on, as a picture with the quoted words marked."""

import atexit
import base64
import threading
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rag_app.child import Child, ChildDied, ChildTimedOut, Frame
from rag_app.errors import FileChanged, PageNotDrawn
from rag_app.settings import Settings, load_settings
from rag_app.store.database import Database
from rag_app.store.places import index_folder
from rag_app.values import Citation, Passage

_KEPT = 64  # pictures in memory, of some 200 kB each
_WIDTHS = range(50, 4001)  # pixels


@dataclass(frozen=True)
class Box:
    """Around quoted words on one line, in fractions of the page as shown."""

    left: float  # 0 is the page's left edge, 1 its right
    top: float  # 0 is the page's upper edge, 1 its lower
    right: float
    bottom: float


@dataclass(frozen=True)
class PagePicture:
    """One page of a PDF, the quoted words marked in it."""

    source: str
    page: int  # from 1
    png: bytes
    width: int  # pixels
    height: int
    boxes: tuple[Box, ...]  # of the marks, in reading order
    is_complete: bool  # False where some of the quoted words were not found on the page


def has_picture(place: Citation | Passage) -> bool:
    """Whether a place is on a page that can be drawn: one of a PDF."""
    return place.page is not None and place.source.lower().endswith(".pdf")


def draw_page(
    place: Citation | Passage,
    *,
    index: str = "default",
    settings: Settings | None = None,
    width: int = 900,
) -> PagePicture:
    """The page of a citation or passage, ``width`` pixels wide, its words marked.

    It is drawn in a confined process. Raises FileChanged where the file is not what the index
    or the citation knows, PageNotDrawn where there is no page to draw or it harms who draws it,
    and StoreError.
    """
    return draw_pages([place], index=index, settings=settings, width=width)[0]


def draw_pages(
    places: Iterable[Citation | Passage],
    *,
    index: str = "default",
    settings: Settings | None = None,
    width: int = 900,
) -> list[PagePicture]:
    """A picture a page, in the order in which the places first name them, all of theirs marked.

    So a quote that runs over the foot of a page is two places. Raises what ``draw_page`` does.
    """
    if width not in _WIDTHS:
        raise ValueError(f"A picture is {_WIDTHS[0]} to {_WIDTHS[-1]} pixels wide, not {width}.")
    settings = settings or load_settings()
    by_page: dict[tuple[str, int], list[Citation | Passage]] = {}
    for place in places:
        if place.page is None or not has_picture(place):
            raise PageNotDrawn(f"{place.source} has no pages to draw: only PDFs have.")
        by_page.setdefault((place.source, place.page), []).append(place)
    database = Database(index_folder(settings, index))
    try:
        orders = [
            _order(database, source, page, on_it, width)
            for (source, page), on_it in by_page.items()
        ]
    finally:
        database.close()
    return [_pictures.of(order, settings) for order in orders]


@dataclass(frozen=True)
class _Order:
    """What a picture is of: equal orders give equal pictures."""

    folder: Path  # the ingested one
    source: str
    sha256: str
    state: tuple[int, int, int]  # of the file on disk; other bytes come with another one
    page: int
    text: str  # as stored, into which the ranges count
    ranges: tuple[tuple[int, int], ...]
    width: int


def _order(
    database: Database, source: str, page: int, places: list[Citation | Passage], width: int
) -> _Order:
    origin = database.origin_of(source)
    text = database.page_text(source, page)
    if origin is None or text is None:
        raise FileChanged(f"Index {database.name!r} holds no page {page} of {source} any more.")
    folder, sha256 = origin
    cited = {place.sha256 for place in places if isinstance(place, Citation) and place.sha256}
    if cited - {sha256}:
        raise FileChanged(f"{source} was indexed anew since it was quoted; ask again.")
    try:
        state = (folder / source).stat()
    except OSError as error:
        raise _changed(folder / source, f"it cannot be opened: {error.strerror}") from error
    return _Order(
        folder, source, sha256, (state.st_size, state.st_mtime_ns, state.st_ino), page, text,
        tuple(dict.fromkeys((place.start, place.end) for place in places)), width,
    )  # fmt: skip


class _Pictures:
    """Draws one page at a time in a child that stays warm; keeps the latest pictures."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Order, PagePicture] = OrderedDict()
        self._lock = threading.Lock()
        # One thread owns the child, which by its own wish dies with the thread that started it.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="page-pictures")
        self._child: Child | None = None
        self._confined: tuple[str, ...] = ()

    def of(self, order: _Order, settings: Settings) -> PagePicture:
        """The picture, drawn or kept. Raises FileChanged or PageNotDrawn."""
        with self._lock:
            if order in self._kept:
                self._kept.move_to_end(order)
                return self._kept[order]
        picture = self._thread.submit(self._draw, order, settings).result()
        with self._lock:
            self._kept[order] = picture
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return picture

    def stop(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.stop()
        self._child = None

    def _draw(self, order: _Order, settings: Settings) -> PagePicture:
        path = order.folder / order.source
        try:
            try:
                frame = self._ask(path, order, settings)
            except ChildDied:  # it may be the child that something else ended while it was idle
                frame = self._ask(path, order, settings)
        except ChildDied as error:
            raise _not_drawn(order, f"it ended the process that drew it ({error})") from error
        except ChildTimedOut as error:
            limit = f"{settings.draw_timeout_s:g} s (RAG_DRAW_TIMEOUT_S raises the limit)"
            raise _not_drawn(order, f"drawing it took over {limit}") from error
        if "changed" in frame:
            raise _changed(path, frame["changed"])
        if "refused" in frame:
            raise _not_drawn(order, frame["refused"])
        return PagePicture(
            source=order.source,
            page=order.page,
            png=base64.b64decode(frame["png"]),
            width=frame["width"],
            height=frame["height"],
            boxes=tuple(Box(*box) for box in frame["boxes"]),
            is_complete=all(frame["found"]),
        )

    def _ask(self, path: Path, order: _Order, settings: Settings) -> Frame:
        child = self._warm(str(settings.parse_memory_mb), str(order.folder.resolve()))
        try:
            child.send(_request(path, order, settings))
            return child.receive(settings.draw_timeout_s)
        except (ChildDied, ChildTimedOut):
            self.stop()
            raise

    def _warm(self, *confined: str) -> Child:
        """The child for this memory and folder; another folder needs another child."""
        if self._child is None or not self._child.alive or self._confined != confined:
            self.stop()
            self._child = Child("rag_app.pdf.drawing", *confined)
            self._confined = confined
        return self._child


def _request(path: Path, order: _Order, settings: Settings) -> Frame:
    return {
        "path": str(path),
        "sha256": order.sha256,
        "page": order.page,
        "text": order.text,
        "ranges": order.ranges,
        "width": order.width,
        "passwords": [word.get_secret_value() for word in settings.pdf_passwords],
    }


def _changed(path: Path, why: str) -> FileChanged:
    return FileChanged(
        f"{path} is not the file that was indexed ({why}). Run python -m ingest on its folder."
    )


def _not_drawn(order: _Order, why: str) -> PageNotDrawn:
    return PageNotDrawn(f"Page {order.page} of {order.source} cannot be drawn: {why.rstrip('.')}.")


_pictures = _Pictures()
atexit.register(_pictures.stop)

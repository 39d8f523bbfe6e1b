"""How well marks lie on the quoted words, and how long drawing a page takes.

    python -m benchmarks.highlights [DOCS] [--index NAME]

200 sentences drawn at random from the chunks of a folder's PDFs are marked on their pages. The
reference is found another way: pdfium's own search looks for the words in the page, and its own
rectangles around each word of what it finds are taken, over word spaces joined. Overlap is that of
the areas (intersection over union). ``--index`` takes an index that is there instead of a new one.
"""

import argparse
import random
import re
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import peer

Rect = tuple[float, float, float, float]  # left, top, right, bottom in fractions of the page

QUOTES = 200
ENOUGH = 0.9
_GRID = 2400  # cells across and down the page on which areas are counted
_SEED = 20


def main() -> None:
    """Print how many marks lie where they should, and the milliseconds a page takes."""
    from ingest.pipeline import ingest
    from rag_app.settings import load_settings

    parser = argparse.ArgumentParser()
    parser.add_argument("documents", nargs="?", type=Path, default=peer.DEFAULT_DOCS)
    parser.add_argument("--index", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        if options.index:
            settings = load_settings()
        else:
            settings = load_settings(indexes_dir=Path(temporary))
            ingest(options.documents, settings=settings)
        measure(options.index or "default", settings)


def measure(index: str, settings: Any) -> None:  # noqa: ANN401
    """Mark the quotes one after another, as a reader would ask for them."""
    from rag_app.pdf.picture import draw_page
    from rag_app.store.database import Database
    from rag_app.store.places import index_folder

    with closing(Database(index_folder(settings, index))) as database:
        quotes = _quotes(database)
        overlaps, milliseconds, without = [], [], 0
        for place in quotes:
            if len(overlaps) == QUOTES:
                break
            root, _ = database.origin_of(place.source)
            text = database.page_text(place.source, place.page)
            expected = searched(root / place.source, place.page, place.quote, text[: place.start])
            if expected is None:
                without += 1
                continue
            started = time.perf_counter()
            picture = draw_page(place, index=index, settings=settings)
            milliseconds.append(1000 * (time.perf_counter() - started))
            boxes = [(box.left, box.top, box.right, box.bottom) for box in picture.boxes]
            overlaps.append(overlap(boxes, expected))
            if overlaps[-1] < ENOUGH:
                print(f"{overlaps[-1]:.3f} {place.source}, p. {place.page}: {place.quote!r}")
    enough = sum(value >= ENOUGH for value in overlaps)
    ordered = sorted(milliseconds)
    print(f"{enough} of {len(overlaps)} quotes with an overlap of at least {ENOUGH}; mean"
          f" {statistics.mean(overlaps):.4f}, least {min(overlaps):.4f}"
          f" ({without} more that pdfium's search does not find)")  # fmt: skip
    print(f"milliseconds to draw: p50 {ordered[len(ordered) // 2]:.0f},"
          f" p95 {ordered[int(0.95 * len(ordered))]:.0f}, most {ordered[-1]:.0f}")  # fmt: skip


def searched(path: Path, page: int, quote: str, before: str) -> list[Rect] | None:
    """The quote's boxes by pdfium's search; None where it finds no such words.

    ``before`` is the page's text before the quote: of equal words the one is taken that comes
    as often after the same words there.
    """
    import pypdfium2
    import pypdfium2.raw as pdfium

    words = " ".join(quote.split())
    earlier = " ".join(before.split()).count(words)
    document = pypdfium2.PdfDocument(path)
    with (
        closing(document),
        closing(document[page - 1]) as opened,
        closing(opened.get_textpage()) as text_page,
        closing(text_page.search(words, match_case=True)) as search,
    ):
        for _ in range(earlier + 1):
            found = search.get_next()
            if found is None:
                return None
        rects: list[Rect] = []
        for first, length in _words(text_page, *found):
            count = pdfium.FPDFText_CountRects(text_page, first, length)
            rects += [text_page.get_rect(number) for number in range(count)]
        return [_shown(opened, rect) for rect in _joined(rects)]


def overlap(one: Sequence[Rect], two: Sequence[Rect]) -> float:
    """Intersection over union of two sets of boxes, as areas of the page."""
    a, b = _cells(one), _cells(two)
    return float((a & b).sum() / max(1, (a | b).sum()))


def _quotes(database: Any) -> list[Any]:  # noqa: ANN401
    """Sentences of all chunks, shuffled, more than are needed."""
    from rag_app.values import Citation

    generator = random.Random(_SEED)
    passages = list(
        database.passages(generator.sample(database.chunk_ids().tolist(), 4 * QUOTES)).values()
    )
    quotes = []
    for passage in passages:
        if passage.source.lower().endswith(".pdf"):
            start, end = generator.choice(passage.sentences)
            quote = passage.text[start - passage.start : end - passage.start]
            quotes.append(Citation(1, passage.source, passage.page, quote, start, end))
    generator.shuffle(quotes)
    return quotes


def _words(text_page: Any, first: int, length: int) -> list[tuple[int, int]]:  # noqa: ANN401
    """Where each word begins, and its length, in pdfium's numbering."""
    import pypdfium2.raw as pdfium

    letters = "".join(
        chr(pdfium.FPDFText_GetUnicode(text_page, place)) for place in range(first, first + length)
    )
    return [
        (first + word.start(), word.end() - word.start())
        for word in re.finditer(r"[^\s\x00-\x1f]+", letters)
    ]


def _joined(rects: Sequence[Rect]) -> list[Rect]:
    """Rectangles beside one another, not over a height apart, as one."""
    joined: list[Rect] = []
    for rect in rects:
        if joined and _is_beside(joined[-1], rect):
            before = joined.pop()
            low, high = map(min, before[:2], rect[:2]), map(max, before[2:], rect[2:])
            joined.append((*low, *high))
        else:
            joined.append(rect)
    return joined


def _is_beside(one: Rect, two: Rect) -> bool:
    height = max(one[3] - one[1], two[3] - two[1])
    return min(one[3], two[3]) > max(one[1], two[1]) and abs(two[0] - one[2]) < height


def _shown(page: Any, rect: Rect) -> Rect:  # noqa: ANN401
    """A rectangle of the page's space in fractions of the page as it is cropped and turned."""
    left, bottom, right, top = page.get_cropbox()
    width, height = right - left, top - bottom
    west, east = (rect[0] - left) / width, (rect[2] - left) / width
    north, south = (top - rect[3]) / height, (top - rect[1]) / height
    turned = {
        0: (west, north, east, south),
        90: (1 - south, west, 1 - north, east),
        180: (1 - east, 1 - south, 1 - west, 1 - north),
        270: (north, 1 - east, south, 1 - west),
    }
    return turned[page.get_rotation()]


def _cells(boxes: Sequence[Rect]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    cells = np.zeros((_GRID, _GRID), bool)
    for box in boxes:
        left, top, right, bottom = (round(_GRID * min(1.0, max(0.0, edge))) for edge in box)
        cells[top:bottom, left:right] = True
    return cells


if __name__ == "__main__":
    main()

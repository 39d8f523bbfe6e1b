"""Marks lie where another way of looking finds the words."""

import io
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.highlights import overlap, searched
from ingest.loaders.options import LoadingOptions
from ingest.loading import load
from rag_app.errors import FileRejected
from rag_app.pdf.drawing import Drawing, draw
from rag_app.pdf.opening import open_pdf
from rag_app.sentences import sentences
from tests.conftest import EXAMPLES
from tests.rag_app.pdf.drawn import TWO_COLUMNS, pdf

REPORT = EXAMPLES / "en" / "history-of-language-models.pdf"


def read(path: Path, page: int = 1, reader: str = "pypdfium2") -> str:
    return load(path, LoadingOptions(pdf_reader=reader)).pages[page - 1].text


def drawn(path: Path, quote: str, *, page: int = 1, reader: str = "pypdfium2") -> Drawing:
    """The page as ingestion reads it and as it is then drawn, the quote marked."""
    text = read(path, page, reader)
    start = text.index(quote)
    with closing(open_pdf(path, ())) as document:
        return draw(document, page, text, [(start, start + len(quote))], 800)


@pytest.mark.parametrize("page", ["", "/Rotate 90", "/Rotate 180", "/Rotate 270",
                                  "/CropBox[40 600 560 730]", "/UserUnit 3",
                                  "/Rotate 90/CropBox[40 600 560 730]"])  # fmt: skip
def test_turned_and_cropped_pages_and_quotes_over_lines_and_columns(tmp_path: Path, page: str):
    path = tmp_path / "columns.pdf"
    outside = [(50, 760, "was lit in 1829 by gas"), (50, 40, "Its lamp reaches 9 miles")]
    path.write_bytes(pdf(TWO_COLUMNS + (outside if "Crop" in page else []), page=page))
    text = read(path)
    first, second, *_ = text.splitlines()
    over_two_lines = text[len(first) // 2 : len(first) + len(second) // 2]
    for quote, lines in ((over_two_lines, 2), ("was lit in 1829 by whale", 1)):
        drawing = drawn(path, quote)
        assert drawing.found == (True,)
        assert len(drawing.boxes) == lines
        assert overlap(drawing.boxes, searched(path, 1, quote, "")) >= 0.9
        picture = Image.open(io.BytesIO(drawing.png)).convert("RGB")
        assert picture.size == (drawing.width, drawing.height) and drawing.width == 800
        assert all(_is_marked(picture, box) for box in drawing.boxes)


@pytest.mark.parametrize("page", ["", "/Rotate 90"])
def test_lines_that_run_up_the_page_are_marked_along(tmp_path: Path, page: str):
    path = tmp_path / "upwards.pdf"
    lines = ((300, "The lighthouse of Ilha Rasa was lit"), (316, "in 1829. Its lamp reaches far"))
    upwards = "".join(f"BT /F1 12 Tf 0 1 -1 0 {x} 100 Tm ({line}) Tj ET\n" for x, line in lines)
    path.write_bytes(pdf([], content=upwards.encode(), page=page))
    boxes = drawn(path, "Rasa was lit\nin 1829.").boxes
    across = [(left, right) if not page else (top, bottom) for left, top, right, bottom in boxes]
    assert len(boxes) == 2
    for (foot, _), (first, last) in zip(lines, across, strict=True):
        assert foot - 12 < 600 * first < 600 * last < foot + 4


def test_every_sentence_of_real_pages():
    texts = load(REPORT, LoadingOptions()).pages
    checked = 0
    with closing(open_pdf(REPORT, ())) as document:
        for page in (3, 7, 15):
            text = texts[page - 1].text
            for start, end in sentences(text):
                quote = text[start:end]
                expected = searched(REPORT, page, quote, text[:start])
                if expected is not None:
                    drawing = draw(document, page, text, [(start, end)], 300)
                    assert overlap(drawing.boxes, expected) >= 0.9, quote
                    checked += 1
    assert checked > 60


def test_what_pypdf_read_is_found_too():
    quote = "GPT-3 followed in May 2020, with 175 billion parameters"
    drawing = drawn(REPORT, quote, page=15, reader="pypdf")
    assert overlap(drawing.boxes, searched(REPORT, 15, quote, "")) >= 0.9


def test_words_that_are_not_on_the_page_leave_it_unmarked(tmp_path: Path):
    path = tmp_path / "columns.pdf"
    path.write_bytes(pdf(TWO_COLUMNS))
    with closing(open_pdf(path, ())) as document:
        drawing = draw(document, 1, "The lamp. Nobody wrote this.", [(0, 8), (10, 28)], 400)
        assert drawing.found == (True, False)
        assert len(drawing.boxes) == 1
        with pytest.raises(FileRejected, match="none numbered 2"):
            draw(document, 2, "x", [(0, 1)], 400)


def test_a_page_as_long_as_a_street_is_drawn_small(tmp_path: Path):
    path = tmp_path / "long.pdf"
    path.write_bytes(pdf([(2, 10000, "Mile 1")], media="0 0 60 14400"))
    drawing = drawn(path, "Mile 1")
    assert drawing.width * drawing.height <= 17_000_000


def _is_marked(picture: Image.Image, box: tuple[float, float, float, float]) -> bool:
    """Whether the corner of a box is yellow: no ink reaches it."""
    left, top = box[0] * picture.width, box[1] * picture.height
    red, _, blue = picture.getpixel((max(0, int(left) - 1), max(0, int(top) - 1)))
    return red - blue > 80

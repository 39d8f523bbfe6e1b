"""The confined child that draws pages: ``python -m rag_app.pdf.drawing MEMORY_MB FOLDER``.

What a hostile file does here, it does to one picture. Nothing is imported that would make the
child slow to start.
"""

import base64
import hashlib
import io
import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag_app.child import Frame, serve
from rag_app.confinement import confine
from rag_app.errors import FileRejected, Reason
from rag_app.pdf.alignment import Range, locate
from rag_app.pdf.line_boxes import Glyph, Rect, line_boxes
from rag_app.pdf.opening import open_page, open_pdf

_MOST_PIXELS = 16_000_000
_EVERYWHERE = 1 << 20  # a page's width and height in the grid that boxes are first placed on
_PEN = (255, 232, 92)  # the yellow that marks; multiplied, so that the ink below stays black
_PEN_EDGE = 0.12  # of a line's height, that the pen goes beyond the ink


@dataclass(frozen=True)
class Drawing:
    """One page as drawn."""

    png: bytes
    width: int  # pixels
    height: int
    boxes: tuple[Rect, ...]  # left, top, right, bottom in fractions of the page, downwards
    found: tuple[bool, ...]  # by range, whether its words were found on the page


def main() -> None:
    """One picture a request, until the parent goes away."""
    memory_mb, folder = sys.argv[1:]
    confine(int(memory_mb), Path(folder))
    requests, reply = serve()
    warm = _WarmDocument()
    for request in requests:
        reply(_answer(request, warm))


def draw(document: Any, number: int, text: str, ranges: Sequence[Range], width: int) -> Drawing:  # noqa: ANN401
    """Page ``number``, from 1, ``width`` pixels wide, the words of ``text``'s ranges marked.

    The boxes are those of the page as shown: cropped, turned, and whatever its unit is.
    Raises FileRejected where the document has no such page, or one without an extent.
    """
    if not 1 <= number <= len(document):
        raise _refused(f"it has {len(document)} pages, none numbered {number}")
    with open_page(document, number - 1) as page:
        boxes: list[Rect] = []
        with closing(page.get_textpage()) as text_page:
            letters = _letters(text_page)
            found = locate(letters, text, ranges)
            for places in found:
                glyphs = _glyphs(text_page, letters, places) if places else ()
                boxes += [_on_page(page, box) for box in line_boxes(glyphs)]
        seen = tuple(box for box in boxes if box[0] < box[2] and box[1] < box[3])
        picture = _marked(_rendered(page, width), seen)
    png = io.BytesIO()
    picture.save(png, "PNG", compress_level=3)
    are_found = tuple(places is not None for places in found)
    return Drawing(png.getvalue(), picture.width, picture.height, seen, are_found)


class _WarmDocument:
    """The last file stays open, since pages of one file are often asked for in a row."""

    def __init__(self) -> None:
        self._sha256 = ""
        self._document: Any = None

    def of(self, path: Path, sha256: str, passwords: Sequence[str]) -> Any | None:  # noqa: ANN401
        """The open document; None where the file's bytes have another hash than ``sha256``."""
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            return None
        if self._sha256 != sha256:
            if self._document is not None:
                self._document.close()
            self._document, self._sha256 = None, ""
            self._document, self._sha256 = open_pdf(data, passwords), sha256
        return self._document


def _answer(request: Frame, warm: _WarmDocument) -> Frame:
    try:
        document = warm.of(Path(request["path"]), request["sha256"], request["passwords"])
        if document is None:
            return {"changed": "its bytes are others"}
        ranges = [(start, end) for start, end in request["ranges"]]
        drawing = draw(document, request["page"], request["text"], ranges, request["width"])
    except FileRejected as rejected:
        return {"refused": rejected.detail}
    except OSError as error:
        return {"changed": f"it cannot be opened: {error.strerror}"}
    except MemoryError:
        return {
            "refused": "drawing it takes too much memory (RAG_PARSE_MEMORY_MB raises the limit)"
        }
    except Exception as error:  # a broken page costs its picture, not the child
        return {"refused": f"{type(error).__name__}: {error}"}
    return {
        "png": base64.b64encode(drawing.png).decode("ascii"),
        "width": drawing.width,
        "height": drawing.height,
        "boxes": drawing.boxes,
        "found": drawing.found,
    }


def _letters(text_page: Any) -> list[str]:  # noqa: ANN401
    """The page's characters by pdfium's own numbering; "" for one that has no Unicode."""
    import pypdfium2.raw as pdfium

    codes = (
        pdfium.FPDFText_GetUnicode(text_page, place) for place in range(text_page.count_chars())
    )
    return [chr(code) if code <= sys.maxunicode else "" for code in codes]


def _glyphs(text_page: Any, letters: Sequence[str], places: Range) -> Iterator[Glyph]:  # noqa: ANN401
    """The places that show something, with pdfium's tight box around each and its loose one.

    What is marked is the tight box, as in viewers that are built on pdfium: loose boxes are as
    high as the font allows for and would reach into the lines above and below. They tell which
    letters share a line, since they are as high for a comma as for a capital.
    """
    import pypdfium2.raw as pdfium

    for place in range(*places):
        if not letters[place].isprintable() or letters[place] in ("", " "):
            continue
        ink = text_page.get_charbox(place)
        line = text_page.get_charbox(place, loose=True)
        if ink[0] >= ink[2] or ink[1] >= ink[3]:
            ink = line
        turned = abs(math.sin(max(0.0, pdfium.FPDFText_GetCharAngle(text_page, place))))
        yield Glyph(ink, line, is_vertical=turned > math.sqrt(0.5))


def _on_page(page: Any, box: Rect) -> Rect:  # noqa: ANN401
    """A box in the page's own space as fractions of the page as shown, cut off at its edges."""
    import ctypes

    import pypdfium2.raw as pdfium

    corners = []
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(page, 0, 0, _EVERYWHERE, _EVERYWHERE, 0, x, y, across, down)
        corners.append((across.value / _EVERYWHERE, down.value / _EVERYWHERE))
    (x1, y1), (x2, y2) = corners
    left, top, right, bottom = min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)
    return max(0.0, left), max(0.0, top), min(1.0, right), min(1.0, bottom)


def _rendered(page: Any, width: int) -> Any:  # noqa: ANN401
    """The page as a PIL image, less wide where it is too long."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    across, down = page.get_size()
    if not (across > 0 and down > 0):
        raise _refused("the page has no extent")
    width = max(1, min(width, int(math.sqrt(_MOST_PIXELS * across / down))))
    height = max(1, min(_MOST_PIXELS, round(width * down / across)))
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, pdfium.FPDFBitmap_BGR)
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
    pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, pdfium.FPDF_ANNOT)
    return bitmap.to_pil()


def _marked(picture: Any, boxes: Sequence[Rect]) -> Any:  # noqa: ANN401
    """The picture with a marker's stroke over each box."""
    from PIL import Image, ImageChops, ImageDraw

    strokes = Image.new("L", picture.size, 0)
    pen = ImageDraw.Draw(strokes)
    for left, top, right, bottom in boxes:
        x1, y1 = left * picture.width, top * picture.height
        x2, y2 = right * picture.width, bottom * picture.height
        edge = 1 + _PEN_EDGE * min(x2 - x1, y2 - y1)
        pen.rectangle((x1 - edge, y1 - edge, x2 + edge, y2 + edge), fill=255)
    marked = ImageChops.multiply(picture, Image.new("RGB", picture.size, _PEN))
    return Image.composite(marked, picture, strokes)


def _refused(detail: str) -> FileRejected:
    return FileRejected(Reason.CORRUPT, detail)


if __name__ == "__main__":
    main()

"""Text of a PDF that is drawn with no ink (render mode 3), and when that is a trick.

Programs that recognise scanned pages lay their text unseen over the page's picture: there it is
what there is to read. Unseen text that stands over no picture, on a page with text to see, is
there for machines alone. White text on white is not looked for: to know what lies behind it every
page would have to be drawn.
"""

from ctypes import byref, c_float
from typing import Any

_MOST = 50_000  # objects of a page that are looked at
_Box = tuple[float, float, float, float]  # left, bottom, right, top; points


def take_out_hidden(page: Any) -> None:  # noqa: ANN401 -- pypdfium2 ships no types
    """Remove an open page's unseen text that stands over no picture, where it has other text."""
    import pypdfium2.raw as pdfium

    things = [
        pdfium.FPDFPage_GetObject(page, number)
        for number in range(min(_MOST, pdfium.FPDFPage_CountObjects(page)))
    ]
    mode_of = pdfium.FPDFTextObj_GetTextRenderMode  # -1 of what is no text
    modes = [mode_of(thing) for thing in things]
    invisible = pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
    if invisible not in modes or not {*modes} - {invisible, pdfium.FPDF_TEXTRENDERMODE_UNKNOWN}:
        return
    unseen = [thing for thing, mode in zip(things, modes, strict=True) if mode == invisible]
    # A form may hold the picture.
    kinds = (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM)
    pictures = [thing for thing in things if pdfium.FPDFPageObj_GetType(thing) in kinds]
    boxes = [_box(picture) for picture in pictures]
    for thing in unseen:
        if not any(_holds(box, _box(thing)) for box in boxes) and pdfium.FPDFPage_RemoveObject(
            page, thing
        ):
            pdfium.FPDFPageObj_Destroy(thing)


def _box(thing: Any) -> _Box:  # noqa: ANN401
    import pypdfium2.raw as pdfium

    sides = [c_float() for _ in range(4)]
    pdfium.FPDFPageObj_GetBounds(thing, *map(byref, sides))
    left, bottom, right, top = (side.value for side in sides)
    return left, bottom, right, top


def _holds(box: _Box, text: _Box) -> bool:
    """Whether the middle of the text is inside the box."""
    across, up = (text[0] + text[2]) / 2, (text[1] + text[3]) / 2
    return box[0] <= across <= box[2] and box[1] <= up <= box[3]

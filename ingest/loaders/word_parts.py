"""The parts of a Word file's XML that a reader sees: paragraphs, rows, cells, runs, text boxes."""

from collections.abc import Iterator
from typing import Any

from ingest.loaders.word_math import EQUATION, equation_text

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_LEFT_OUT = {
    f"{W}{name}"
    for name in ("del", "moveFrom", "pPr", "rPr", "sdtPr", "sectPr", "tblPr", "trPr", "tcPr",
                 "instrText")
}  # fmt: skip
_BOX = f"{W}txbxContent"
_CONTENTS = f"{W}sdtPr/{W}docPartObj/{W}docPartGallery"


def blocks(holder: Any) -> Iterator[Any]:  # noqa: ANN401
    """The paragraphs and tables of a body, cell or text box, in content controls too."""
    yield from _found(holder, {f"{W}p", f"{W}tbl"})


def rows_of(table: Any) -> Iterator[Any]:  # noqa: ANN401
    """A table's rows, in content controls too."""
    yield from _found(table, {f"{W}tr"})


def cells_of(row: Any) -> Iterator[Any]:  # noqa: ANN401
    """A row's cells, in content controls too."""
    yield from _found(row, {f"{W}tc"})


def boxes(paragraph: Any) -> Iterator[Any]:  # noqa: ANN401
    """The text boxes that are anchored in a paragraph."""
    if next(paragraph._p.iter(_BOX), None) is None:
        return
    for part, _ in _pieces(paragraph):
        if part.tag != EQUATION:
            yield from _boxes(part)


def seen_text(paragraph: Any) -> str:  # noqa: ANN401
    """What a reader sees of a paragraph, its equations too, without its text boxes."""
    return "".join(
        equation_text(part) if part.tag == EQUATION else run.text
        for part, run in _pieces(paragraph)
    )


def _pieces(paragraph: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401
    """The runs and equations at any depth: in links, content controls and tracked insertions.

    Each element comes with its run; hidden runs do not come.
    """
    from docx.text.run import Run

    hidden = _hidden_by(paragraph.style)
    for part in _found(paragraph._p, {f"{W}r", EQUATION}):
        run = Run(part, paragraph)
        if part.tag == EQUATION or not _is_hidden(run, hidden):
            yield part, run


def _found(holder: Any, tags: set[str]) -> Iterator[Any]:  # noqa: ANN401
    """The elements of these tags in order, not those within one another."""
    waiting = list(holder)[::-1]
    while waiting:
        element = waiting.pop()
        if element.tag in tags:
            yield element
        elif element.tag not in _LEFT_OUT and not _is_contents(element):
            waiting += list(_chosen(element))[::-1]


def _boxes(run: Any) -> Iterator[Any]:  # noqa: ANN401
    waiting = list(run)[::-1]
    while waiting:
        element = waiting.pop()
        if element.tag == _BOX:
            yield element
        else:
            waiting += list(_chosen(element))[::-1]


def _chosen(element: Any) -> Any:  # noqa: ANN401
    """What is inside, of two versions of the same the newer: Word draws one of them."""
    if element.tag != f"{_MC}AlternateContent":
        return element
    choice = element.find(f"{_MC}Choice")
    return element if choice is None else choice


def _is_contents(element: Any) -> bool:  # noqa: ANN401
    """Whether it is a table of contents, which says again what the headings say."""
    if element.tag != f"{W}sdt":
        return False
    gallery = element.find(_CONTENTS)
    return gallery is not None and gallery.get(f"{W}val") == "Table of Contents"


def _is_hidden(run: Any, by_paragraph: bool | None) -> bool:  # noqa: ANN401
    own = run.font.hidden
    if own is None and run._r.style is not None:
        own = _hidden_by(run.style)
    return bool(by_paragraph if own is None else own)


def _hidden_by(style: Any) -> bool | None:  # noqa: ANN401
    """What the style, or one that it is based on, says of hiding; None where they say nothing."""
    for _ in range(20):
        if style is None or style.font.hidden is not None:
            return None if style is None else bool(style.font.hidden)
        style = style.base_style
    return None

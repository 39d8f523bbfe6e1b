"""A Word equation as a line of text: ``A=(b+1)/2``."""

from collections.abc import Callable
from typing import Any

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
EQUATION = f"{_M}oMath"
_MAX_DEPTH = 50  # of parts within parts; deeper text is taken as it is


def equation_text(element: Any, depth: int = 0) -> str:  # noqa: ANN401
    """The text of an equation, or of a part of it."""
    if depth > _MAX_DEPTH:
        return "".join(text.text or "" for text in element.iter(f"{_M}t"))
    name = element.tag.removeprefix(_M) if isinstance(element.tag, str) else ""
    if name == "t":
        return element.text or ""
    write = _PARTS.get(name)

    def part(child: str) -> str:
        found = element.find(f"{_M}{child}")
        return "" if found is None else equation_text(found, depth + 1)

    if write is not None:
        return write(part)
    if name == "d":
        return _delimited(element, depth)
    inner = (equation_text(child, depth + 1) for child in element)
    if name == "m":
        return f"[{'; '.join(filter(None, inner))}]"
    return ("," if name == "mr" else "").join(inner)


def _delimited(element: Any, depth: int) -> str:  # noqa: ANN401
    said = {"begChr": "(", "sepChr": "|", "endChr": ")"}
    for mark in said:
        found = element.find(f"{_M}dPr/{_M}{mark}")
        if found is not None:
            said[mark] = found.get(f"{_M}val") or ""
    inner = (equation_text(child, depth + 1) for child in element.findall(f"{_M}e"))
    return f"{said['begChr']}{said['sepChr'].join(inner)}{said['endChr']}"


def _grouped(text: str) -> str:
    """A part of more than a name or a figure in brackets, so that a line says what it is of."""
    return text if text.replace(".", "").replace(",", "").isalnum() else f"({text})"


def _raised(part: Callable[[str], str]) -> str:
    low, high = part("sub"), part("sup")
    below = f"_{_grouped(low)}" if low else ""
    return part("e") + below + (f"^{_grouped(high)}" if high else "")


_PARTS: dict[str, Callable[[Callable[[str], str]], str]] = {
    "f": lambda part: f"{_grouped(part('num'))}/{_grouped(part('den'))}",
    "sSup": _raised,
    "sSub": _raised,
    "sSubSup": _raised,
    "rad": lambda part: (f"{part('deg')}√" if part("deg") else "√") + _grouped(part("e")),
}

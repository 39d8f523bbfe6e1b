"""What a reader sees of HTML's elements, and their text."""

from collections.abc import Iterator
from itertools import islice

from selectolax.lexbor import LexborNode

from ingest.hiding import hides

BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "html", "li", "main", "ol",
    "p", "pre", "section", "summary", "ul", "h1", "h2", "h3", "h4", "h5", "h6", "table",
}  # fmt: skip
_LEFT_OUT = {
    "script", "style", "template", "noscript", "nav", "svg", "head", "iframe", "button",
    "select", "option", "textarea", "input", "object", "canvas", "audio", "video", "-comment",
    "_comment", "-doctype",
}  # fmt: skip
_APART = BLOCKS | {"br", "hr", "caption", "tr", "th", "td"}  # what ends a line, or a cell
_MOST_AROUND = 200  # elements around one of which a background is looked for


def is_hidden(node: LexborNode) -> bool:
    """Whether a reader sees nothing of the node."""
    if node.tag in _LEFT_OUT:
        return True
    if node.tag in ("-text", None):
        return False
    return hides(node.attributes, (n.attributes for n in islice(_around(node), _MOST_AROUND)))


def text_of(node: LexborNode, *, gap: str = " ", tables: bool = True) -> str:
    """The text of a node without what is hidden in it, a ``gap`` wherever a line ends.

    Without ``tables`` those within it are left out.
    """
    parts: list[str] = []
    waiting: list[LexborNode | str] = [node]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, str):
            parts.append(inner)
            continue
        is_within = inner.mem_id != node.mem_id
        if is_within:
            if inner.next is not None:
                waiting.append(inner.next)
            if is_hidden(inner) or (inner.tag == "table" and not tables):
                continue
        if inner.tag == "-text":
            parts.append(inner.text(deep=False) or "")
            continue
        if is_within and inner.tag in _APART:
            if inner.tag == "br" or not "".join(parts[-1:]).endswith("\n"):
                parts.append(gap)
            if inner.tag not in ("br", "hr"):
                waiting.append(gap)
        if inner.child is not None:
            waiting.append(inner.child)
    return "".join(parts)


def _around(node: LexborNode) -> Iterator[LexborNode]:
    holder = node.parent
    while holder is not None:
        yield holder
        holder = holder.parent

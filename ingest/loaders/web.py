"""HTML through selectolax, and EPUB as the HTML of its chapters."""

import posixpath
import zipfile
from pathlib import Path
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.hiding import hides
from ingest.loaders.office import check_archive
from ingest.loaders.plain import decoded
from ingest.loaders.writing import PageWriter
from ingest.loading import LoadingOptions
from rag_app.errors import FileRejected, Reason
from rag_app.values import LoadedDocument

_LEFT_OUT = {
    "script", "style", "template", "noscript", "nav", "svg", "head", "iframe", "button",
    "select", "option", "textarea", "input", "object", "canvas", "audio", "video", "-comment",
}  # fmt: skip
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "html", "li", "main", "ol",
    "p", "pre", "section", "summary", "ul", "h1", "h2", "h3", "h4", "h5", "h6", "table",
}  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_MAX_DEPTH = 200  # of nesting; deeper text is taken as it is


def load_web(path: Path, options: LoadingOptions) -> LoadedDocument:
    """A page or a book as one page without a number. Raises FileRejected."""
    if path.suffix.lower() == ".epub":
        return _book(path, options)
    writer = PageWriter(options)
    title = _write(decoded(path, options), writer)
    return LoadedDocument(title, (writer.page(),), "html")


def _write(html: str, writer: PageWriter) -> str:
    """Write what a reader would see; return the page's title."""
    tree = LexborHTMLParser(html)
    title = tree.css_first("title")
    if tree.body is not None:
        _block(tree.body, writer, 0, _holders(tree.body))
    return " ".join(title.text().split()) if title is not None else ""


def _holders(top: LexborNode) -> set[int]:
    """The nodes that hold a block at any depth, by ``mem_id``; each node is looked at once."""
    holders: set[int] = set()
    for node in top.traverse(include_text=False):
        parent = node.parent if node.tag in _BLOCKS else None
        while parent is not None and parent.mem_id not in holders:
            holders.add(parent.mem_id)
            parent = parent.parent
    return holders


def _block(node: LexborNode, writer: PageWriter, depth: int, holders: set[int]) -> None:
    inline: list[str] = []

    def flush() -> None:
        text = " ".join("".join(inline).split())
        inline.clear()
        if node.tag == "li":
            writer.line(f"- {text}" if text else "")
        else:
            writer.paragraph(text)

    child = node.child
    while child is not None:
        tag = child.tag or ""
        if _hidden(child):
            pass
        elif tag in _HEADINGS:
            flush()
            writer.heading(_text(child), _HEADINGS[tag])
        elif tag == "table":
            flush()
            _table(child, writer)
        elif tag == "pre":
            flush()
            writer.paragraph(_text(child))
        elif depth < _MAX_DEPTH and (tag in _BLOCKS or child.mem_id in holders):
            flush()
            _block(child, writer, depth + 1, holders)
        elif tag == "br":
            inline.append(" ")
        else:
            inline.append(_text(child))
        child = child.next
    flush()


def _text(node: LexborNode) -> str:
    """The text of a node without what is hidden in it."""
    parts: list[str] = []
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        if inner.mem_id != node.mem_id:
            if inner.next is not None:
                waiting.append(inner.next)
            if _hidden(inner):
                continue
        if inner.tag == "-text":
            parts.append(inner.text(deep=False) or "")
        elif inner.child is not None:
            waiting.append(inner.child)
    return "".join(parts)


def _hidden(node: LexborNode) -> bool:
    if node.tag in _LEFT_OUT or node.tag in ("_comment", "-doctype"):
        return True
    if node.tag in ("-text", None):
        return False
    return hides(node.attributes)


def _table(node: LexborNode, writer: PageWriter) -> None:
    caption = node.css_first("caption")
    if caption is not None and not _hidden(caption):
        writer.paragraph(_text(caption))
    rows = [row for row in node.css("tr") if _seen_in(row, node)]
    cells = [[_text(cell) for cell in row.css("th, td") if not _hidden(cell)] for row in rows]
    header = bool(rows) and (rows[0].css_first("td") is None or node.css_first("th") is None)
    writer.table(cells, header=header)


def _seen_in(row: LexborNode, table: LexborNode) -> bool:
    """Whether neither the row nor what holds it within the table is hidden."""
    node: LexborNode | None = row
    while node is not None and node.mem_id != table.mem_id:
        if _hidden(node):
            return False
        node = node.parent
    return True


def _book(path: Path, options: LoadingOptions) -> LoadedDocument:
    check_archive(path)
    writer = PageWriter(options)
    try:
        with zipfile.ZipFile(path) as archive:
            package = _package_path(archive)
            opf = LexborHTMLParser(archive.read(package))
            base = posixpath.dirname(package)
            items = {
                item.attributes.get("id"): unquote(item.attributes.get("href") or "")
                for item in opf.css("item")
            }
            for reference in opf.css("itemref"):
                name = posixpath.normpath(
                    posixpath.join(base, items.get(reference.attributes.get("idref")) or "")
                )
                if name in archive.namelist():
                    _write(archive.read(name).decode("utf-8", errors="replace"), writer)
            title = next((n.text() for n in opf.css("*") if n.tag == "dc:title"), "")
    except (KeyError, zipfile.BadZipFile, RuntimeError, OSError, ValueError) as error:
        raise FileRejected(Reason.CORRUPT, f"it is no readable EPUB ({error})") from error
    return LoadedDocument(" ".join(title.split()), (writer.page(),), "epub")


def _package_path(archive: zipfile.ZipFile) -> str:
    container = LexborHTMLParser(archive.read("META-INF/container.xml"))
    for node in container.css("rootfile"):
        if path := node.attributes.get("full-path"):
            return path
    raise ValueError("its container names no package")

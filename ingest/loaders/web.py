"""HTML through selectolax, and EPUB as the HTML of its chapters."""

import posixpath
import re
import zipfile
from pathlib import Path
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.loaders.office import check_archive
from ingest.loaders.options import LoadingOptions
from ingest.loaders.plain import decoded
from ingest.loaders.web_nodes import BLOCKS, is_hidden, text_of
from ingest.loaders.web_table import read_table
from ingest.loaders.writing import PageWriter
from rag_app.errors import FileRejected, Reason
from rag_app.values import LoadedDocument

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SELF_CLOSED = re.compile(r"<([A-Za-z][\w:.-]{0,60})(\s[^<>]{0,2000})?/>")
_HEAD_END = re.compile(r"(?i)<body\b|</head\b")
_NOSCRIPT = re.compile(r"(?i)<noscript(?:\s[^<>]{0,500})?>")
_NOSCRIPT_END = re.compile(r"(?i)</noscript\s*>")
_EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param",
          "source", "track", "wbr"}  # fmt: skip
_MAX_DEPTH = 200  # of nesting; deeper text is taken as it is


def load_web(path: Path, options: LoadingOptions) -> LoadedDocument:
    """A page or a book as one page without a number. Raises FileRejected."""
    if path.suffix.lower() == ".epub":
        return _book(path, options)
    writer = PageWriter(options)
    html = decoded(path, options)
    title = _write(_closed(html) if path.suffix.lower() == ".xhtml" else html, writer)
    return LoadedDocument(title, (writer.page(),), "html")


def _write(html: str, writer: PageWriter) -> str:
    """Write what a reader would see; return the page's title."""
    tree = LexborHTMLParser(_without_noscript(html))
    title = tree.css_first("title")
    if tree.body is not None:
        _block(tree.body, writer, 0, _holders(tree.body))
    return " ".join(title.text().split()) if title is not None else ""


def _without_noscript(html: str) -> str:
    """``html`` without what its head says to readers without scripts.

    The parser is one of these, and would take a text there for the first of the body.
    """
    body = _HEAD_END.search(html)
    most = body.start() if body else len(html)
    parts: list[str] = []
    kept = looked = 0
    for end in _NOSCRIPT_END.finditer(html, 0, most):
        if start := _NOSCRIPT.search(html, looked, end.start()):
            parts.append(html[kept : start.start()])
            kept = end.end()
        looked = end.end()
    return "".join([*parts, html[kept:]])


def _closed(xml: str) -> str:
    """XHTML in which ``<title/>`` is ``<title></title>``.

    HTML has the empty elements alone without an end; after any other all that follows is in it.
    """
    return _SELF_CLOSED.sub(
        lambda tag: tag[0] if tag[1].lower() in _EMPTY else f"<{tag[1]}{tag[2] or ''}></{tag[1]}>",
        xml,
    )


def _holders(top: LexborNode) -> set[int]:
    """The nodes that hold a block at any depth, by ``mem_id``; each node is looked at once."""
    holders: set[int] = set()
    for node in top.traverse(include_text=False):
        parent = node.parent if node.tag in BLOCKS else None
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
        if is_hidden(child):
            pass
        elif tag in _HEADINGS:
            flush()
            writer.heading(text_of(child), _HEADINGS[tag])
        elif tag == "table":
            flush()
            _table(child, writer, depth)
        elif tag == "pre":
            flush()
            writer.paragraph(text_of(child, gap="\n"))
        elif depth < _MAX_DEPTH and (tag in BLOCKS or child.mem_id in holders):
            flush()
            _block(child, writer, depth + 1, holders)
        elif tag == "br":
            inline.append(" ")
        else:
            inline.append(text_of(child))
        child = child.next
    flush()


def _table(node: LexborNode, writer: PageWriter, depth: int) -> None:
    """The table, and then those in its cells: each is read once."""
    table = read_table(node, writer.check)
    for text in table.before:
        writer.paragraph(text)
    writer.table(table.rows, header=table.has_header)
    for inner in table.within:
        if depth < _MAX_DEPTH:
            _table(inner, writer, depth + 1)
        else:
            writer.paragraph(text_of(inner))


def _book(path: Path, options: LoadingOptions) -> LoadedDocument:
    check_archive(path)
    writer = PageWriter(options)
    try:
        with zipfile.ZipFile(path) as archive:
            package = _package_path(archive)
            parts = _elements(archive.read(package))
            base = posixpath.dirname(package)
            items = {
                item.attributes.get("id"): unquote(item.attributes.get("href") or "")
                for item in parts.get("item", ())
            }
            names = set(archive.namelist())
            for reference in parts.get("itemref", ()):
                name = posixpath.normpath(
                    posixpath.join(base, items.get(reference.attributes.get("idref")) or "")
                )
                if name in names:
                    chapter = archive.read(name).decode("utf-8", errors="replace")
                    _write(_closed(chapter), writer)
            title = next((node.text() for node in parts.get("title", ())), "")
    except (KeyError, zipfile.BadZipFile, RuntimeError, OSError, ValueError) as error:
        raise FileRejected(Reason.CORRUPT, f"it is no readable EPUB ({error})") from error
    return LoadedDocument(" ".join(title.split()), (writer.page(),), "epub")


def _package_path(archive: zipfile.ZipFile) -> str:
    for node in _elements(archive.read("META-INF/container.xml")).get("rootfile", ()):
        if path := node.attributes.get("full-path"):
            return path
    raise ValueError("its container names no package")


def _elements(xml: bytes) -> dict[str, list[LexborNode]]:
    """The elements by their names, whatever prefix a book gives to its namespaces."""
    found: dict[str, list[LexborNode]] = {}
    for node in LexborHTMLParser(_closed(xml.decode("utf-8", errors="replace"))).css("*"):
        found.setdefault((node.tag or "").rpartition(":")[2], []).append(node)
    return found

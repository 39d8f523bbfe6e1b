"""Plain text and Markdown, verbatim but for what Markdown hides."""

import re
from pathlib import Path

from ingest.hiding import without_hidden
from ingest.loaders.decoding import text_from
from ingest.loaders.options import LoadingOptions
from ingest.loaders.visible import visible
from rag_app.errors import FileRejected, Reason
from rag_app.values import Heading, LoadedDocument, Page

_HTML = {".html", ".htm", ".xhtml"}
_ATX = re.compile(r"^ {0,3}(#{1,6})[ \t]+(\S.*)$")
_CLOSING = re.compile(r"(?:^|[ \t])#+$")  # of "## Title ##"
_MAX_TITLE = 500  # characters; a longer line is no heading
_SETEXT = re.compile(r"^ {0,3}(=+|-{2,})[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}(?=[^`]*$)|~{3,})")  # "```code```" opens no block
_FRONT = re.compile(r"---\n(?=\S)(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_FIELD = re.compile(r"(?m)^[\w-][\w .-]*:(?:\s|$)")
_FRONT_TITLE = re.compile(r"(?m)^title:\s*[\"']?(.+?)[\"']?\s*$")
_PIPE_ROW = re.compile(r"^\s*\|.*\|\s*$")


def load_plain(path: Path, options: LoadingOptions) -> LoadedDocument:
    """The file's text as one page without a number; Markdown with its headings.

    Raises FileRejected where the bytes are no text.
    """
    text = decoded(path, options)
    if path.suffix.lower() not in {".md", ".markdown"}:
        return LoadedDocument("", (Page(None, text),), "text")
    text = without_hidden(text)
    front = _front_matter(text)
    headings, rows = _structure(text, len(front))
    found = _FRONT_TITLE.search(front)
    title = found.group(1) if found else headings[0].title if headings else ""
    return LoadedDocument(title, (Page(None, text, tuple(headings), tuple(rows)),), "markdown")


def decoded(path: Path, options: LoadingOptions) -> str:
    """The file's text, whatever its encoding, without invisible characters."""
    data = path.read_bytes()
    if len(data) > 4 * options.max_characters:
        raise FileRejected(
            Reason.TOO_LARGE,
            f"it has {len(data):,} bytes of text (RAG_MAX_CHARACTERS raises the limit)",
        )
    return visible(text_from(data, is_html=path.suffix.lower() in _HTML))


def _may_be_title(line: str) -> bool:
    return bool(line.strip()) and "|" not in line and len(line) <= _MAX_TITLE


def _front_matter(text: str) -> str:
    """The fields about a Markdown text that it opens with, its rules too; "" for none."""
    found = _FRONT.match(text)
    return found.group() if found and _FRONT_FIELD.search(found.group(1)) else ""


def _structure(text: str, after: int) -> tuple[list[Heading], list[tuple[int, int]]]:
    """The headings, and the rows of tables, from ``after`` on."""
    headings: list[Heading] = []
    rows: list[tuple[int, int]] = []
    fence = ""
    start, previous = after, ""
    for line in text[after:].splitlines(keepends=True):
        bare = line.rstrip("\n")
        mark = _FENCE.match(bare)
        if mark and not fence:
            fence = mark.group(1)
        elif mark and mark.group(1).startswith(fence) and bare.strip() == mark.group(1):
            fence = ""
        elif not fence:
            if len(bare) <= _MAX_TITLE and (title := _ATX.match(bare)):
                said = _CLOSING.sub("", title.group(2).rstrip()).rstrip()
                headings.append(Heading(start, len(title.group(1)), said))
            elif (rule := _SETEXT.match(bare)) and _may_be_title(previous):
                level = 1 if rule.group(1)[0] == "=" else 2
                at = start - len(previous) + len(previous) - len(previous.lstrip())
                headings.append(Heading(at, level, previous.strip()))
            elif _PIPE_ROW.match(bare):
                rows.append((start, start + len(bare)))
        previous = "" if fence else line
        start += len(line)
    return headings, rows

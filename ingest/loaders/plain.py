"""Plain text and Markdown, verbatim but for what Markdown hides."""

import re
from pathlib import Path

from ingest.hiding import without_hidden
from ingest.loading import LoadingOptions, visible
from rag_app.errors import FileRejected, Reason
from rag_app.values import Heading, LoadedDocument, Page

_LATIN_END = 0x250  # code point after the last Latin letter with accents
_ATX = re.compile(r"^ {0,3}(#{1,6})[ \t]+(\S.*)$")
_CLOSING = re.compile(r"(?:^|[ \t])#+$")  # of "## Title ##"
_MAX_TITLE = 500  # characters; a longer line is no heading
_LONGEST_OPENING = 200  # characters of a plain text's title
_SETEXT = re.compile(r"^ {0,3}(=+|-{2,})[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
_FRONT_TITLE = re.compile(r"(?m)^title:\s*[\"']?(.+?)[\"']?\s*$")
_PIPE_ROW = re.compile(r"^\s*\|.*\|\s*$")


def load_plain(path: Path, options: LoadingOptions) -> LoadedDocument:
    """The file's text as one page without a number; Markdown with its headings.

    Raises FileRejected where the bytes are no text.
    """
    text = decoded(path, options)
    if path.suffix.lower() not in {".md", ".markdown"}:
        return LoadedDocument(_opening_title(text), (Page(None, text),), "text")
    text = without_hidden(text)
    headings, rows = _structure(text)
    front = text[4 : text.find("\n---", 4)] if text.startswith("---\n") else ""
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
    return visible(_decode(data))


def _decode(data: bytes) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"),
                           (b"\xfe\xff", "utf-16")):  # fmt: skip
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    sample = data[:4096]
    nulls = sample.count(0)
    if nulls:
        # Western text in UTF-16 has a null in every second byte; a binary file has them anywhere.
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        if max(even, odd) > 0.3 * len(sample) / 2 and min(even, odd) < 0.05 * nulls:
            return data.decode("utf-16-be" if even > odd else "utf-16-le", errors="replace")
        raise FileRejected(Reason.CORRUPT, "it is named as text but holds binary data")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes

    best = from_bytes(data[:200_000]).best()
    is_latin = best is None or all(
        ord(letter) < _LATIN_END for letter in str(best) if letter.isalpha()
    )
    # Windows' Western encoding is what Portuguese and English files come in if not in UTF-8; a
    # guess cannot tell it from its Central European sister, in which ã is ă.
    return data.decode("cp1252" if best is None or is_latin else best.encoding, errors="replace")


def _opening_title(text: str) -> str:
    """A first line that stands alone above more than itself; "" where there is none."""
    first, _, rest = text.lstrip().partition("\n")
    title, below = first.strip(), rest.lstrip(" \t")
    stands_alone = below.startswith("\n") and len(below.strip()) > len(title)
    if not stands_alone or len(title) > _LONGEST_OPENING or title.endswith((",", ";", ":")):
        return ""
    return title if any(char.isalpha() for char in title) else ""


def _may_be_title(line: str) -> bool:
    return bool(line.strip()) and "|" not in line and len(line) <= _MAX_TITLE


def _structure(text: str) -> tuple[list[Heading], list[tuple[int, int]]]:
    headings: list[Heading] = []
    rows: list[tuple[int, int]] = []
    fence = ""
    start, previous = 0, ""
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\n")
        mark = _FENCE.match(bare)
        if mark and (not fence or mark.group(1) == fence):
            fence = "" if fence else mark.group(1)
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

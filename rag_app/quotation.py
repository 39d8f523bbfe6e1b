"""A document's words as they are said in an answer: on one line, without marks of layout. Pure.

The citation beside them keeps the words as they stand in the file.
"""

import re
from pathlib import PurePosixPath

_MARKDOWN = frozenset({".md", ".markdown"})
_MARKER = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]")  # a document's own would pass for the answer's
_WHITE = re.compile(r"\s+")

# CommonMark 0.31, GitHub's tables.
_FENCE = re.compile(r"(?m)^\s*(?:```|~~~).*$")
_TABLE_RULE = re.compile(r"(?m)^\s*\|?[\s:|-]*--[\s:|-]*$")
_TABLE_ROW = re.compile(r"(?m)^[ \t]*\|(.*?)\|?[ \t]*$")
_CELL_END = re.compile(r"\s*(?<!\\)\|\s*")
_LINE_START = re.compile(r"(?m)^[ \t]*(?:(?:#{1,6}|[-*+]|>)[ \t]+)+")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_CODE = re.compile(r"(`+)(.+?)\1")
_EMPHASIS = re.compile(r"(\*{1,3})(?=\S)(.+?)(?<=\S)\1|(?<!\w)(_{1,3})(?=\S)(.+?)(?<=\S)\3(?!\w)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def spoken(text: str, source: str) -> str:
    """A quotation from the file ``source`` on one line, Markdown's marks taken off."""
    if PurePosixPath(source).suffix.lower() in _MARKDOWN:
        text = _plain(text)
    return _WHITE.sub(" ", _MARKER.sub("", text)).strip()


def _plain(text: str) -> str:
    text = _TABLE_RULE.sub("", _FENCE.sub("", text))
    text = _TABLE_ROW.sub(lambda row: _CELL_END.sub("; ", row[1].strip()), text)
    text = _LINK.sub(r"\1", _LINE_START.sub("", text))
    text = _CODE.sub(r"\2", text)
    while (bare := _EMPHASIS.sub(lambda found: found[2] or found[4], text)) != text:
        text = bare
    return _ESCAPE.sub(r"\1", text)

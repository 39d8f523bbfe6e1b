"""A document's words as they are said in an answer: on one line, without marks of layout. Pure.

The citation beside them keeps the words as they stand in the file.
"""

import re
from pathlib import PurePosixPath

_MARKDOWN = frozenset({".md", ".markdown"})
# A document's own footnotes would pass for the answer's; a year in brackets is part of the text.
_FOOTNOTE = re.compile(r"\s*\[(?!0)\d{1,3}(?:\s*,\s*\d{1,3})*\]")
_YEAR = re.compile(r"\[(\d{4,}(?:\s*,\s*\d+)*)\]")
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
    return _WHITE.sub(" ", _YEAR.sub(r"(\1)", _FOOTNOTE.sub("", text))).strip()


def _plain(text: str) -> str:
    text = _TABLE_RULE.sub("", _FENCE.sub("", text))
    text = _TABLE_ROW.sub(lambda row: _CELL_END.sub("; ", row[1].strip()), text)
    text = _LINE_START.sub("", text)
    parts, at = [], 0
    for code in _CODE.finditer(text):  # what stands in it is no mark: 2**8, __init__.py
        parts += [_unmarked(text[at : code.start()]), code[2]]
        at = code.end()
    return "".join([*parts, _unmarked(text[at:])])


def _unmarked(text: str) -> str:
    text = _LINK.sub(r"\1", text)
    while (bare := _EMPHASIS.sub(lambda found: found[2] or found[4], text)) != text:
        text = bare
    return _ESCAPE.sub(r"\1", text)

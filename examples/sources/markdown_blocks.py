"""A small reader for the Markdown dialect in which the example texts are written.

It knows headings, paragraphs, lists, tables, figures, formulas and footnotes, which is
all that the report and the Word chapter need. Dialect, beyond ordinary Markdown:

* ``Table: [key] Caption`` on the line before a table gives it a caption and a key;
* ``Figure: [key] Caption`` places the drawing of that key;
* ``{tab:key}`` and ``{fig:key}`` in running text refer to them by number;
* ``$ formula`` sets a line apart as a formula;
* ``[^key]`` calls a footnote, ``[^key]: text`` defines it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

HEADING = re.compile(r"^(#{1,4})\s+(.+)$")
BULLET = re.compile(r"^[-*]\s+(.+)$")
NUMBERED = re.compile(r"^\d+\.\s+(.+)$")
CAPTION = re.compile(r"^(Table|Figure|Tabela):\s*(?:\[([\w-]+)\]\s*)?(.+)$")
FOOTNOTE = re.compile(r"^\[\^([\w-]+)\]:\s*(.+)$")
REFERENCE = re.compile(r"\{(tab|fig):([\w-]+)\}")


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is a chapter."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of running text, inline marks still in it."""

    text: str


@dataclass(frozen=True)
class Formula:
    """A line set apart from the running text."""

    text: str


@dataclass(frozen=True)
class ListBlock:
    """A bulleted or numbered list."""

    ordered: bool
    items: tuple[str, ...]


@dataclass(frozen=True)
class TableBlock:
    """A table with its caption and, for each column, whether it is right aligned."""

    key: str
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[bool, ...]


@dataclass(frozen=True)
class FigureBlock:
    """A figure, drawn elsewhere under its key."""

    key: str
    caption: str


Block = Heading | Paragraph | Formula | ListBlock | TableBlock | FigureBlock


@dataclass
class Text:
    """A parsed text: its blocks in order and its footnotes by key."""

    blocks: list[Block] = field(default_factory=list)
    footnotes: dict[str, str] = field(default_factory=dict)


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))


def _table(key: str, caption: str, lines: list[str]) -> TableBlock:
    """Read the lines of one table: header, rule, rows."""
    header = _cells(lines[0])
    right = tuple(mark.endswith(":") and not mark.startswith(":") for mark in _cells(lines[1]))
    rows = tuple(_cells(line) for line in lines[2:])
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"table {key!r}: a row of {len(row)} cells under {len(header)} heads")
    return TableBlock(key, caption, header, rows, right)


def _take(lines: list[str], start: int, pattern: re.Pattern[str]) -> tuple[tuple[str, ...], int]:
    """Collect list items from ``start``; an indented line continues the item before it."""
    items: list[str] = []
    at = start
    while at < len(lines):
        match = pattern.match(lines[at])
        if match:
            items.append(match.group(1).strip())
        elif lines[at].startswith("  ") and lines[at].strip():
            items[-1] += " " + lines[at].strip()
        else:
            break
        at += 1
    return tuple(items), at


def _starts_block(line: str) -> bool:
    patterns = (HEADING, BULLET, NUMBERED, CAPTION, FOOTNOTE)
    return line.startswith(("|", "$ ")) or any(pattern.match(line) for pattern in patterns)


def parse(source: str) -> Text:
    """Parse a text written in the dialect described above."""
    lines = source.splitlines()
    text = Text()
    key = caption = ""
    at = 0
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
        elif match := HEADING.match(line):
            text.blocks.append(Heading(len(match.group(1)), match.group(2).strip()))
            at += 1
        elif match := FOOTNOTE.match(line):
            text.footnotes[match.group(1)] = match.group(2).strip()
            at += 1
        elif match := CAPTION.match(line):
            kind, found, words = match.groups()
            if kind == "Figure":
                text.blocks.append(FigureBlock(found or "", words.strip()))
            else:
                key, caption = found or "", words.strip()
            at += 1
        elif line.startswith("$ "):
            text.blocks.append(Formula(line[2:].strip()))
            at += 1
        elif line.startswith("|"):
            end = at
            while end < len(lines) and lines[end].startswith("|"):
                end += 1
            text.blocks.append(_table(key, caption, lines[at:end]))
            key = caption = ""
            at = end
        elif BULLET.match(line) or NUMBERED.match(line):
            ordered = NUMBERED.match(line) is not None
            items, at = _take(lines, at, NUMBERED if ordered else BULLET)
            text.blocks.append(ListBlock(ordered, items))
        else:
            end = at + 1
            while end < len(lines) and lines[end].strip() and not _starts_block(lines[end]):
                end += 1
            text.blocks.append(Paragraph(" ".join(part.strip() for part in lines[at:end])))
            at = end
    return text


def number_references(blocks: list[Block]) -> dict[str, str]:
    """Number tables and figures in order; give ``tab:key`` or ``fig:key`` -> its number."""
    numbers: dict[str, str] = {}
    tables = figures = 0
    for block in blocks:
        if isinstance(block, TableBlock):
            tables += 1
            numbers[f"tab:{block.key}"] = str(tables)
        elif isinstance(block, FigureBlock):
            figures += 1
            numbers[f"fig:{block.key}"] = str(figures)
    return numbers


def resolve(text: str, numbers: dict[str, str]) -> str:
    """Replace the references in a text by ``Table n`` or ``Figure n``."""

    def name(match: re.Match[str]) -> str:
        word = "Table" if match.group(1) == "tab" else "Figure"
        return f"{word} {numbers[f'{match.group(1)}:{match.group(2)}']}"

    return REFERENCE.sub(name, text)

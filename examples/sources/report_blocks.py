"""Inline marks, tables and figures of the report, as the library sets them."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.sax.saxutils import escape

import markdown_blocks as md
from report_figures import FIGURES
from report_styles import (
    ACCENT,
    BAND,
    CAPTION,
    CELL,
    CELL_RIGHT,
    HEAD,
    HEAD_RIGHT,
    RULE,
    TEXT_WIDTH,
)
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer, Table


def inline(text: str, number_of: Callable[[str], int] | None = None) -> str:
    """Turn the inline marks of a text into the library's markup."""
    out = escape(text)
    out = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", out)
    out = re.sub(r"\*(.+?)\*", r"<i>\1</i>", out)
    out = re.sub(r"`(.+?)`", r'<font name="Courier" size="9.4">\1</font>', out)
    if number_of is not None:

        def call(match: re.Match[str]) -> str:
            number = number_of(match.group(1))
            return f'<super size="7.4">{number}</super><onDraw name="note_call" label="{number}"/>'

        out = re.sub(r"\[\^([\w-]+)\]", call, out)
    return out


def column_widths(block: md.TableBlock) -> list[float]:
    """Share the text width among columns: what they need, the widest giving way first."""
    need = []
    for column, head in enumerate(block.header):
        longest = max(stringWidth(row[column], "Helvetica", 8.6) for row in block.rows)
        word = max(stringWidth(part, "Helvetica-Bold", 8.6) for part in head.split())
        need.append(max(longest, word, stringWidth(head, "Helvetica-Bold", 8.6) * 0.62) + 15)
    while sum(need) > TEXT_WIDTH:
        widest = need.index(max(need))
        need[widest] -= min(4.0, sum(need) - TEXT_WIDTH + 0.01)
    spare = (TEXT_WIDTH - sum(need)) / len(need)
    return [width + spare for width in need]


def table(block: md.TableBlock, number: str) -> list[Flowable]:
    """Set a table under its caption; figures are right aligned."""

    def cells(row: tuple[str, ...], left: ParagraphStyle, right: ParagraphStyle) -> list[Paragraph]:
        pairs = zip(row, block.right, strict=True)
        return [Paragraph(inline(cell), right if flush else left) for cell, flush in pairs]

    data = [cells(block.header, HEAD, HEAD_RIGHT)]
    data += [cells(row, CELL, CELL_RIGHT) for row in block.rows]
    style = [
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("VALIGN", (0, 1), (-1, -1), "TOP"),
        ("BACKGROUND", (0, 0), (-1, 0), BAND),
        ("LINEABOVE", (0, 0), (-1, 0), 0.9, ACCENT),
        ("LINEBELOW", (0, 0), (-1, 0), 0.6, ACCENT),
        ("LINEBELOW", (0, 1), (-1, -2), 0.25, RULE),
        ("LINEBELOW", (0, -1), (-1, -1), 0.9, ACCENT),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("LEFTPADDING", (0, 0), (-1, -1), 5),
        ("RIGHTPADDING", (0, 0), (-1, -1), 5),
    ]
    grid = Table(data, colWidths=column_widths(block), style=style, repeatRows=1)
    caption = Paragraph(f"<b>Table {number}.</b> {inline(block.caption)}", CAPTION)
    return [Spacer(1, 4), KeepTogether([caption, grid]), Spacer(1, 12)]


def figure(block: md.FigureBlock, number: str) -> list[Flowable]:
    """Set a figure above its caption."""
    caption = Paragraph(f"<b>Figure {number}.</b> {inline(block.caption)}", CAPTION)
    drawing = FIGURES[block.key](TEXT_WIDTH)
    return [Spacer(1, 4), KeepTogether([drawing, caption]), Spacer(1, 8)]

"""Writes the course's chapter on safety as a Word document with real styles."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import markdown_blocks as md
from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph as WordParagraph

INLINE = re.compile(r"(\*\*.+?\*\*|\*.+?\*|`.+?`)")
BUILT = dt.datetime(2025, 1, 15, 12, 0)


def _runs(paragraph: WordParagraph, text: str) -> None:
    """Add a text to a paragraph, its inline marks turned into runs."""
    for part in INLINE.split(text):
        if part.startswith("**"):
            paragraph.add_run(part[2:-2]).bold = True
        elif part.startswith("*"):
            paragraph.add_run(part[1:-1]).italic = True
        elif part.startswith("`"):
            paragraph.add_run(part[1:-1]).font.name = "Consolas"
        elif part:
            paragraph.add_run(part)


def _table(document: WordDocument, block: md.TableBlock) -> None:
    """Add a table; its first row repeats as a header on each page."""
    if block.caption:
        document.add_paragraph(block.caption, style="Caption")
    grid = document.add_table(rows=1, cols=len(block.header), style="Light Grid Accent 1")
    for cell, words in zip(grid.rows[0].cells, block.header, strict=True):
        cell.paragraphs[0].add_run(words).bold = True
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    grid.rows[0]._tr.get_or_add_trPr().append(mark)
    for row in block.rows:
        for cell, words, right in zip(grid.add_row().cells, row, block.right, strict=True):
            _runs(cell.paragraphs[0], words)
            if right:
                cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph()


def build(path: Path, source: str, author: str) -> None:
    """Write the chapter from its Markdown text."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(11)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "pt-BR")
    normal.element.get_or_add_rPr().append(language)

    blocks = md.parse(source).blocks
    for block in blocks:
        if isinstance(block, md.Heading):
            document.add_heading(block.text, level=block.level)
        elif isinstance(block, md.TableBlock):
            _table(document, block)
        elif isinstance(block, md.ListBlock):
            style = "List Number" if block.ordered else "List Bullet"
            for item in block.items:
                _runs(document.add_paragraph(style=style), item)
        elif isinstance(block, md.Paragraph):
            _runs(document.add_paragraph(), block.text)

    properties = document.core_properties
    properties.title = next(block.text for block in blocks if isinstance(block, md.Heading))
    properties.author = properties.last_modified_by = author
    properties.language = "pt-BR"
    properties.comments = ""
    properties.created = properties.modified = BUILT
    document.save(str(path))

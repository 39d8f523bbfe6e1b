"""How the report looks: its colours, its page and the styles of its paragraphs."""

from __future__ import annotations

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle

INK = HexColor("#1c2733")
ACCENT = HexColor("#1f4e79")
RULE = HexColor("#9fb0c0")
BAND = HexColor("#eef3f8")
WIDTH, HEIGHT = A4
SIDE, TOP, BOTTOM = 72, 84, 72
TEXT_WIDTH = WIDTH - 2 * SIDE


def _style(name: str, font: str, size: float, leading: float, **rest: object) -> ParagraphStyle:
    settings: dict[str, object] = {"textColor": INK} | rest
    return ParagraphStyle(name, fontName=font, fontSize=size, leading=leading, **settings)


BODY = _style(
    "body", "Times-Roman", 10.8, 15.2, alignment=TA_JUSTIFY, spaceAfter=7.5, allowWidows=0
)
ITEM = _style("item", "Times-Roman", 10.8, 14.8, spaceAfter=3)
FORMULA = _style(
    "formula", "Times-Italic", 11, 15, alignment=TA_CENTER, spaceBefore=3, spaceAfter=10
)
CHAPTER = _style("chapter", "Helvetica-Bold", 19, 24, textColor=ACCENT, spaceAfter=14)
SECTION = _style(
    "section", "Helvetica-Bold", 12.5, 16, textColor=ACCENT, spaceBefore=9, spaceAfter=5
)
CAPTION = _style("caption", "Helvetica", 8.8, 11.5, spaceBefore=4, spaceAfter=5)
CELL = _style("cell", "Helvetica", 8.6, 11)
CELL_RIGHT = _style("cell-right", "Helvetica", 8.6, 11, alignment=TA_RIGHT)
HEAD = _style("head", "Helvetica-Bold", 8.6, 11)
HEAD_RIGHT = _style("head-right", "Helvetica-Bold", 8.6, 11, alignment=TA_RIGHT)
NOTE = _style("note", "Times-Roman", 8.6, 10.6, spaceAfter=1.5)
TITLE = _style("title", "Helvetica-Bold", 29, 36, textColor=ACCENT)
SUBTITLE = _style("subtitle", "Helvetica", 14, 20)
BYLINE = _style("byline", "Helvetica", 11, 16)

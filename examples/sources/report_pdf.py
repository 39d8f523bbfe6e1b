"""Sets the report as a PDF: title page, contents, chapters, footnotes, outline.

The layout is repeated until it settles: each pass notes on which page every heading and
every footnote call fell, and the next one prints those page numbers in the contents and
keeps room for the footnotes at the foot of their pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

import markdown_blocks as md
from report_blocks import figure, inline, table
from report_styles import (
    ACCENT,
    BODY,
    BOTTOM,
    BYLINE,
    CHAPTER,
    FORMULA,
    HEIGHT,
    INK,
    ITEM,
    NOTE,
    RULE,
    SECTION,
    SIDE,
    SUBTITLE,
    TEXT_WIDTH,
    TITLE,
    TOP,
    WIDTH,
)
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    HRFlowable,
    ListFlowable,
    ListItem,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)

MOST_PAGES = 60
MOST_PASSES = 12
NOTE_GAP = 12


@dataclass(frozen=True)
class Matter:
    """What the title page and the document's metadata say."""

    title: str
    subtitle: str
    author: str
    date: str
    subject: str
    keywords: tuple[str, ...]
    abstract: str


@dataclass(frozen=True)
class Entry:
    """A heading as the contents and the outline list it."""

    level: int
    title: str
    key: str


@dataclass
class Layout:
    """What one pass learns: the pages of headings, and the footnotes called on each page."""

    pages: dict[str, int] = field(default_factory=dict)
    calls: dict[int, list[int]] = field(default_factory=dict)


class MarkedHeading(Paragraph):
    """A heading that carries its entry, so that the document can note its page."""

    def __init__(self, entry: Entry, style: ParagraphStyle) -> None:
        super().__init__(escape(entry.title), style)
        self.entry = entry
        self.keepWithNext = 1


class ContentsLine(Flowable):
    """One line of the contents: title, dotted leader and page number, all a link."""

    def __init__(self, entry: Entry, page: int | None) -> None:
        super().__init__()
        self.entry = entry
        self.page = "" if page is None else str(page)
        self.chapter = entry.level == 1
        self.width = TEXT_WIDTH
        self.height = 20.0 if self.chapter else 13.6

    def wrap(self, *_available: float) -> tuple[float, float]:
        """Give the fixed size of a line."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw the line and its link."""
        font = "Helvetica-Bold" if self.chapter else "Helvetica"
        size = 10.0 if self.chapter else 9.2
        left = 0 if self.chapter else 18
        canvas = self.canv
        canvas.setFont(font, size)
        canvas.setFillColor(INK)
        canvas.drawString(left, 3, self.entry.title)
        canvas.drawRightString(self.width, 3, self.page)
        start = left + stringWidth(self.entry.title, font, size) + 6
        end = self.width - stringWidth(self.page, font, size) - 6
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.8)
        canvas.setDash(0.8, 3)
        canvas.line(start, 4, end, 4)
        canvas.setDash()
        canvas.linkRect("", self.entry.key, (0, 0, self.width, self.height), relative=1)


class Report(BaseDocTemplate):
    """The document of one pass."""

    def __init__(
        self, path: Path, matter: Matter, notes: list[Paragraph], room: dict[int, float]
    ) -> None:
        super().__init__(
            str(path),
            pagesize=A4,
            title=matter.title,
            author=matter.author,
            subject=matter.subject,
            keywords=list(matter.keywords),
            creator=matter.author,
            lang="en",
            invariant=1,
        )
        self.matter = matter
        self.notes = notes
        self.layout = Layout()
        self.chapter = ""
        self.addPageTemplates([self._template(page, room) for page in range(1, MOST_PAGES)])

    def _template(self, page: int, room: dict[int, float]) -> PageTemplate:
        """Make the template of one page, its frame raised above that page's footnotes."""
        foot = BOTTOM + room.get(page, 0.0)
        frame = Frame(SIDE, foot, TEXT_WIDTH, HEIGHT - TOP - foot, 0, 0, 0, 0)
        return PageTemplate(
            id=f"page-{page}",
            frames=[frame],
            onPage=self._begin,
            onPageEnd=self._end,
        )

    def handle_pageBegin(self) -> None:
        """Begin a page with its own template, whatever ended the page before."""
        self.pageTemplate = self.pageTemplates[self.page]
        super().handle_pageBegin()

    def _begin(self, canvas: Canvas, _doc: BaseDocTemplate) -> None:
        canvas.setNamedCB("note_call", self._called)

    def _called(self, canvas: Canvas, _kind: str, label: str) -> None:
        self.layout.calls.setdefault(canvas.getPageNumber(), []).append(int(label))

    def _end(self, canvas: Canvas, _doc: BaseDocTemplate) -> None:
        """Draw what stands outside the text: running header, footer, footnotes."""
        page = canvas.getPageNumber()
        if page > 1:
            canvas.saveState()
            canvas.setFont("Helvetica", 8.2)
            canvas.setFillColor(INK)
            canvas.drawString(SIDE, HEIGHT - 54, self.matter.title)
            canvas.drawRightString(WIDTH - SIDE, HEIGHT - 54, self.chapter)
            canvas.drawString(SIDE, 40, self.matter.author)
            canvas.drawRightString(WIDTH - SIDE, 40, str(page))
            canvas.setStrokeColor(RULE)
            canvas.setLineWidth(0.6)
            canvas.line(SIDE, HEIGHT - 60, WIDTH - SIDE, HEIGHT - 60)
            canvas.line(SIDE, 52, WIDTH - SIDE, 52)
            canvas.restoreState()
        called = self.layout.calls.get(page, [])
        if called:
            top = BOTTOM - 10 + sum(_height(self.notes[number - 1]) for number in called)
            canvas.setStrokeColor(INK)
            canvas.setLineWidth(0.5)
            canvas.line(SIDE, top + 3, SIDE + 110, top + 3)
            for number in called:
                note = self.notes[number - 1]
                top -= _height(note)
                note.drawOn(canvas, SIDE, top)

    def afterFlowable(self, flowable: Flowable) -> None:
        """Note where a heading fell; bookmark it and put it into the outline."""
        if isinstance(flowable, MarkedHeading):
            entry = flowable.entry
            if entry.level == 1:
                self.chapter = entry.title
            self.layout.pages[entry.key] = self.page
            self.canv.bookmarkPage(entry.key)
            self.canv.addOutlineEntry(entry.title, entry.key, entry.level - 1, entry.level > 1)


def _height(note: Paragraph) -> float:
    return note.wrap(TEXT_WIDTH, HEIGHT)[1] + NOTE.spaceAfter


def title_page(matter: Matter) -> list[Flowable]:
    """Set the title page."""
    return [
        Spacer(1, 120),
        HRFlowable(width="100%", thickness=3, color=ACCENT, spaceAfter=22),
        Paragraph(escape(matter.title), TITLE),
        Spacer(1, 8),
        Paragraph(escape(matter.subtitle), SUBTITLE),
        Spacer(1, 40),
        Paragraph(escape(matter.author), BYLINE),
        Paragraph(escape(matter.date), BYLINE),
        Spacer(1, 90),
        HRFlowable(width="100%", thickness=0.6, color=RULE, spaceAfter=12),
        *[Paragraph(inline(part), BODY) for part in matter.abstract.strip().split("\n\n")],
        PageBreak(),
    ]


class Setter:
    """Turns the chapters into flowables and numbers what has to be numbered."""

    def __init__(self, chapters: list[md.Text]) -> None:
        self.chapters = chapters
        blocks = [block for chapter in chapters for block in chapter.blocks]
        self.numbers = md.number_references(blocks)
        self.entries = self._entries(blocks)
        footnotes = {key: words for text in chapters for key, words in text.footnotes.items()}
        called = [
            key
            for block in blocks
            if isinstance(block, md.Paragraph)
            for key in re.findall(r"\[\^([\w-]+)\]", block.text)
        ]
        if sorted(called) != sorted(footnotes):
            raise ValueError("every footnote must be called exactly once, from a paragraph")
        self.note_numbers = {key: at for at, key in enumerate(called, start=1)}
        self.note_texts = [footnotes[key] for key in called]

    @staticmethod
    def _entries(blocks: list[md.Block]) -> list[Entry]:
        entries: list[Entry] = []
        chapter = section = 0
        for block in blocks:
            if isinstance(block, md.Heading) and block.level == 1:
                chapter, section = chapter + 1, 0
                entries.append(Entry(1, f"{chapter} {block.text}", f"h{chapter}"))
            elif isinstance(block, md.Heading):
                section += 1
                title = f"{chapter}.{section} {block.text}"
                entries.append(Entry(2, title, f"h{chapter}-{section}"))
        return entries

    def notes(self) -> list[Paragraph]:
        """Set the footnotes, in the order of their calls."""
        return [
            Paragraph(f"<super>{number}</super> {inline(words)}", NOTE)
            for number, words in enumerate(self.note_texts, start=1)
        ]

    def contents(self, pages: dict[str, int]) -> list[Flowable]:
        """Set the contents with the page numbers that the pass before found."""
        lines = [ContentsLine(entry, pages.get(entry.key)) for entry in self.entries]
        return [Paragraph("Contents", CHAPTER), *lines]

    def body(self) -> list[Flowable]:
        """Set the chapters, each from a new page."""
        story: list[Flowable] = []
        entries = iter(self.entries)
        for chapter in self.chapters:
            for block in chapter.blocks:
                if isinstance(block, md.Heading):
                    entry = next(entries)
                    if entry.level == 1:
                        story.append(PageBreak())
                    story.append(MarkedHeading(entry, CHAPTER if entry.level == 1 else SECTION))
                else:
                    story.extend(self._set(block))
        return story

    def _set(self, block: md.Block) -> list[Flowable]:
        if isinstance(block, md.TableBlock):
            return table(block, self.numbers[f"tab:{block.key}"])
        if isinstance(block, md.FigureBlock):
            return figure(block, self.numbers[f"fig:{block.key}"])
        if isinstance(block, md.Formula):
            return [Paragraph(inline(block.text), FORMULA)]
        if isinstance(block, md.ListBlock):
            items = [ListItem(Paragraph(self._words(item), ITEM)) for item in block.items]
            kind = {"bulletType": "1"} if block.ordered else {"bulletType": "bullet", "start": "•"}
            marks = {"bulletFontSize": 10, "leftIndent": 18, "bulletColor": ACCENT}
            return [ListFlowable(items, **kind, **marks), Spacer(1, 6)]
        assert isinstance(block, md.Paragraph)
        return [Paragraph(self._words(block.text), BODY)]

    def _words(self, text: str) -> str:
        return inline(md.resolve(text, self.numbers), self.note_numbers.__getitem__)


def build(path: Path, matter: Matter, chapters: list[md.Text]) -> int:
    """Write the report; return how many pages it has."""
    setter = Setter(chapters)
    pages: dict[str, int] = {}
    room: dict[int, float] = {}
    for _ in range(MOST_PASSES):
        report = Report(path, matter, setter.notes(), dict(room))
        report.build([*title_page(matter), *setter.contents(pages), *setter.body()])
        settled = report.layout.pages == pages
        pages = report.layout.pages
        for page, called in report.layout.calls.items():
            needed = NOTE_GAP + sum(_height(report.notes[number - 1]) for number in called)
            if needed > room.get(page, 0.0):
                room[page] = needed
                settled = False
        if settled:
            return report.page
    raise RuntimeError("the layout of the report does not settle")

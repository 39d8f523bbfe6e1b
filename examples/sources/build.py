"""Builds the example documents that are not written by hand.

Run ``python examples/sources/build.py``. The report (PDF), the chapter on safety (DOCX)
and the spreadsheet (XLSX) are written under ``examples/documents``; two builds with the
same library versions give the same bytes.
"""

from __future__ import annotations

import re
import tomllib
import zipfile
from pathlib import Path

import docx_chapter
import markdown_blocks as md
import report_pdf
import workbook

SOURCES = Path(__file__).resolve().parent
DOCUMENTS = SOURCES.parent / "documents"
ZIP_DATE = (2025, 1, 15, 12, 0, 0)
MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def settle_zip(path: Path) -> None:
    """Rewrite an Office file so that its bytes do not depend on the time of the build."""
    with zipfile.ZipFile(path) as source:
        members = [(name, source.read(name)) for name in source.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members:
            if name == "docProps/core.xml":
                content = MODIFIED.sub(rb"\g<1>2025-01-15T12:00:00Z\g<3>", content)
            member = zipfile.ZipInfo(name, ZIP_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(member, content)


def main() -> None:
    """Build all the documents and say what was written."""
    with (SOURCES / "text" / "report.toml").open("rb") as source:
        settings = tomllib.load(source)
    settings["keywords"] = tuple(settings["keywords"])
    matter = report_pdf.Matter(**settings)
    for folder in ("pt", "en"):
        (DOCUMENTS / folder).mkdir(parents=True, exist_ok=True)

    chapter_files = sorted((SOURCES / "text" / "report").glob("*.md"))
    chapters = [md.parse(path.read_text(encoding="utf-8")) for path in chapter_files]
    report = DOCUMENTS / "en" / "history-of-language-models.pdf"
    pages = report_pdf.build(report, matter, chapters)
    print(f"{report.name}: {pages} pages")

    safety = DOCUMENTS / "pt" / "08-seguranca.docx"
    text = (SOURCES / "text" / "08-seguranca.md").read_text(encoding="utf-8")
    docx_chapter.build(safety, text, "Os autores do projeto")
    settle_zip(safety)
    print(safety.name)

    figures = DOCUMENTS / "en" / "model-figures.xlsx"
    workbook.build(figures, matter.author)
    settle_zip(figures)
    print(figures.name)


if __name__ == "__main__":
    main()

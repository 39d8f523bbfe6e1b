"""A page is drawn for a citation, and whatever its file does costs that picture alone."""

import os
import signal
import time
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from rag_app.errors import FileChanged, PageNotDrawn
from rag_app.pdf import picture as page_picture
from rag_app.pdf.picture import draw_page, draw_pages, has_picture
from rag_app.settings import Settings
from rag_app.store.database import Database
from rag_app.store.places import index_folder
from rag_app.values import Citation
from tests.rag_app.pdf.drawn import TWO_COLUMNS, mill, pdf

REPORT = "en/history-of-language-models.pdf"


def cited(settings: Settings, source: str, quote: str, page: int = 1) -> Citation:
    database = Database(index_folder(settings, "default"))
    text, sha256 = database.page_text(source, page), database.sha256_of([source])[source]
    database.close()
    start = text.index(quote)
    return Citation(1, source, page, quote, start, start + len(quote), sha256)


@pytest.fixture
def harbour(tmp_path: Path, own: Settings) -> Path:
    """A folder of two PDFs, ingested; one cannot be drawn in time."""
    folder = tmp_path / "harbour"
    folder.mkdir()
    (folder / "light.pdf").write_bytes(pdf(TWO_COLUMNS))
    (folder / "mill.pdf").write_bytes(mill())
    ingest(folder, settings=own)
    return folder


def test_the_quoted_words_are_marked_and_the_second_page_comes_quickly(settings: Settings):
    draw_page(cited(settings, REPORT, "BERT", 15), settings=settings)
    started = time.perf_counter()
    quote = cited(settings, REPORT, "GPT-3 followed in May 2020", 15)
    picture = draw_page(quote, settings=settings, width=700)
    assert time.perf_counter() - started < 5  # warm it takes a tenth of a second, on an idle core
    assert picture.png.startswith(b"\x89PNG") and picture.width == 700
    assert picture.is_complete and len(picture.boxes) == 1
    box = picture.boxes[0]
    assert 0 < box.left < box.right < 1 and 0 < box.top < box.bottom < 1
    assert draw_page(quote, settings=settings, width=700) is picture  # kept


def test_a_quote_over_the_foot_of_a_page_is_two_places(settings: Settings):
    places = [cited(settings, REPORT, "GPT-3", 15), cited(settings, REPORT, "word2vec", 7)]
    pages = draw_pages([*places, cited(settings, REPORT, "GPT-2", 15)], settings=settings)
    assert [(picture.page, len(picture.boxes)) for picture in pages] == [(15, 2), (7, 1)]


def test_only_pdfs_have_pages(settings: Settings):
    place = Citation(1, "en/model-figures.xlsx", None, "GPT-3", 0, 5)
    assert not has_picture(place)
    with pytest.raises(PageNotDrawn, match="only PDFs"):
        draw_page(place, settings=settings)


def test_a_file_that_changed_or_went_is_named(harbour: Path, own: Settings):
    quote = cited(own, "light.pdf", "Its lamp reaches 45 miles")
    assert draw_page(quote, settings=own).is_complete
    with (harbour / "light.pdf").open("ab") as file:
        file.write(b"\n")
    with pytest.raises(FileChanged, match=r"light\.pdf.*python -m ingest"):
        draw_page(quote, settings=own)
    (harbour / "light.pdf").unlink()
    with pytest.raises(FileChanged, match="No such file"):
        draw_page(quote, settings=own)
    (harbour / "light.pdf").write_bytes(pdf([*TWO_COLUMNS, (50, 500, "A new line")]))
    ingest(harbour, settings=own)
    with pytest.raises(FileChanged, match="indexed anew"):
        draw_page(quote, settings=own)


def test_a_file_that_hangs_costs_its_picture_alone(harbour: Path, own: Settings):
    own = own.model_copy(update={"draw_timeout_s": 3})
    mill_quote = cited(own, "mill.pdf", "The mill at Sorge")
    with pytest.raises(PageNotDrawn, match=r"mill\.pdf.*RAG_DRAW_TIMEOUT_S"):
        draw_page(mill_quote, settings=own)
    own = own.model_copy(update={"draw_timeout_s": 60})
    assert draw_page(cited(own, "light.pdf", "45 miles"), settings=own).is_complete


def test_a_child_that_dies_is_started_again(harbour: Path, own: Settings):
    quote = cited(own, "light.pdf", "45 miles")
    draw_page(quote, settings=own)
    os.kill(page_picture._pictures._child.pid, signal.SIGKILL)
    assert draw_page(quote, settings=own, width=500).is_complete


def test_a_locked_file_opens_with_the_settings_passwords(tmp_path: Path, own: Settings):
    from pypdf import PdfReader, PdfWriter

    folder = tmp_path / "locked"
    folder.mkdir()
    (tmp_path / "open.pdf").write_bytes(pdf(TWO_COLUMNS))
    writer = PdfWriter(PdfReader(tmp_path / "open.pdf"))
    writer.encrypt("whale oil", algorithm="AES-256")
    writer.write(folder / "light.pdf")
    knows = own.model_copy(
        update={"pdf_passwords": Settings(pdf_passwords=["whale oil"]).pdf_passwords}
    )
    ingest(folder, settings=knows)
    quote = cited(own, "light.pdf", "45 miles")
    with pytest.raises(PageNotDrawn, match="RAG_PDF_PASSWORDS"):
        draw_page(quote, settings=own)
    assert draw_page(quote, settings=knows).is_complete

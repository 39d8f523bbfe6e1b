"""A real Chromium opens an evidence pack from the disk. Left out where there is no Chromium."""

from contextlib import closing
from pathlib import Path

import pytest

from rag_app.export import evidence_pack
from rag_app.store.database import Database
from rag_app.store.places import index_folder
from rag_app.values import Answer, Citation
from tests.conftest import EXAMPLES
from tests.end_to_end.serving import NEEDS_CHROMIUM, chromium

pytestmark = NEEDS_CHROMIUM
REPORT = "en/history-of-language-models.pdf"


@pytest.fixture
def pack(settings, tmp_path: Path) -> Path:
    with closing(Database(index_folder(settings, "default"))) as database:
        text, sha256 = database.page_text(REPORT, 15), database.sha256_of([REPORT])[REPORT]
    start = text.index("GPT-3 followed")
    cited = Citation(1, REPORT, 15, text[start : start + 40], start, start + 40, sha256)
    answer = Answer(
        question="How large is <img src=x onerror=alert(1)> GPT-3?", text="See [1].",
        citations=(cited,), abstained=False, passages=(), support=0.9, language="en",
        answered_by="quotation", model="",
    )  # fmt: skip
    path = tmp_path / "evidence.html"
    path.write_text(evidence_pack(answer, settings=settings), encoding="utf-8")
    return path


def test_files_are_checked_from_the_disk_and_nothing_is_fetched(pack: Path, tmp_path: Path):
    altered = tmp_path / Path(REPORT).name
    altered.write_bytes((EXAMPLES / REPORT).read_bytes() + b"\n")
    with chromium() as browser:
        page = browser.new_page()
        asked, said = [], []
        page.on("request", lambda request: asked.append(request.url.split(",")[0]))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.goto(pack.as_uri())
        chooser = page.locator("input[type=file]")
        chooser.set_input_files([altered, EXAMPLES / "pt" / "06-rag.md"])
        summary = page.locator("#summary")
        summary.get_by_text("0 of 1").wait_for()
        assert page.locator("td.other").count() == 2  # the quoted file's, its own
        assert page.locator("td.unknown").count() == 1
        chooser.set_input_files([EXAMPLES / REPORT])
        summary.get_by_text("1 of 1").wait_for()
        assert page.locator("tr[data-sha256] td.same").count() == 1
        picture = page.locator("figure img")
        assert picture.evaluate("image => image.naturalWidth") == 900
        drawn = page.evaluate(
            "getComputedStyle(document.querySelector('blockquote')).borderLeftWidth"
        )
        assert drawn == "3px"  # the style is let in by its hash
    assert {url for url in asked if not url.startswith("data:")} == {pack.as_uri()}
    assert said == []

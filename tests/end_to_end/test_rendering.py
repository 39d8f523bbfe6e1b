"""Hostile texts, drawn by a real Streamlit in a real Chromium: nothing leaves and nothing runs."""

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Error

from rag_app.invisible import without_invisible
from tests.end_to_end.hostile_texts import COUNT, hostile_texts
from tests.end_to_end.serving import NEEDS_CHROMIUM, chromium, served

pytestmark = NEEDS_CHROMIUM
BATCH = 52
# What no text may become where Streamlit draws it; its own icons are svg.icon.
ALIVE = ", ".join(
    f'[data-testid="{drawn}"] {tag}'
    for drawn in ("stMarkdownContainer", "stHtml", "stTooltipContent")
    for tag in (
        "a", "img", "svg:not(.icon)", "iframe", "script", "style", "link", "meta", "object",
        "embed", "video", "audio", "form", "input", "details", "table", "code", "pre", "h1",
        "h2", "h3", "hr", "em", "del", ".katex", '[style*="url"]', '[role="img"]', "[onerror]",
        "sup", "math",
    )
)  # fmt: skip


@dataclass
class Watched:
    """A page, and what it did beside showing text."""

    page: object
    foreign: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    with served("tests/end_to_end/hostile_page.py", tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture(scope="module")
def watched(address) -> Iterator[Watched]:
    own = re.compile(rf"{re.escape(address)}/|ws{re.escape(address[4:])}/|data:|blob:")
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.set_default_timeout(90_000)
        seen = Watched(page)

        def note(url: str) -> None:
            if not own.match(url):
                seen.foreign.append(url)

        def dismiss(dialog) -> None:
            seen.dialogs.append(dialog.message)
            with suppress(Error):  # of a page that has gone elsewhere meanwhile
                dialog.dismiss()

        context.on("request", lambda request: note(request.url))
        page.on("websocket", lambda websocket: note(websocket.url))
        page.on("dialog", dismiss)
        page.on("popup", lambda popup: note(f"popup {popup.url}"))
        context.route(re.compile(r"leak\.invalid"), lambda route: route.abort())
        yield seen


def opened(watched: Watched, url: str):
    page = watched.page
    page.goto(url)
    page.get_by_text("END OF BATCH").wait_for()
    page.wait_for_function(  # pieces of HTML are drawn a moment after the rest
        """() => [...document.querySelectorAll('[class*="st-key-page-"]')]
                 .every(x => x.textContent)"""
    )
    page.wait_for_timeout(500)  # what a text would fetch, it fetches by now
    return page


def letters(text: str) -> str:
    return "".join(without_invisible(text).split())


@pytest.mark.parametrize("batch", range(COUNT // BATCH))
def test_texts_stay_texts(address, watched, batch: int):
    watched.foreign.clear()
    watched.dialogs.clear()
    url = f"{address}/?batch={batch}"
    page = opened(watched, url)
    assert watched.foreign == []
    assert watched.dialogs == []
    assert page.evaluate("window.owned") is None
    assert page.url == url
    alive = page.eval_on_selector_all(ALIVE, "found => found.map(x => x.outerHTML.slice(0, 200))")
    assert alive == []
    shown = page.evaluate(
        """() => Object.fromEntries(
            [...document.querySelectorAll('[class*="st-key-answer-"],[class*="st-key-page-"],'
              + '[class*="st-key-list-"]')]
            .map(x => [x.className.match(/st-key-((answer|page|list)-\\d+)/)[1], x.textContent]))"""
    )
    texts = hostile_texts()[batch * BATCH : (batch + 1) * BATCH]
    wrong = {
        (place, text): shown[f"{place}-{number}"]
        for number, text in enumerate(texts)
        for place in ("answer", "page", "list")
        if letters(shown[f"{place}-{number}"]) != letters(text)
    }
    assert wrong == {}  # every visible character is there, and none else


def test_the_same_texts_do_harm_where_nothing_makes_them_inert(address, watched):
    watched.foreign.clear()
    watched.dialogs.clear()
    # It may lead anywhere, so no end of it is waited for.
    with suppress(Error):
        watched.page.goto(f"{address}/?batch=0&raw=1", wait_until="commit")
    deadline = time.monotonic() + 60
    while len(set(watched.foreign)) < 3 and time.monotonic() < deadline:
        with suppress(Error):
            watched.page.wait_for_timeout(500)
    assert len({url for url in watched.foreign if "leak.invalid" in url}) >= 3


def test_there_are_five_hundred_of_them():
    assert len(set(hostile_texts())) == COUNT >= 500

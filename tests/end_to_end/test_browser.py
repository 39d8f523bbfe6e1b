"""A real Chromium drives the served app. Left out where there is no Chromium."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from rag_app.answering import warm_up
from tests.end_to_end.serving import NEEDS_CHROMIUM, OTTER, chromium, served

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def address(settings, tmp_path_factory) -> Iterator[str]:
    warm_up(settings)  # on a new machine models are converted once: no page waits for that
    folder = tmp_path_factory.mktemp("server")
    with served("ui/app.py", folder, RAG_INDEXES_DIR=str(settings.indexes_dir)) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator:
    with chromium() as launched:
        yield launched


@pytest.fixture
def page(browser) -> Iterator:
    with a_page(browser) as opened:
        yield opened


@pytest.fixture
def narrow_page(browser) -> Iterator:
    with a_page(browser, width=390) as opened:
        yield opened


@contextmanager
def a_page(browser, locale: str = "en-US", width: int = 1280) -> Iterator:
    context = browser.new_context(locale=locale, viewport={"width": width, "height": 900})
    foreign: list[str] = []
    context.on("request", lambda request: foreign.append(request.url))
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    yield opened
    outside = [
        url for url in foreign if not re.match(r"(https?|wss?)://127\.0\.0\.1|data:|blob:", url)
    ]
    context.close()
    assert outside == []  # nothing is fetched from elsewhere


def ask(page, question: str) -> None:
    box = page.get_by_placeholder(re.compile("question|pergunta", re.IGNORECASE))
    box.fill(question)
    box.press("Enter")


def sources(page):
    """The buttons under the answers, one a citation."""
    return page.locator('[class*="st-key-cite-"] button:visible')


def kept(name: str, page) -> None:
    """A picture of the page, where someone wants to look at it."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.wait_for_timeout(1500)
        page.screenshot(path=f"{folder}/{name}.png")


def test_an_example_question_is_answered_beside_its_evidence(address, page):
    page.goto(address)
    offered = page.locator('[class*="st-key-example-"] button')
    offered.first.wait_for()
    assert offered.count() == 4
    offered.first.click()
    sources(page).first.wait_for()
    page.locator(".st-key-evidence").wait_for()
    kept("answer-en", page)


def test_a_number_in_the_text_shows_its_page_with_the_quote_marked(address, page):
    page.goto(address)
    ask(page, "How many parameters does GPT-3 have?")
    sources(page).first.wait_for()
    evidence = page.locator(".st-key-evidence")
    picture = evidence.get_by_role("img", name=re.compile("marked in it: .*175 billion"))
    picture.wait_for()
    page.locator('[class*="st-key-answer-"] strong', has_text="[2]").first.click()
    evidence.get_by_text("Evidence 2 of 2").wait_for()
    mark = evidence.locator("mark")
    mark.wait_for()
    assert "175" in mark.inner_text()
    box, frame = mark.bounding_box(), evidence.locator(".page-text").bounding_box()
    assert frame["y"] <= box["y"] < frame["y"] + frame["height"]  # scrolled to
    evidence.get_by_role("button", name="Previous").click()
    picture.wait_for()
    with page.expect_download() as download:
        evidence.get_by_role("button", name="Evidence pack").click()
    assert download.value.suggested_filename.endswith(".html")


def test_the_browsers_language_is_spoken_on_a_narrow_screen(address, browser):
    context = browser.new_context(locale="pt-BR", viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(address)
    page.get_by_placeholder(re.compile("pergunta", re.IGNORECASE)).wait_for()
    ask(page, "Quem venceu a final do campeonato em Lisboa?")
    page.get_by_text("Nada neste índice").first.wait_for()
    kept("abstained-pt", page)
    sources(page).first.click()
    page.locator(".st-key-evidence").wait_for()
    widths = "[document.documentElement, document.querySelector('.stMain')]"
    assert page.evaluate(f"{widths}.every((part) => part.scrollWidth <= part.clientWidth)")
    context.close()


def test_streamlits_own_words_are_said_in_portuguese(address, browser):
    with a_page(browser, "pt-BR") as page:
        page.goto(f"{address}/documents")
        page.get_by_text("Adicionar documentos").first.click()
        zone = page.get_by_test_id("stFileUploaderDropzone")
        zone.locator("button p").wait_for()
        for place, words in (("button p", "Escolher"), ("div > span", "Até 256 MB")):
            drawn = zone.locator(place).last
            assert drawn.evaluate("place => getComputedStyle(place).fontSize") == "0px"
            assert words in drawn.evaluate("place => getComputedStyle(place, '::after').content")


def test_on_a_narrow_screen_nothing_covers_what_was_chosen(address, narrow_page):
    page = narrow_page
    page.goto(address)
    ask(page, "How many parameters does GPT-3 have?")
    sources(page).first.click()
    bar = page.locator(".st-key-evidence-bar")
    header = page.get_by_test_id("stHeader").bounding_box()
    page.wait_for_timeout(1500)
    assert bar.bounding_box()["y"] >= header["y"] + header["height"]  # its buttons can be reached
    beside = "document.querySelector('[data-testid=stSidebar]').getBoundingClientRect().right <= 0"
    for choice in ('[class*="st-key-open-"] button:visible', '[href$="/documents"]'):
        page.get_by_test_id("stExpandSidebarButton").click()
        page.wait_for_function(f"!({beside})")
        page.locator(f'[data-testid="stSidebar"] {choice}').first.click()
        page.wait_for_function(beside)
    page.get_by_test_id("stDataFrame").wait_for()


def test_on_a_narrow_screen_the_answer_is_what_one_sees(address, narrow_page):
    page = narrow_page
    page.goto(address)
    ask(page, "How many parameters does GPT-3 have?")
    sources(page).first.wait_for()
    page.wait_for_timeout(4500)  # Streamlit goes to the end of the page, where the evidence stands
    assert 0 <= page.locator('[class*="st-key-exchange-"]').last.bounding_box()["y"] < 200


def test_the_newest_answer_is_shown_without_moving_the_frame(address, page):
    page.goto(address)
    for asked, question in enumerate(("How many parameters does GPT-3 have?", "and GPT-2?"), 1):
        ask(page, question)
        newest = page.locator('[class*="st-key-exchange-"]').nth(asked - 1)
        newest.locator('[class*="st-key-cite-"] button:visible').first.wait_for()
    page.wait_for_timeout(4500)  # for so long the page is scrolled
    frame = page.get_by_test_id("stAppViewContainer")
    assert frame.evaluate("frame => frame.scrollTop") == 0
    assert -20 <= newest.bounding_box()["y"] < 200


def test_an_upload_is_answered_from(address, page):
    page.goto(address)
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files(OTTER)
    page.get_by_text("otter.txt").first.wait_for()
    page.get_by_role("button", name=re.compile("Add to the index")).click()
    page.get_by_text(re.compile("1 added")).wait_for()
    ask(page, "Where was the otter Brambles born?")
    sources(page).filter(has_text="otter.txt").first.wait_for()


# Seen in the page itself, frame by frame: an answer may take less time than looking from outside.
STOP_DRAWN = """() => {
    window.stopDrawn = new Promise(drawn => {
        const look = () => {
            const buttons = [...document.querySelectorAll("button")];
            const stop = buttons.find(button => /Stop/.test(button.innerText));
            stop ? drawn(stop) : requestAnimationFrame(look);
        };
        look();
    });
}"""


# The model writes for a second and more before these are answered.
TO_BE_STOPPED = {
    "the button": "What does quantization do to a model?",
    "the Escape key": "Why does retrieval-augmented generation reduce hallucination?",
}


@pytest.mark.parametrize("how", TO_BE_STOPPED)
def test_stop_stops(address, page, how):
    page.goto(address)
    page.get_by_test_id("stChatInputTextArea").wait_for()
    page.evaluate(STOP_DRAWN)
    ask(page, TO_BE_STOPPED[how])
    if how == "the button":
        page.evaluate("() => window.stopDrawn.then(button => button.click())")
    else:
        page.evaluate("() => window.stopDrawn.then(() => null)")
        page.keyboard.press("Escape")
    page.get_by_text("Stopped.").first.wait_for()
    ask(page, "How many parameters does GPT-3 have?")
    page.get_by_test_id("stChatMessage").last.get_by_text(re.compile("175")).first.wait_for()


def test_a_reload_in_the_middle_of_an_answer_loses_nothing(address, page):
    page.goto(address)
    page.get_by_test_id("stChatInputTextArea").wait_for()
    page.evaluate(STOP_DRAWN)
    ask(page, "Who published LoRA, and when, and with whom?")
    page.evaluate("() => window.stopDrawn.then(() => null)")
    page.wait_for_url(re.compile("c="))
    page.reload()
    page.get_by_test_id("stChatMessage").first.get_by_text("Who published LoRA").wait_for()
    sources(page).first.wait_for()
    assert page.get_by_test_id("stChatMessage").count() == 2
    other = page.context.new_page()  # the link opens it elsewhere
    other.goto(page.url)
    other.get_by_test_id("stChatMessage").first.get_by_text("Who published LoRA").wait_for()
    other.close()


def test_two_tabs_ask_at_once_and_each_has_its_own_answer(address, page):
    other = page.context.new_page()
    other.set_default_timeout(60_000)
    page.goto(address)
    other.goto(address)
    other.get_by_placeholder(re.compile("question")).wait_for()
    ask(page, "How many parameters does GPT-3 have?")
    ask(other, "Quem publicou a LoRA?")
    for tab, word in ((page, "175"), (other, "Hu")):
        sources(tab).first.wait_for()
        assert word in tab.get_by_test_id("stChatMessage").last.inner_text()
        assert tab.get_by_test_id("stChatMessage").count() == 2


def test_a_conversation_is_renamed_and_deleted(address, page):
    page.goto(address)
    ask(page, "What does RAG stand for?")
    sources(page).first.wait_for()
    row = page.locator('[class*="st-key-open-"]').first
    page.locator('[class*="st-key-menu-"] button').first.click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_role("dialog").get_by_label("Title").fill("Another title")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    row.get_by_role("button", name="Another title").first.wait_for()
    page.get_by_role("dialog").wait_for(state="detached")
    page.locator('[class*="st-key-menu-"] button').first.click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.locator('[class*="st-key-example-"] button').first.wait_for()
    assert page.get_by_text("Another title").count() == 0
    assert "c=" not in page.url


def test_the_documents_page_lists_every_file(address, page):
    page.goto(f"{address}/documents")
    page.get_by_role("heading", name="Documents").first.wait_for()
    page.get_by_test_id("stDataFrame").wait_for()

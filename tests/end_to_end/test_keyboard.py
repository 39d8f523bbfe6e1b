"""The keyboard alone, and a page that is read out, in a real Chromium."""

import re

import pytest

from tests.end_to_end.serving import NEEDS_CHROMIUM
from tests.end_to_end.test_browser import a_page, address, ask, browser, page, sources

__all__ = ["address", "browser", "page"]  # fixtures

pytestmark = NEEDS_CHROMIUM
HERE = "document.activeElement.closest('[class*=\"st-key-\"]')?.className ?? 'nowhere'"
SAID = "document.querySelector('.unseen[role=status]')?.textContent ?? ''"


@pytest.fixture
def answered(address, page):
    """A page that shows an answer with two sources."""
    page.goto(address)
    ask(page, "How many parameters does GPT-3 have?")
    sources(page).nth(1).wait_for()
    page.wait_for_timeout(3500)  # for so long the cursor is put into the question's box
    return page


def press(part, key: str = "Enter") -> None:
    part.focus()
    part.press(key)


def stands_in(page, place: str) -> None:
    """Wait until the focus stands in a place with this key."""
    page.wait_for_function(f"({HERE}).includes('st-key-{place}')")


def test_the_focus_stays_where_it_was_when_the_page_is_drawn_anew(answered):
    page = answered
    press(sources(page).nth(1))
    page.get_by_text("Evidence 2 of 2").wait_for()
    stands_in(page, "cite-")
    press(page.locator(".st-key-evidence-previous button:visible"))
    page.get_by_text("Evidence 1 of 2").wait_for()
    stands_in(page, "evidence-next")  # there is none before the first
    press(page.locator(".st-key-evidence-close button:visible"))
    page.locator(".st-key-evidence").wait_for(state="detached")
    stands_in(page, "cite-")  # where it was opened
    press(page.locator('[class*="st-key-again-"] button:visible'))
    stands_in(page, "question")


def test_an_answer_is_judged_by_keys(address, answered):
    page = answered
    page.goto(f"{address}/review")
    right = page.get_by_role("radio", name="Right", exact=True).first
    right.wait_for()
    press(right, "Space")
    said = page.get_by_label("What would have been right")
    said.wait_for()
    stands_in(page, "verdict-")
    page.keyboard.press("Space")
    said.wait_for(state="detached")
    stands_in(page, "verdict-")


def test_escape_leaves_a_dialog_for_the_menu_that_opened_it(answered):
    page = answered
    press(page.locator('[class*="st-key-menu-"] button:visible').first)
    press(page.get_by_role("menuitem", name="Delete"))
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    stands_in(page, "menu-")


def test_a_comment_is_written_and_an_answer_copied_by_keys(answered):
    page = answered
    press(page.locator('[class*="st-key-comment-open-"] button:visible'))
    stands_in(page, "said-")
    page.keyboard.type("Checked by hand.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_test_id("stPopoverBody").wait_for(state="detached")  # it is saved
    stands_in(page, "comment-open-")
    press(page.get_by_role("button", name="Copy", exact=True))
    page.wait_for_function("document.activeElement.matches('[data-testid=stCode]')")
    page.get_by_role("button", name="Copy to clipboard").wait_for()  # it is faded in
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.ariaLabel") == "Copy to clipboard"
    assert (
        "[1] en/history-of-language-models.pdf, page" in page.get_by_test_id("stCode").inner_text()
    )
    page.keyboard.press("Escape")
    page.get_by_test_id("stPopoverBody").wait_for(state="detached")


def test_links_in_the_sidebar_show_that_they_have_the_focus(address, page):
    page.goto(address)
    link = page.get_by_test_id("stSidebarNavLink").nth(1)
    stands_in(page, "question")  # where it is put at first
    page.keyboard.press("Tab")
    link.focus()
    assert link.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"


def test_an_answer_is_read_out_and_can_be_found_by_its_heading(answered):
    answered.wait_for_function(f"/^The answer: .*175.* 2 sources/.test({SAID})")
    headings = answered.get_by_role("heading")
    assert headings.all_inner_texts() == ["Ask your documents", "Question 1"]
    menu = answered.locator('[class*="st-key-menu-"] button:visible').first
    assert re.search("More on “How many", menu.inner_text())


def test_a_page_in_portuguese_says_so(address, browser):
    with a_page(browser, "pt-BR") as page:
        page.goto(address)
        page.wait_for_function("document.documentElement.lang === 'pt-BR'")
        page.locator(".st-key-lang").get_by_text("English").click()
        page.wait_for_function("document.documentElement.lang === 'en'")

"""WCAG 2.2 AA, as far as a program can tell (axe-core), in a real Chromium and both themes."""

import pytest

from tests.end_to_end.serving import NEEDS_CHROMIUM
from tests.end_to_end.test_browser import address, ask, browser, sources

__all__ = ["address", "browser"]  # fixtures

pytestmark = NEEDS_CHROMIUM
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def faults(page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [f"{v['id']}: {node['html'][:200]}" for v in found for node in v["nodes"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_answer_and_its_evidence_can_be_read_by_everyone(address, browser, theme):
    context = browser.new_context(
        locale="en-US", viewport={"width": 1280, "height": 900}, color_scheme=theme
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(address)
    page.locator('[class*="st-key-example-"] button').first.wait_for()
    assert faults(page) == []
    ask(page, "How many parameters does GPT-3 have?")
    sources(page).first.wait_for()
    page.locator(".st-key-evidence").get_by_role("img").wait_for()
    assert faults(page) == []
    ask(page, "Quem apresentou o Sentence-BERT em 2019?")
    text = page.locator(".st-key-evidence .page-text mark", has_text="Sentence-BERT")
    text.wait_for()  # a file without pages to draw
    assert faults(page) == []
    for view in ("documents", "evaluation", "review", "system"):
        page.goto(f"{address}/{view}")
        page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
        page.wait_for_timeout(2_000)
        assert faults(page) == [], view
    # The page of review, with an answer judged and the pointer still on it.
    page.goto(f"{address}/review")
    page.get_by_role("radio", name="Right", exact=True).first.click()
    page.get_by_label("What would have been right").wait_for()
    page.wait_for_timeout(1_000)
    assert faults(page) == []
    page.get_by_role("radio", name="Right", exact=True).first.click()  # it is judged by no one else
    page.get_by_label("What would have been right").wait_for(state="detached")
    context.close()


def test_a_fault_is_seen(browser):
    """The control: grey on white, and a picture without words."""
    page = browser.new_page()
    grey, picture = '<p style="color:#bbb">faint words</p>', '<img src="data:,">'
    page.set_content(f'<html lang="en"><title>A</title>{grey}{picture}</html>')
    assert {fault.split(":")[0] for fault in faults(page)} == {"color-contrast", "image-alt"}
    page.close()

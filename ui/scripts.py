"""The few lines of JavaScript that Streamlit has no widget for. Constant texts, no data in them."""

import streamlit as st

_FOCUS = """
if (matchMedia("(min-width: 641px)").matches
    && !document.activeElement?.matches("input, textarea, [contenteditable]")) {
  document.querySelector('[data-testid="stChatInputTextArea"]')?.focus({preventScroll: true});
}
"""
_SCROLL = """
for (const mark of document.querySelectorAll(".page-text mark")) {
  const box = mark.closest(".page-text");
  box.scrollTop = mark.offsetTop - box.clientHeight / 3;
}
"""
_TOP = """
// Streamlit goes to the end of the page first, while the page grows.
for (const wait of [200, 800]) {
  setTimeout(() => {
    const exchanges = document.querySelectorAll('[class*="st-key-exchange-"]');
    exchanges[exchanges.length - 1]?.scrollIntoView();
  }, wait);
}
"""
_EVIDENCE = """
if (matchMedia("(max-width: 640px)").matches) {
  setTimeout(() => document.querySelector(".st-key-evidence")?.scrollIntoView(), 200);
}
"""
_CITE = """
if (!window.citesByClick) {
  window.citesByClick = true;
  document.addEventListener("click", ({target}) => {
    const number = target.closest('[class*="st-key-answer-"] strong')?.innerText.trim();
    const answer = target.closest('[class*="st-key-answer-"]');
    const sources = answer?.querySelectorAll('[class*="st-key-cite-"] button') ?? [];
    [...sources].find((button) => button.innerText.trim().startsWith(number + " "))?.click();
  });
}
"""


def cite_by_click() -> None:
    """Let a click on [2] in an answer's text do what the button [2] under it does."""
    _run(_CITE, "cite")


def show_top_of_answer(occasion: str) -> None:
    """Go back to where the newest exchange begins, once an ``occasion``."""
    _run(_TOP, f"top-{occasion}")


def focus_question(occasion: str) -> None:
    """Put the cursor into the question's box, once an ``occasion``, where no one types yet."""
    _run(_FOCUS, f"focus-{occasion}")


def show_top_of_evidence(occasion: str) -> None:
    """On a narrow screen, go to the evidence that was chosen, once an ``occasion``."""
    _run(_EVIDENCE, f"evidence-{occasion}")


def scroll_to_quote(occasion: str) -> None:
    """Scroll the text of a page to the quote that is marked in it, once an ``occasion``."""
    _run(_SCROLL, f"scroll-{occasion}")


def _run(script: str, key: str) -> None:
    with st.container(key=f"script-{key}"):
        st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)

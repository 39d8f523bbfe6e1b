"""The few lines of JavaScript that Streamlit has no widget for. Constant texts, no data in them."""

import streamlit as st

# What is looked for may be drawn after the script: it is tried for three seconds, or until the
# reader does something.
_REPEATED = """
let left = 15;
for (const sign of ["wheel", "touchstart", "pointerdown", "keydown"]) {
  addEventListener(sign, () => { left = 0; }, {once: true, passive: true});
}
const timer = setInterval(() => {
  if (left-- <= 0 || act()) clearInterval(timer);
}, 200);
"""
_FOCUS = """
const act = () => {
  const box = document.querySelector('[data-testid="stChatInputTextArea"]');
  const isWide = matchMedia("(min-width: 641px)").matches;  // else a keyboard would cover all
  if (box && isWide && !document.activeElement?.matches("input, textarea")) {
    box.focus({preventScroll: true});
  }
  return box || !isWide;
};
"""
_SCROLL = """
for (const mark of document.querySelectorAll(".page-text mark")) {
  const box = mark.closest(".page-text");
  box.scrollTop = mark.offsetTop - box.clientHeight / 3;
}
"""
# ``scrollIntoView`` moves what cannot be scrolled back as well: the whole frame, by some pixels.
_TO_TOP_OF = """
const scrolledBy = (part) => {
  let box = part?.parentElement;
  while (box && !/auto|scroll/.test(getComputedStyle(box).overflowY)) box = box.parentElement;
  return box;
};
const toTopOf = (part) => {
  const box = scrolledBy(part);
  if (!box) return;
  const margin = parseFloat(getComputedStyle(part).scrollMarginTop) || 0;
  box.scrollTop += part.getBoundingClientRect().top - box.getBoundingClientRect().top - margin;
};
"""
# Streamlit goes to the end of the page as often as the page grows, and again after each way back.
_TOP = """
const act = () => {
  const newest = [...document.querySelectorAll('[class*="st-key-exchange-"]')].pop();
  // It gives way to a reader's wheel alone, and a moment later.
  scrolledBy(newest)?.dispatchEvent(new WheelEvent("wheel", {deltaY: -1}));
  setTimeout(() => toTopOf(newest), 70);
};
"""
_EVIDENCE = """
if (matchMedia("(max-width: 640px)").matches) {
  setTimeout(() => toTopOf(document.querySelector(".st-key-evidence")), 200);
}
"""
_REVIEW = """
setTimeout(() => {
  const first = document.querySelector('[class*="st-key-review-"]');
  if (first) toTopOf(first);
}, 200);
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

# On a narrow screen the sidebar covers the page that was chosen in it.
_UNCOVER = """
if (!window.uncoversByClick) {
  window.uncoversByClick = true;
  const choices = '[data-testid="stSidebarNavLink"], .st-key-new-chat button, '
    + '[class*="st-key-open-"] button';
  document.addEventListener("click", ({target}) => {
    if (target.closest(choices) && matchMedia("(max-width: 640px)").matches) {
      document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
    }
  });
}
"""


def cite_by_click() -> None:
    """Let a click on [2] in an answer's text do what the button [2] under it does."""
    run_script(_CITE, "cite")


def uncover_by_click() -> None:
    """Let a choice in the sidebar close it where it covers what was chosen."""
    run_script(_UNCOVER, "uncover")


def show_top_of_answer(occasion: str) -> None:
    """Go back to where the newest exchange begins, once an ``occasion``."""
    run_script(_TO_TOP_OF + _TOP + _REPEATED, f"top-{occasion}")


def focus_question(occasion: str) -> None:
    """Put the cursor into the question's box, once an ``occasion``, where no one types yet."""
    run_script(_FOCUS + _REPEATED, f"focus-{occasion}")


def show_top_of_evidence(occasion: str) -> None:
    """On a narrow screen, go to the evidence that was chosen, once an ``occasion``."""
    run_script(_TO_TOP_OF + _EVIDENCE, f"evidence-{occasion}")


def show_top_of_review(occasion: str) -> None:
    """Go to the first exchange of a page of review, once an ``occasion``."""
    run_script(_TO_TOP_OF + _REVIEW, f"reviewed-{occasion}")


def scroll_to_quote(occasion: str) -> None:
    """Scroll the text of a page to the quote that is marked in it, once an ``occasion``."""
    run_script(_SCROLL, f"scroll-{occasion}")


def run_script(script: str, key: str) -> None:
    """Run a constant script in the page, once a ``key``."""
    with st.container(key=f"script-{key}"):
        st.html(f"<script>{{{script}}}</script>", unsafe_allow_javascript=True)

"""What the page owes to those who use the keyboard alone or hear it read out.

Streamlit draws much of a page anew after each click; then the focus falls off it, and nobody says
that an answer came. Constant scripts, no data in them.
"""

import streamlit as st

from rag_app.rendering import plain_html
from ui.language import current_language
from ui.scripts import run_script

_TAGS = {"en": "en", "pt": "pt-BR"}
# Places are Streamlit's keys, from the innermost outwards: they name the same widget after it was
# drawn anew. Where all of them are gone, the focus goes back along the way it came.
_KEEP_FOCUS = """
if (!window.keepsFocus) {
  window.keepsFocus = true;
  const PARTS = "button, input, textarea, summary, a[href]";
  const PLACES = '[class*="st-key-"]';
  const trail = [];
  let held = null, tries = 0, timer = null;
  const usable = (part) => part.isConnected && !part.disabled && part.offsetParent !== null;
  const isLost = () => document.activeElement === document.body && held && !usable(held.part);
  const noted = (part) => {
    const places = [];
    for (let place = part.closest(PLACES); place; place = place.parentElement?.closest(PLACES)) {
      const name = [...place.classList].find((name) => name.startsWith("st-key-"));
      places.push({name, at: [...place.querySelectorAll(PARTS)].indexOf(part)});
    }
    return {part, places};
  };
  const found = ({part, places}) => {
    if (usable(part)) return part;
    for (const {name, at} of places) {
      const place = document.querySelector("." + CSS.escape(name));
      const parts = [...(place?.querySelectorAll(PARTS) ?? [])];
      const next = parts[at] && usable(parts[at]) ? parts[at] : parts.find(usable);
      if (next) return next;
    }
  };
  const restore = () => {
    timer = null;
    if (!isLost()) return;
    let next = found(held);
    if (!next && held.places.length && tries++ < 5) {  // the new one may be drawn a moment later
      timer = setTimeout(restore, 100);
      return;
    }
    while (!next && trail.length) next = found(trail.pop());
    held = null;
    next?.focus({preventScroll: true});
  };
  const enter = (popover, left) => {  // its parts are drawn one by one
    const part = popover.querySelector("textarea") ?? popover.querySelector("[tabindex='0']");
    if (part) part.focus();
    else if (left && popover.isConnected) setTimeout(() => enter(popover, left - 1), 100);
  };
  const look = () => {
    if (isLost() && !timer) {
      tries = 0;
      timer = setTimeout(restore);
    }
    const opened = document.querySelector('[data-testid="stPopoverBody"]:not([data-entered])');
    if (opened && opened.querySelector(PARTS)) {  // drawn at the page's end, far from its button
      opened.dataset.entered = "";
      const byKey = document.activeElement?.matches("button:focus-visible");
      if (byKey) enter(opened, 30);
    }
  };
  document.addEventListener("focusin", ({target}) => {
    if (held) trail.push(held);
    if (trail.length > 50) trail.shift();
    held = noted(target);
  });
  document.addEventListener("focusout", ({target}) => {
    setTimeout(() => {  // the reader left it, for no other part
      if (held?.part === target && usable(target) && document.activeElement === document.body) {
        trail.push(held);
        held = null;
      }
    });
  });
  new MutationObserver(look).observe(
    document.body, {childList: true, subtree: true, attributes: true, attributeFilter: ["disabled"]}
  );
}
"""
# Only a region that stands on the page before its words change is read out.
_READ_OUT = """
if (!window.readsOut) {
  window.readsOut = true;
  const region = document.createElement("div");
  region.setAttribute("role", "status");
  region.className = "unseen";
  document.body.append(region);
  let said = null;
  new MutationObserver(() => {
    const news = document.querySelector(".read-out");
    const now = news && news.id + news.textContent;
    if (now && now !== said) {
      said = now;
      region.textContent = "";
      setTimeout(() => { region.textContent = news.textContent; }, 100);
    }
  }).observe(document.body, {childList: true, subtree: true, characterData: true});
}
"""


def keep_reachable() -> None:
    """Tell the page's language, and keep the focus where it was; once on every page."""
    language = current_language()
    run_script(f'document.documentElement.lang = "{_TAGS[language]}";', f"language-{language}")
    run_script(_KEEP_FOCUS, "keep-focus")
    run_script(_READ_OUT, "read-out")


def read_out(words: str, occasion: str) -> None:
    """Have ``words`` read out to those who hear the page, once an ``occasion``; unseen."""
    name, said = plain_html(f"read-out-{occasion}"), plain_html(words)
    _unseen(f'<div class="read-out" id="{name}" hidden>{said}</div>', "read-out")


def unseen_heading(level: int, words: str, key: str) -> None:
    """A heading to jump to for those who hear the page; ``key`` is the page's only one."""
    _unseen(f"<h{level}>{plain_html(words)}</h{level}>", f"heading-{key}")


def _unseen(markup: str, key: str) -> None:
    with st.container(key=f"unseen-{key}"):
        st.html(markup)

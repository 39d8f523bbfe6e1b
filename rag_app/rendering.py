"""Text from documents, models and users as inert Markdown. Pure.

What comes from outside is data: no HTML, image, link, formula, directive or emphasis of its
own survives. Everything that the UI shows of answers, quotes, file names and questions goes
through here.
"""

import html
import re
from collections.abc import Sequence

from rag_app.invisible import without_invisible

# Streamlit's own directives (:red[...], :material/x:) start with a colon, formulas with a
# dollar; the rest is Markdown's.
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~$:<>^=@-])")
_ADDRESS = re.compile(r"(?i)\b(www|https?|ftp|mailto|xmpp)(?=[.\\])")
_MAIL = re.compile(r"(?<=[\w.+_-])(?=\\@)")
_NAMED = re.compile(r"(\\:)(?=[\w+/\\-]+\\:)")  # escaped, as in \:material/home\:
# Of which Streamlit makes →, —, ≤, ≈ and the like where they stand alone. The option of a command
# stays whole: who copies it could not run it with a break inside.
_ARROW = re.compile(r"(\\[-<>~])(?=(?:\\[->=]){1,2}(?!\w))")
_LIST_START = re.compile(r"(?m)^(\s*\d+)([.)])")
_WORD = re.compile(r"\w+|[^\w\s]")
# Of citations, between the words of a sentence or behind it; "[unverified]" too.
_NUMBERS = r"(?:\s*\[[^\[\]]{1,24}\])*"


def inert(text: str) -> str:
    """``text`` as Markdown that shows exactly its visible characters, and does nothing."""
    text = without_invisible(text)
    text = _SPECIAL.sub(r"\\\1", text.replace("&", "&amp;"))
    text = _LIST_START.sub(r"\1\\\2", text)
    # Addresses become links, and :names: icons, after escapes are taken off; only a break inside,
    # of no width, keeps them from it.
    text = _ADDRESS.sub(_broken, text)
    text = _MAIL.sub("&#8203;", text)
    text = _ARROW.sub(r"\1&#8203;", text)
    text = _NAMED.sub(r"\1&#8203;", text)
    # Four spaces or a tab at a line's start would begin a code block.
    return re.sub(r"(?m)^[ \t]+", "", text)


def one_line(text: str, most: int = 120) -> str:
    """``inert``, on one line, cut to ``most`` characters."""
    flat = " ".join(text.split())
    return inert(flat if len(flat) <= most else flat[: most - 1] + "…")


def answer_markdown(text: str, notes: Sequence[tuple[str, str]] = ()) -> str:
    """An answer with its citation numbers set off; all else inert.

    ``notes`` are sentences of it in their order, without numbers, each with our own Markdown
    that is to stand behind it.
    """
    parts: list[str] = []
    done = 0
    for sentence, note in notes:
        words = _WORD.findall(sentence)
        pattern = rf"{_NUMBERS}\s*".join(map(re.escape, words)) + _NUMBERS
        found = re.compile(pattern).search(text, done)
        end = found.end() if found and words else len(text)
        parts += [_numbered(text[done:end].rstrip()), f" {note} "]
        done = end
    return "".join([*parts, _numbered(text[done:])]).rstrip()


def _numbered(text: str) -> str:
    bold = re.sub(r"(?<![^\s\]])\\\[(\d+)\\\]", r"**\\[\1\\]**", inert(text))
    apart = bold.replace("****", "** **")  # two in a row would be one
    return re.sub(r"(?<!\n)\n(?!\n)", "  \n", apart)  # a line of a list stays a line


def marked_html(page_text: str, start: int, end: int, *, around: int = 1500) -> str:
    """HTML of a page's text near [start, end), which is marked; everything escaped.

    ``around`` characters are shown on either side. The box scrolls, so that keys must reach it.
    """
    before, after = beside(page_text, start, end, around)
    return (
        f'<div class="page-text" tabindex="0">{_escaped(before)}'
        f'<mark id="quote">{_escaped(page_text[start:end])}</mark>{_escaped(after)}</div>'
    )


def beside(page_text: str, start: int, end: int, most: int) -> tuple[str, str]:
    """What stands before and after [start, end), ``most`` characters of each, cut with "…"."""
    first, last = max(0, start - most), end + most
    before = ("… " if first else "") + page_text[first:start]
    return before, page_text[end:last] + (" …" if last < len(page_text) else "")


def page_html(text: str) -> str:
    """HTML of a text as it stands, everything escaped."""
    return f'<div class="page-text" tabindex="0">{_escaped(text)}</div>'


def plain_html(text: str) -> str:
    """``text`` as HTML, in or between quotation marks, that shows its visible characters alone."""
    return html.escape(without_invisible(text))


def _escaped(text: str) -> str:
    return plain_html(text).replace("\n", "<br>")


def _broken(match: re.Match[str]) -> str:
    word = match.group(1)
    return f"{word[0]}&#8203;{word[1:]}"

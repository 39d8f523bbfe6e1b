"""The text of a document as a reader sees it."""

import re
import unicodedata

from rag_app.invisible import without_invisible

_LINE_END = re.compile("[\r\x0b\x0c]")  # python-pptx has "\x0b" for a break within a paragraph


def visible(text: str) -> str:
    r"""``text`` without invisible characters, every line end a "\n", an accent on its letter.

    Files from a Mac may hold the letter and then the accent, which would cut words in two.
    """
    text = text.replace("\r\n", "\n")
    return unicodedata.normalize("NFC", without_invisible(_LINE_END.sub("\n", text)))

"""Characters that no reader sees, but a model reads. Pure.

Zero-width characters, blank letters, marks of direction, variation selectors and tag characters
carry hidden instructions past a reader's eye (Boucher and Anderson, "Trojan Source", 2021).
"""

import re

_CLASSES = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f",  # control characters
    "\u00ad\u034f\u180b-\u180f\u200b-\u200f\u2060-\u206f\ufeff",  # zero width
    "\u115f\u1160\u17b4\u17b5\u3164\uffa0",  # letters that are drawn blank
    "\u061c\u202a-\u202e",  # marks of direction
    "\ufe00-\ufe0f\U000e0100-\U000e01ef",  # variation selectors
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff",  # annotations; no characters at all
    "\U000e0000-\U000e007f",  # tags
)
_INVISIBLE = re.compile(f"[{''.join(_CLASSES)}]")


def without_invisible(text: str) -> str:
    """The text without such characters; tabs and line ends stay.

    >>> without_invisible("Plain\u200b text\u202e.")
    'Plain text.'
    """
    return _INVISIBLE.sub("", text)

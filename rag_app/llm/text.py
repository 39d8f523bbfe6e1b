"""Text between an engine and its reader: stop sequences, whole characters, control tokens. Pure."""

from collections.abc import Callable, Iterable, Sequence


class StopFilter:
    """Passes text on up to the first stop sequence, which it keeps back.

    What may be the start of a stop sequence waits until the next piece tells.
    """

    def __init__(self, stop: Sequence[str], write: Callable[[str], None]) -> None:
        self._stop = [sequence for sequence in stop if sequence]
        self._write = write
        self._held = ""
        self.stopped = False

    def feed(self, piece: str) -> bool:
        """Take a piece of text; false once a stop sequence has come."""
        if self.stopped:
            return False
        text = self._held + piece
        cuts = [at for at in map(text.find, self._stop) if at >= 0]
        if cuts:
            self.stopped = True
            self._held = ""
            self._pass(text[: min(cuts)])
            return False
        hold = max((_overlap(text, sequence) for sequence in self._stop), default=0)
        self._held = text[len(text) - hold :]
        self._pass(text[: len(text) - hold])
        return True

    def end(self) -> None:
        """The text is over: what waited was no stop sequence."""
        self._pass(self._held)
        self._held = ""

    def _pass(self, text: str) -> None:
        if text:
            self._write(text)


class Detokenizer:
    """Tokens into text, piece by piece, never splitting a character.

    A character of several tokens decodes to U+FFFD until its last token is there. The piece told
    last is decoded again with what follows it, since some tokenizers drop a leading blank.
    """

    def __init__(self, decode: Callable[[list[int]], str]) -> None:
        self._decode = decode
        self._last: list[int] = []  # tokens of the piece told last
        self._new: list[int] = []

    def feed(self, tokens: Iterable[int]) -> str:
        """The text that ``tokens`` complete."""
        self._new += tokens
        text = self._text()
        if text.endswith("\ufffd"):
            return ""
        if text:
            self._last, self._new = self._new, []
        return text

    def end(self) -> str:
        """What is left, broken characters and all."""
        return self._text() if self._new else ""

    def _text(self) -> str:
        return self._decode(self._last + self._new)[len(self._decode(self._last)) :]


def disarm(text: str, controls: Iterable[str]) -> str:
    """``text`` in which no control token can be spelled, such as ``<|im_end|>``.

    Text from documents is data: it must not end the user's turn and begin another. A zero-width
    space after the first character keeps the words as they look. Controls of a single character
    are left as they are.
    """
    for control in controls:
        while len(control) > 1 and control in text:  # again where it overlaps itself
            text = text.replace(control, control[0] + "\u200b" + control[1:])
    return text


def _overlap(text: str, sequence: str) -> int:
    """Length of the longest end of ``text`` that begins ``sequence``."""
    for size in range(min(len(text), len(sequence) - 1), 0, -1):
        if sequence.startswith(text[-size:]):
            return size
    return 0

"""Two answers to one question: what differs, and why as far as the index tells. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rag_app.values import Citation

Kind = Literal["answered", "abstained", "text", "gone", "new", "moved"]


@dataclass(frozen=True)
class KeptAnswer:
    """What is kept of an answer to compare a later one with."""

    text: str
    abstained: bool
    citations: tuple[Citation, ...]
    asked: float  # seconds since the epoch
    identity: str  # JSON: all that decided it; see identity.py


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was."""

    kind: Kind  # of a citation: "gone", "new" or "moved"
    before: str
    now: str
    why: str = ""


def compare(
    before: KeptAnswer, now: KeptAnswer, hashes: Mapping[str, str]
) -> tuple[Difference, ...]:
    """What differs, the text first; empty where a reader would see the same answer.

    ``hashes`` gives the SHA-256 of each file that is in the index now. A quote that stands at
    another place of the same page is the same.
    """
    found: list[Difference] = []
    if before.abstained != now.abstained:
        kind: Kind = "abstained" if now.abstained else "answered"
        found.append(Difference(kind, before.text, now.text))
    elif before.text != now.text:
        found.append(Difference("text", before.text, now.text))
    left = list(now.citations)
    for old in before.citations:
        same = next((c for c in left if _place(c) == _place(old)), None)
        moved = next((c for c in left if (c.source, c.quote) == (old.source, old.quote)), None)
        if same is not None:
            left.remove(same)
        elif moved is not None:
            left.remove(moved)
            why = _why(old, hashes)
            found.append(Difference("moved", cited(old), cited(moved), why))
        else:
            found.append(Difference("gone", cited(old), "", _why(old, hashes)))
    known = {citation.source: citation.sha256 for citation in before.citations}
    for new in left:
        why = "" if new.source in known else "a file that was not cited before"
        if new.source in known and known[new.source] != new.sha256:
            why = "the file changed"
        found.append(Difference("new", "", cited(new), why))
    return tuple(found)


def cited(citation: Citation) -> str:
    """A citation in one line: file, page, quote."""
    page = "" if citation.page is None else f", p. {citation.page}"
    return f"{citation.source}{page}: “{' '.join(citation.quote.split())}”"


def _place(citation: Citation) -> tuple[str, int | None, str]:
    return citation.source, citation.page, citation.quote


def _why(old: Citation, hashes: Mapping[str, str]) -> str:
    if old.source not in hashes:
        return "the file is no longer in the index"
    if old.sha256 and hashes[old.source] != old.sha256:
        return f"the file changed ({old.sha256[:12]} -> {hashes[old.source][:12]})"
    return "the file is the same: another passage, model or setting decided"

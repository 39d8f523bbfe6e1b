"""``python -m benchmarks.grounding [DOCS ...]``: how many seeded faults of answers the gate finds.

From the sentences of real documents come sentences of answers whose fault is known: a changed
digit, a sentence cited from another file, two stitched halves, an invention (a sentence of a
document that is not there); beside them as many faithful ones, whole and shortened.
"""

import random
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag_app.evidence import Sentence
from rag_app.grounding import Gate, judge
from rag_app.language import detect
from rag_app.matching.figures import figures
from rag_app.values import Passage

LENIENT = Gate(0.8, finished=False, in_order=False)  # as for models of the user's own
_EACH = 50
_PASSAGES = 8  # from which an answer is made


@dataclass(frozen=True)
class Seeded:
    """A sentence of an answer with a known fault."""

    kind: str
    expected: str  # label
    claim: str
    cited: tuple[Sentence, ...]
    evidence: tuple[Sentence, ...]


def seeded(passages: Sequence[Passage], each: int, seed: int = 0) -> Iterator[Seeded]:
    """``each`` sentences of each kind, over passages of at least two documents."""
    rng = random.Random(seed)
    usable = [(p, s) for p in passages for s in _sentences(p) if _is_prose(s.text)]
    figured = [
        (p, s) for p, s in usable if figures(s.text, detect(p.text)) and re.search(r"\d", s.text)
    ]
    for _ in range(each):
        passage, sentence = rng.choice(usable)
        held = _around(passage, passages, rng)
        own = tuple(_sentences(passage))
        yield Seeded("faithful", "supported", sentence.text, own, held)
        passage, sentence = rng.choice(usable)
        held, own = _around(passage, passages, rng), tuple(_sentences(passage))
        yield Seeded("shortened", "supported", _shortened(sentence.text), own, held)
        passage, sentence = rng.choice(figured)
        held, own = _around(passage, passages, rng), tuple(_sentences(passage))
        yield Seeded("digit", "unsupported", _altered(sentence.text, rng), own, held)
        passage, _ = rng.choice(usable)
        other, foreign = rng.choice([it for it in usable if it[0].source != passage.source])
        held, own = _around(passage, passages, rng, other), tuple(_sentences(passage))
        yield Seeded("another file", "misattributed", foreign.text, own, held)
        own = tuple(_sentences(other))
        language = detect(other.text)
        passage, sentence = rng.choice(
            [it for it in usable if it[0].source != other.source and detect(it[0].text) == language]
        )
        claim = f"{_half(sentence.text, first=True)} {_half(foreign.text, first=False)}"
        held, own = _around(passage, passages, rng, other), tuple(_sentences(passage))
        yield Seeded("stitched", "stitched", claim, own, held)
        absent, invented = rng.choice(usable)
        present = [p for p in passages if p.source != absent.source]
        passage = rng.choice(present)
        held, own = _around(passage, present, rng), tuple(_sentences(passage))
        yield Seeded("invention", "unsupported", invented.text, own, held)


def main() -> int:
    """Print, by kind, the share that is labelled rightly, and what the others were taken for."""
    passages = list(
        _passages([Path(name) for name in sys.argv[1:]] or [Path("examples/documents")])
    )
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    right = total = 0
    for item in seeded(passages, _EACH):
        label = judge(item.claim, item.cited, item.evidence, detect(item.claim), LENIENT).label
        labels[item.kind][label] += 1
        right += label == item.expected
        total += 1
        if label != item.expected:
            print(f"  {item.kind}: {label}: {item.claim[:150]!r}")
    print(f"labelled rightly: {right} of {total} ({right / total:.1%})")
    for kind, counts in labels.items():
        print(f"  {kind:14}", dict(counts))
    return 0


def _passages(folders: Sequence[Path]) -> Iterator[Passage]:
    from ingest.pipeline import ingest
    from rag_app.settings import load_settings
    from rag_app.store.database import Database

    with tempfile.TemporaryDirectory() as temporary:
        settings = load_settings(indexes_dir=Path(temporary))
        for number, folder in enumerate(folders):
            ingest(folder, index=str(number), settings=settings)
            database = Database(Path(temporary) / str(number))
            yield from database.passages(database.chunk_ids()[:20_000].tolist()).values()
            database.close()


def _sentences(passage: Passage) -> list[Sentence]:
    return [Sentence(passage, start, end, 1.0) for start, end in passage.sentences]


def _is_prose(text: str) -> bool:
    words = text.split()
    return 8 <= len(words) <= 60 and text[:1].isupper() and text.rstrip()[-1:] in ".!?"


def _around(
    passage: Passage, passages: Sequence[Passage], rng: random.Random, *others: Passage
) -> tuple[Sentence, ...]:
    """The sentences of the passage, of others that must be there, and of some at random."""
    chosen = [passage, *others, *rng.sample(list(passages), _PASSAGES - 1 - len(others))]
    return tuple(s for p in dict.fromkeys(chosen) for s in _sentences(p))


def _altered(text: str, rng: random.Random) -> str:
    places = [m.start() for m in re.finditer(r"\d", text)]
    at = rng.choice(places)
    digit = rng.choice([d for d in "123456789" if d != text[at]])
    return text[:at] + digit + text[at + 1 :]


def _shortened(text: str) -> str:
    head = text.split(", ")[0]
    return f"{head}." if 6 <= len(head.split()) < len(text.split()) else text


def _half(text: str, *, first: bool) -> str:
    words = text.split()
    middle = len(words) // 2
    return " ".join(words[:middle] if first else words[middle:])


if __name__ == "__main__":
    sys.exit(main())

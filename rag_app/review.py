"""What was judged of answers: how often they were right, and questions that keep them so. Pure."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from rag_app.evaluation.metrics import contains, wilson
from rag_app.evaluation.questions import document_name
from rag_app.identity import scope_in
from rag_app.values import Answer, Exchange, Verdict

# Why a judged exchange makes no question: what would have been right is not said; it was asked
# over a part of the index, and a file's questions are asked over all of it; its answer was
# withheld by the content filter, which says nothing of the documents.
LeftOut = Literal["unexpected", "narrowed", "filtered"]

_MARKER = re.compile(r"\s*\[\d+\]")


@dataclass(frozen=True)
class Share:
    """How many of some were right, with Wilson's 95% interval."""

    right: int
    count: int

    @property
    def interval(self) -> tuple[float, float]:
        """Its lower and its upper end."""
        return wilson(self.right, self.count)


@dataclass(frozen=True)
class QuestionFile:
    """Judged exchanges as lines that ``python -m rag_app.evaluate`` reads."""

    text: str
    count: int  # of its questions
    left_out: dict[LeftOut, int] = field(default_factory=dict)


def shares(verdicts: Mapping[tuple[bool, Verdict], int]) -> tuple[Share, Share]:
    """How many of the judged answers were right, and how many of those withheld rightly were.

    ``verdicts`` is what ``ExchangeLog.verdicts`` counts.
    """
    answered, withheld = (
        Share(
            right=verdicts.get((kind, "right"), 0),
            count=sum(count for (is_withheld, _), count in verdicts.items() if is_withheld == kind),
        )
        for kind in (False, True)
    )
    return answered, withheld


def question_file(exchanges: Iterable[Exchange], index: str) -> QuestionFile:
    """The judged exchanges of an index, oldest first; of equal questions the one judged last."""
    left_out: Counter[LeftOut] = Counter()
    latest: dict[str, tuple[Exchange, Answer]] = {}
    for exchange in sorted(exchanges, key=lambda exchange: exchange.judged or 0.0):
        answer = exchange.answer
        if exchange.index != index or not exchange.verdict or answer is None:
            continue
        if answer.answered_by == "filter":
            left_out["filtered"] += 1
        elif scope_in(exchange.identity) is not None:
            left_out["narrowed"] += 1
        else:
            asked = " ".join(_question(answer).split()).casefold()
            latest[asked] = (exchange, answer)
    lines = []
    for exchange, answer in sorted(latest.values(), key=lambda kept: kept[0].id):
        row = _row(exchange, answer)
        if row is None:
            left_out["unexpected"] += 1
        else:
            lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    return QuestionFile("".join(lines), len(lines), dict(left_out))


def _row(exchange: Exchange, answer: Answer) -> dict[str, Any] | None:
    """One line's object; None for a wrong answer of which no one said what would be right."""
    expected, is_right = exchange.expected.strip(), exchange.verdict == "right"
    if exchange.verdict == "wrong" and not expected:
        return None
    is_answerable = exchange.verdict != "unfounded" and not (is_right and answer.abstained)
    evidence = answer.citations if is_right and is_answerable else ()
    places = dict.fromkeys((document_name(it.source), it.page) for it in evidence)
    return {
        "id": f"log-{exchange.id}",
        "lang": answer.language,
        "question": _question(answer),
        "answers": _answers(answer, expected) if is_answerable else [],
        "answerable": is_answerable,
        "evidence": [{"doc": document, "page": page} for document, page in places],
    }


def _answers(answer: Answer, expected: str) -> list[str]:
    """What was said to be right, or else the words of the first citation.

    Where the answer says it in other words than its citation, these are right too: the question
    would fail of the very answer that was judged right.
    """
    if expected:
        return [expected]
    cited = [citation.quote for citation in answer.citations[:1]]
    if contains(answer.text, cited, answer.language):
        return cited
    return [*cited, _MARKER.sub("", answer.text)]


def _question(answer: Answer) -> str:
    """As it stands without the questions before it."""
    return answer.rewritten or answer.question

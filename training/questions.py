"""Questions with passages, made into groups of one question and sentences to tell apart. Pure."""

import gzip
import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag_app.language import Language
from rag_app.sentences import sentences
from rag_app.terms import analyse

# Sets whose licence is stated and permits weights trained on them to be passed on, each with the
# most of its questions that are taken.
SETS: dict[str, int] = {
    "squad_train_sub": 100_000,
    "squadshifts_wiki": 4_000,
    "squad_train_pt": 100_000,
    "covidqa": 100_000,
    "tatqa": 100_000,
    "policyqa": 1_500,  # its questions are made of few patterns
    "summary_abstain": 100_000,
    "clapnq": 100_000,
    "derived_unanswerable_en": 1_500,
    "derived_unanswerable_pt": 100_000,
}
_LONGEST = 600  # characters of a sentence
_NEAREST, _RANDOM, _ELSEWHERE = 2, 1, 2  # wrong sentences a group: near, any, of other passages
_COMMON = 2_000  # sentences; a word that more have leads to none

_WHITE = re.compile(r"\W+")


@dataclass(frozen=True)
class Choice:
    """A sentence, what stands before it, and whether it answers."""

    text: str
    before: str
    answers: bool


@dataclass(frozen=True)
class Group:
    """A question and sentences, at most one of which answers it."""

    question: str
    choices: tuple[Choice, ...]
    passage: str  # that the question was asked of


def load_groups(folder: Path, seed: int = 7) -> list[Group]:
    """The groups of all sets in ``folder``, shuffled.

    A file is gzipped JSONL of {"lang", "passage", "question", "answers", "answerable"}.
    """
    dice = random.Random(seed)
    groups: list[Group] = []
    for name, most in SETS.items():
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        dice.shuffle(rows)
        groups += _SetOfSentences(rows, dice).groups(rows[:most])
    dice.shuffle(groups)
    return groups


class _SetOfSentences:
    """Every sentence of a set's passages, found by its words."""

    def __init__(self, rows: Iterable[dict], dice: random.Random) -> None:  # type: ignore[type-arg]
        self._dice = dice
        self._sentences: list[tuple[str, str, str]] = []  # text, the one before it, passage
        self._of: dict[str, list[int]] = {}
        self._with: dict[str, set[int]] = defaultdict(set)
        self._terms: list[frozenset[str]] = []
        for row in rows:
            if row["passage"] not in self._of:
                self._of[row["passage"]] = list(self._take(row["passage"], row["lang"]))

    def groups(self, rows: Iterable[dict]) -> Iterator[Group]:  # type: ignore[type-arg]
        """A group for each question that a sentence of its passage answers, or none does."""
        for row in rows:
            chosen = list(
                self._choose(row["question"], row["passage"], row["answers"], row["lang"])
            )
            if chosen and (any(choice.answers for choice in chosen) or not row["answerable"]):
                yield Group(row["question"], tuple(chosen), row["passage"])

    def _take(self, passage: str, language: Language) -> Iterator[int]:
        before = ""
        for start, end in sentences(passage):
            text = passage[start:end]
            if len(text) <= _LONGEST:
                number = len(self._sentences)
                self._sentences.append((text, before, passage))
                self._terms.append(frozenset(analyse(text, language)))
                for term in self._terms[-1]:
                    self._with[term].add(number)
                yield number
            before = text

    def _choose(
        self, question: str, passage: str, answers: Sequence[str], language: Language
    ) -> Iterator[Choice]:
        asked = frozenset(analyse(question, language))
        gold = [_bare(answer) for answer in answers if _bare(answer).strip()]

        def holds(text: str) -> bool:
            return any(answer in _bare(text) for answer in gold)

        def shared(number: int) -> float:
            return sum(self._weight(term) for term in asked & self._terms[number])

        own = sorted(self._of[passage], key=shared, reverse=True)
        right = [number for number in own if holds(self._sentences[number][0])]
        wrong = [number for number in own if number not in right]
        yield from (self._choice(number, True) for number in right[:1])
        yield from (self._choice(number, False) for number in wrong[:_NEAREST])
        others = wrong[_NEAREST:]
        for number in self._dice.sample(others, min(_RANDOM, len(others))):
            yield self._choice(number, False)
        elsewhere = [n for n in self._near(asked) if not holds(self._sentences[n][2])]
        elsewhere = [n for n in elsewhere if self._sentences[n][2] != passage]
        yield from (self._choice(number, False) for number in elsewhere[:_ELSEWHERE])

    def _near(self, asked: frozenset[str]) -> list[int]:
        scores: Counter[int] = Counter()
        for term in asked:
            if len(self._with[term]) < _COMMON:
                for number in self._with[term]:
                    scores[number] += self._weight(term)  # type: ignore[assignment]
        return [number for number, _ in scores.most_common(30)]

    def _weight(self, term: str) -> float:
        return math.log((len(self._sentences) + 1) / (len(self._with.get(term, ())) + 1))

    def _choice(self, number: int, answers: bool) -> Choice:
        text, before, _ = self._sentences[number]
        return Choice(text, before, answers)


def _bare(text: str) -> str:
    """Letters and figures alone, between blanks, so that whole words compare."""
    return f" {_WHITE.sub(' ', text.lower()).strip()} "

"""Scores of retrieval and of answers. Pure.

Exact match and F1 normalise as SQuAD's scorer does (Rajpurkar et al., 2016), with Portuguese
articles too; nDCG is that of Järvelin and Kekäläinen (2002); intervals are percentile bootstraps
(Efron, 1979), those of shares Wilson's (1927).
"""

import math
import random
import re
import string
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Place = TypeVar("Place", bound=Hashable)

_LESS_IS_BETTER = frozenset({"false refusals"})
_ARTICLES = {
    "en": re.compile(r"\b(a|an|the)\b"),
    "pt": re.compile(r"\b(o|a|os|as|um|uma|uns|umas)\b"),
}
_MARKER = re.compile(r"\[\d+\]")
_DASHES = "-–—/"
_PUNCTUATION = set(string.punctuation) - set(_DASHES) | set("“”‘’«»…")


def gain(score: str, before: float, now: float) -> float:
    """How much better the score is; below 0 where it is worse.

    >>> gain("contains", 0.0, 1.0), gain("false refusals", 1.0, 0.0)
    (1.0, 1.0)
    """
    return before - now if score in _LESS_IS_BETTER else now - before


def normalise(text: str, language: str) -> str:
    """Lower case, without citation markers, punctuation and articles; one blank between words.

    >>> normalise("The Bridge, [1] opened – in 1932.", "en")
    'bridge opened in 1932'
    """
    text = _MARKER.sub(" ", text.lower())
    text = "".join(" " if c in _DASHES else c for c in text if c not in _PUNCTUATION)
    return " ".join(_ARTICLES.get(language, _ARTICLES["en"]).sub(" ", text).split())


def exact_match(answer: str, golds: Sequence[str], language: str) -> float:
    """1 where the answer is one of the right ones, else 0."""
    said = normalise(answer, language)
    return float(bool(said) and said in {normalise(gold, language) for gold in golds})


def token_f1(answer: str, golds: Sequence[str], language: str) -> float:
    """The best F1 of the answer's words with those of a right answer, 0 to 1."""
    got = normalise(answer, language).split()
    best = 0.0
    for gold in golds:
        want = normalise(gold, language).split()
        same = sum((Counter(got) & Counter(want)).values())
        best = max(best, 2 * same / (len(got) + len(want)) if same else 0.0)
    return best


def contains(answer: str, golds: Sequence[str], language: str) -> float:
    """1 where the answer holds the words of a right one, else 0.

    >>> contains("It was 15 metres.", ["5"], "en")
    0.0
    """
    said = f" {normalise(answer, language)} "
    right = [normalise(gold, language) or gold.strip().lower() for gold in golds]
    return float(any(f" {gold} " in said for gold in right if gold))


def hit(rank: int | None, k: int) -> float:
    """1 where the first right place is among the first ``k``, else 0; ranks count from 1."""
    return float(rank is not None and rank <= k)


def reciprocal_rank(rank: int | None, k: int) -> float:
    """1 over the rank of the first right place, 0 beyond ``k``."""
    return 1 / rank if rank is not None and rank <= k else 0.0


def ndcg(ranked: Sequence[Place], gains: Mapping[Place, float], k: int) -> float:
    """Normalised discounted cumulative gain at ``k``, 0 to 1; unknown places gain nothing.

    >>> round(ndcg(["a", "x", "b"], {"a": 1, "b": 1}, 10), 3)
    0.92
    """
    ideal = _dcg(sorted(gains.values(), reverse=True)[:k])
    return _dcg([gains.get(place, 0.0) for place in ranked[:k]]) / ideal if ideal else 0.0


def interval(values: Sequence[float], *, rounds: int = 1000) -> tuple[float, float]:
    """The 95% bootstrap interval of the mean."""
    if not values:
        return (math.nan, math.nan)
    generator = random.Random(0)  # the same scores give the same interval
    size = len(values)
    means = sorted(sum(generator.choices(values, k=size)) / size for _ in range(rounds))
    return means[int(0.025 * rounds)], means[int(0.975 * rounds) - 1]


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95% interval of a share (Wilson, 1927); 0 to 1 where nothing was tried.

    >>> [round(end, 2) for end in wilson(9, 10)]
    [0.6, 0.98]
    """
    if not trials:
        return 0.0, 1.0
    z = 1.96
    share = successes / trials
    middle = share + z * z / (2 * trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def _dcg(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))

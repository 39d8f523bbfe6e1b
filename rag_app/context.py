"""Evidence into a prompt of limited length. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from rag_app.evidence import Sentence
from rag_app.values import Passage


def fit_to_budget(
    passages: Sequence[Passage],
    ranked: Sequence[Sentence],
    count_tokens: Callable[[str], int],
    budget: int,
) -> list[Passage]:
    """As many of the passages as ``budget`` tokens hold, in order.

    Where not even the first one fits, the best of the ``ranked`` sentences stand for them: at
    least one, cut to the budget if it must be.
    """
    chosen: list[Passage] = []
    left = budget
    for passage in passages:
        tokens = count_tokens(passage.text)
        if tokens > left:
            break
        chosen.append(passage)
        left -= tokens
    return chosen or _sentences(ranked, count_tokens, budget)


def _sentences(
    ranked: Sequence[Sentence], count_tokens: Callable[[str], int], budget: int
) -> list[Passage]:
    chosen: list[Passage] = []
    left = budget
    for sentence in ranked:
        tokens = count_tokens(sentence.text)
        if tokens > left:
            break
        chosen.append(_excerpt(sentence, sentence.end))
        left -= tokens
    if chosen or not ranked:
        return chosen
    best = ranked[0]
    size = best.end - best.start
    while size > 1 and count_tokens(best.text[:size]) > budget:
        size = size * 3 // 4
    return [_excerpt(best, best.start + size)]


def _excerpt(sentence: Sentence, end: int) -> Passage:
    passage = sentence.passage
    text = passage.between(sentence.start, end)
    span = ((sentence.start, end),)
    return replace(passage, text=text, start=sentence.start, end=end, sentences=span)

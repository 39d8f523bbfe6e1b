"""Passages into a prompt of limited length. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from rag_app.values import Passage


def fit_to_budget(
    passages: Sequence[Passage], count_tokens: Callable[[str], int], budget: int
) -> list[Passage]:
    """As many of the passages as ``budget`` tokens hold, in order; the first always, cut to fit."""
    chosen: list[Passage] = []
    left = budget
    for passage in passages:
        tokens = count_tokens(passage.text)
        if tokens <= left:
            chosen.append(passage)
            left -= tokens
        elif not chosen:
            return [_cut(passage, count_tokens, budget)]
    return chosen


def _cut(passage: Passage, count_tokens: Callable[[str], int], budget: int) -> Passage:
    """The passage's first whole sentences, or first characters, within the budget."""
    end = passage.start
    for _, stop in passage.sentences:
        if count_tokens(passage.text[: stop - passage.start]) > budget:
            break
        end = stop
    size = end - passage.start
    if size == 0:
        size = len(passage.text)
        while count_tokens(passage.text[:size]) > budget:
            size = size * 3 // 4
    kept = tuple(span for span in passage.sentences if span[1] <= passage.start + size)
    return replace(
        passage, text=passage.text[:size], end=passage.start + size, sentences=kept
    )


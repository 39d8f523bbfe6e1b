"""Two rankings into one. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rag_app.language import Language

Ranking = Sequence[tuple[int, float]]  # chunk ids and scores, best first


@dataclass(frozen=True)
class Fused:
    """One chunk's place in the fused ranking."""

    chunk_id: int
    score: float  # 0 to 1
    dense_rank: int | None  # from 1
    lexical_rank: int | None
    routed: float = 0.0  # part of the score that the document's name gave


# The embedder is an English model: in Portuguese its ranking says less than BM25's.
DENSE_WEIGHT: dict[Language, float] = {"en": 0.5, "pt": 0.25}


def fuse(dense: Ranking, lexical: Ranking, dense_weight: float) -> list[Fused]:
    """A weighted sum of scores, each arm's scaled to [0, 1] over its candidates, best first.

    Scores say more than ranks: a BM25 score far above the next one is a strong sign that
    reciprocal rank fusion throws away (Bruch, Gai and Ingber, "An Analysis of Fusion Functions
    for Hybrid Retrieval", 2023). A chunk that an arm did not return counts as that arm's worst.
    """
    scaled_dense, scaled_lexical = _scaled(dense, floor=None), _scaled(lexical, floor=0.0)
    dense_rank = {chunk: rank for rank, (chunk, _) in enumerate(dense, 1)}
    lexical_rank = {chunk: rank for rank, (chunk, _) in enumerate(lexical, 1)}
    fused = [
        Fused(
            chunk,
            dense_weight * scaled_dense.get(chunk, 0.0)
            + (1 - dense_weight) * scaled_lexical.get(chunk, 0.0),
            dense_rank.get(chunk),
            lexical_rank.get(chunk),
        )
        for chunk in dense_rank | lexical_rank
    ]
    return sorted(fused, key=lambda item: (-item.score, item.chunk_id))


# How much of a passage's score comes of standing in a document that the question names.
ROUTE_WEIGHT: dict[Language, float] = {"en": 0.35, "pt": 0.25}


def lift(
    everywhere: Sequence[Fused],
    routed: Sequence[Fused],
    trust: Mapping[int, float],
    weight: float,
) -> list[Fused]:
    """A ranking of the whole index, and one within the documents that the question names.

    ``trust`` says for each routed chunk how far its document is named, 0 to 1. A chunk of
    another document keeps its place among its like: a wrong guess pushes down, and hides nothing.
    """
    within = {item.chunk_id: item for item in routed}
    merged = {item.chunk_id: item for item in [*routed, *everywhere]}
    base = {item.chunk_id: item.score for item in everywhere}
    lifted = []
    for chunk, item in merged.items():
        given = weight * trust[chunk] * within[chunk].score if chunk in within else 0.0
        score = (1 - weight) * base.get(chunk, 0.0) + given
        lifted.append(Fused(chunk, score, item.dense_rank, item.lexical_rank, given))
    return sorted(lifted, key=lambda item: (-item.score, item.chunk_id))


# A table's rows stand in several chunks of its page: what a chunk gains of its neighbours' scores.
LEXICAL_NEIGHBOUR_SHARE = 0.25
DENSE_NEIGHBOUR_SHARE = 0.1
_NO_NEIGHBOUR = 0.5  # of its own score, where a chunk begins or ends its page


def smooth(ranking: Ranking, pages: Mapping[int, object], share: float) -> list[tuple[int, float]]:
    """Each chunk's score with ``share`` of those of the chunks before and after it on its page.

    ``pages`` tells chunks of one page from others; a page's chunks have consecutive ids. A
    neighbour that is in ``pages`` and not in the ranking counts as 0.
    """
    scores = dict(ranking)
    smoothed = []
    for chunk, score in ranking:
        page = pages[chunk]
        beside = sum(
            scores.get(near, 0.0) if pages.get(near) == page else _NO_NEIGHBOUR * score
            for near in (chunk - 1, chunk + 1)
        )
        smoothed.append((chunk, score + share * beside))
    return sorted(smoothed, key=lambda item: (-item[1], item[0]))


# What a passage gains by being made of figures, where they are what the question asks for.
FIGURES_WEIGHT = 0.15
_ALL_FIGURES = 0.25  # share of a table's characters that are figures; the rest names them
_FIGURE = re.compile(r"\d[\d.,]*")


def favour_figures(ranked: Sequence[Fused], texts: Mapping[int, str], weight: float) -> list[Fused]:
    """The ranking with up to ``weight`` more for a chunk, by how much of its text is figures."""
    favoured = []
    for item in ranked:
        text = texts[item.chunk_id]
        share = sum(map(len, _FIGURE.findall(text))) / (len(text) or 1)
        more = weight * min(1.0, share / _ALL_FIGURES)
        favoured.append(replace(item, score=min(1.0, item.score + more)))
    return sorted(favoured, key=lambda item: (-item.score, item.chunk_id))


def add(ranking: Ranking, other: Ranking, weight: float) -> list[tuple[int, float]]:
    """The scores of one ranking and ``weight`` times those of another, best first."""
    scores = dict(ranking)
    for chunk, score in other:
        scores[chunk] = scores.get(chunk, 0.0) + weight * score
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def _scaled(ranking: Ranking, floor: float | None) -> dict[int, float]:
    if not ranking:
        return {}
    top = max(score for _, score in ranking)
    bottom = min(score for _, score in ranking) if floor is None else floor
    width = top - bottom
    return {chunk: (score - bottom) / width if width > 0 else 1.0 for chunk, score in ranking}

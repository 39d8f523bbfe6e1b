"""The first passages once more, each by the one sentence of it that is nearest to the question."""

from collections.abc import Sequence
from dataclasses import replace

from rag_app.embedding import Embedder, Vectors
from rag_app.language import detect
from rag_app.sentence_similarity import KeptVectors
from rag_app.values import Passage

FIRST = 10  # passages whose order their sentences have a say in
_WEIGHT = 0.5  # of the cosine, beside the score of both searches
_EMBEDDED = 6  # sentences, which takes longer than all the rest of the search


def favour_near_sentences(
    question: str, ranked: Sequence[Passage], embedder: Embedder, kept: KeptVectors
) -> list[Passage]:
    """The passages with the ``FIRST`` of them ordered anew, the others behind them as they were.

    A chunk's vector is the mean of all that it says, in which one sentence that answers is lost.
    The vectors of sentences that the index keeps, which know the sentences around them, tell which
    one is nearest; the likeliest ones are embedded once more by themselves, which ranks passages
    better; in Portuguese an English embedder's sentences do not. Scores stay within 0 to 1.
    """
    if not kept or detect(ranked[0].text) != "en":
        return list(ranked)
    query = embedder.query_vectors([question])[0]
    nearest = {passage: _nearest(passage, query, kept) for passage in ranked[:FIRST]}
    likely = sorted(nearest, key=lambda passage: -(passage.score + _WEIGHT * nearest[passage][0]))
    alone = embedder.encode([nearest[passage][1] for passage in likely[:_EMBEDDED]])
    cosines = {passage: cosine for passage, (cosine, _) in nearest.items()}
    cosines |= zip(likely, (alone @ query).tolist(), strict=False)
    head = [_weighed(passage, cosine) for passage, cosine in cosines.items()]
    tail = [_weighed(passage, 0.0) for passage in ranked[FIRST:]]
    return [*sorted(head, key=lambda passage: -passage.score), *tail]


def _nearest(passage: Passage, query: Vectors, kept: KeptVectors) -> tuple[float, str]:
    """The nearest sentence's cosine and text; the whole passage where none of it is kept."""
    found = [
        (float(kept[place] @ query), passage.between(start, end))
        for start, end in passage.sentences
        if (place := (passage.source, passage.page, start)) in kept
    ]
    return max(found, default=(0.0, passage.text))


def _weighed(passage: Passage, cosine: float) -> Passage:
    score = (passage.score + _WEIGHT * max(cosine, 0.0)) / (1 + _WEIGHT)
    why = passage.explanation
    if why and cosine:
        why = replace(why, nearest=cosine)
    return replace(passage, score=score, explanation=why)

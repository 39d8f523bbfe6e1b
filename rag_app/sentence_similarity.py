"""How near the sentences of passages are to a question."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from rag_app.embedding import Embedder, Vectors
from rag_app.stretches import Stretch
from rag_app.values import SentencePlace

KeptVectors = Mapping[SentencePlace, Vectors]  # unit vectors, shape (dimension,)
_AT_ONCE = 24  # sentences that are embedded between two checks; others' questions get a turn


def cosines(
    question: str,
    stretches: Sequence[Stretch],
    embedder: Embedder,
    kept: KeptVectors,
    check: Callable[[], None],
) -> list[float]:
    """The cosine of the question and each stretch of one or several sentences, in order.

    The index's own vectors are used where it keeps any; the others are embedded now. ``check`` is
    called every few of them.
    """
    query = embedder.query_vectors([question])[0]
    vectors = {stretch: _kept_vector(stretch, kept) for stretch in stretches}
    missing = [stretch for stretch, vector in vectors.items() if vector is None]
    for begin in range(0, len(missing), _AT_ONCE):
        check()
        some = missing[begin : begin + _AT_ONCE]
        vectors |= zip(some, embedder.encode([stretch.text for stretch in some]), strict=True)
    check()
    return [float(query @ vectors[stretch]) for stretch in stretches]


def _kept_vector(stretch: Stretch, kept: KeptVectors) -> Vectors | None:
    """The mean of its sentences' vectors, of length 1; None unless all are kept."""
    passage = stretch.passage
    own = [
        kept.get((passage.source, passage.page, start))
        for start, end in passage.sentences
        if stretch.start <= start and end <= stretch.end
    ]
    found = [vector for vector in own if vector is not None]
    if not own or len(found) < len(own):
        return None
    mean = np.mean(found, axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), np.float32)

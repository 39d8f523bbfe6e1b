"""BM25 over posting lists that stay in memory, for an index that is searched in full.

FTS5's own bm25() looks up the length of every chunk that has any of the words, for each question
anew, and that is most of its time; here lengths are read once a commit, and a word's list once.
Scores are FTS5's (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and
Beyond", 2009; a term that more than half of the chunks have counts for nearly nothing).
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

K1, B = 1.2, 0.75  # of BM25, as FTS5 has them
LEAST_IDF = 1e-6
_MOST_KEPT = 3_000_000  # entries of posting lists: 48 MB

_SIZES = "SELECT id, sz FROM terms_docsize"
_PLACES = "SELECT doc, col FROM temp.term_places WHERE term = ?"

Rows = Callable[..., list[tuple]]  # type: ignore[type-arg]  # runs an SQL query


@dataclass(frozen=True)
class _List:
    """The chunks that have a term, ascending, and how often each has it."""

    chunks: npt.NDArray[np.int64]
    body: npt.NDArray[np.int32]
    context: npt.NDArray[np.int32]


class Postings:
    """The posting lists of one commit, read as questions need them."""

    def __init__(self, rows: Rows) -> None:
        """``rows`` reads the database, always of the same commit."""
        self._rows = rows
        sizes = [(chunk, sum(varints(size))) for chunk, size in rows(_SIZES)]
        self._total = len(sizes)
        last = max((chunk for chunk, _ in sizes), default=-1)
        self._lengths = np.full(last + 1, np.nan)  # no number where there is no chunk
        for chunk, size in sizes:
            self._lengths[chunk] = size
        mean = sum(size for _, size in sizes) / (self._total or 1)
        self._norms = K1 * (1 - B + B * self._lengths / (mean or 1))
        self._kept: OrderedDict[str, _List] = OrderedDict()
        self._entries = 0

    def search(
        self,
        stems: Sequence[str],
        limit: int,
        context_weight: float,
        among: Sequence[int] | None = None,
    ) -> list[tuple[int, float]]:
        """Chunk ids and scores of the chunks that have any of the stems, best first.

        Of all chunks, or ``among`` some. Raises LookupError where FTS5 has lost a chunk's length.
        """
        scores = np.zeros(len(self._lengths))
        for stem in stems:
            found = self._list(stem)
            if found.chunks.size:
                count = found.chunks.size
                idf = max(math.log((self._total - count + 0.5) / (count + 0.5)), LEAST_IDF)
                times = found.body + context_weight * found.context
                norms = self._norms[found.chunks]
                scores[found.chunks] += idf * times * (K1 + 1) / (times + norms)
        if among is None:
            matching = np.flatnonzero(scores)
        else:
            chosen = np.asarray(among, np.int64)
            matching = np.sort(chosen[scores[chosen] > 0])
        if matching.size > limit:
            # Of equal scores at the line the lowest ids are taken, so all of them are kept here.
            line = np.partition(scores[matching], matching.size - limit)[matching.size - limit]
            matching = matching[scores[matching] >= line]
        order = matching[np.argsort(-scores[matching], kind="stable")][:limit]
        return list(zip(order.tolist(), scores[order].tolist(), strict=True))

    def _list(self, stem: str) -> _List:
        if stem in self._kept:
            self._kept.move_to_end(stem)
            return self._kept[stem]
        rows = self._rows(_PLACES, stem)
        places = np.fromiter((row[0] for row in rows), np.int64, len(rows))
        in_body = np.fromiter((row[1] == "body" for row in rows), np.bool_, len(rows))
        chunks, which = np.unique(places, return_inverse=True)
        if chunks.size and np.isnan(self._lengths[chunks]).any():
            raise LookupError(stem)
        found = _List(
            chunks,
            np.bincount(which[in_body], minlength=chunks.size).astype(np.int32),
            np.bincount(which[~in_body], minlength=chunks.size).astype(np.int32),
        )
        self._kept[stem] = found
        self._entries += chunks.size
        while self._entries > _MOST_KEPT and len(self._kept) > 1:
            self._entries -= self._kept.popitem(last=False)[1].chunks.size
        return found


def varints(data: bytes) -> list[int]:
    """The numbers in a record of SQLite's: seven bits a byte, the highest says "more"."""
    numbers, number = list[int](), 0
    for byte in data:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(number)
            number = 0
    return numbers

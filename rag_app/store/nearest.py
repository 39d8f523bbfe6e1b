"""Nearest neighbours by inner product: exact while that is quick, by inverted lists beyond.

Up to ``EXACT_LIMIT`` vectors every one is compared in full. Beyond, vectors are grouped around
centres into lists (Sivic and Zisserman, "Video Google", 2003), a byte a number (a scalar
quantizer), and a search reads the lists nearest to it. Lists rather than a graph (HNSW), because
they take vectors in and give them up cheaply, can be searched where they lie on the disk, and
under a filter can be read to the last one, which makes a narrow search complete again.
"""

import math
from collections.abc import Iterable

import faiss
import numpy as np
from numpy.typing import NDArray

from rag_app.embedding import Vectors

EXACT_LIMIT = 50_000  # vectors; see benchmarks/README.md
TRAINING_SHARE = 40  # vectors a list that its centre is found from
_PROBED = 1 / 6  # of the lists that a search reads
_FEW = 100_000  # vectors that pass a filter: so few are all compared
_ROUNDS = 8  # of k-means

Ids = NDArray[np.int64]
Block = tuple[Ids, Vectors]


def exact(dimension: int, blocks: Iterable[Block] = ()) -> faiss.Index:
    """An index that compares all vectors in full, over blocks of ids and vectors."""
    index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
    for ids, vectors in blocks:
        index.add_with_ids(vectors, ids)
    return index


def by_lists(sample: Vectors, count: int, blocks: Iterable[Block]) -> faiss.Index:
    """An index of inverted lists for ``count`` vectors, its centres found from a sample."""
    dimension = sample.shape[1]
    centres = faiss.IndexFlatIP(dimension)
    index = faiss.IndexIVFScalarQuantizer(
        centres, dimension, min(lists_for(count), len(sample)),
        faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT,
    )  # fmt: skip
    index.own_fields = True
    centres.this.disown()  # the index frees them
    index.cp.niter = _ROUNDS
    index.cp.min_points_per_centroid = 1  # a warning less; the sample is TRAINING_SHARE a list
    index.cp.max_points_per_centroid = TRAINING_SHARE
    index.train(sample)
    for ids, vectors in blocks:
        index.add_with_ids(vectors, ids)
    return index


def search(
    index: faiss.Index, vector: Vectors, k: int, allowed: NDArray[np.bool_] | None
) -> list[tuple[int, float]]:
    """Ids and scores, best first, at most ``k``; of those ids alone that are ``allowed``.

    ``allowed`` is indexed by id. Scores of inverted lists are near the inner products, and some
    of the nearest may be missing; where few are allowed, none is.
    """
    passing = index.ntotal if allowed is None else int(np.count_nonzero(allowed))
    k = min(k, passing)
    if k == 0 or index.ntotal == 0:
        return []
    # The selector reads these bits while FAISS searches: they must stay referenced.
    bits = None if allowed is None else np.packbits(allowed, bitorder="little")
    selector = None if bits is None else faiss.IDSelectorBitmap(bits)
    if is_exact(index):
        parameters = faiss.SearchParameters(sel=selector)
    else:
        parameters = faiss.SearchParametersIVF(sel=selector, nprobe=_probes(index, passing))
    scores, ids = index.search(vector.reshape(1, -1), k, params=parameters)
    return [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]


def held_ids(index: faiss.Index) -> Ids:
    """The ids in the index, ascending."""
    if is_exact(index):
        held = faiss.vector_to_array(index.id_map)
    else:
        lists = index.invlists
        parts = [
            faiss.rev_swig_ptr(lists.get_ids(number), lists.list_size(number)).copy()
            for number in range(index.nlist)
            if lists.list_size(number)
        ]
        held = np.concatenate(parts) if parts else np.empty(0, np.int64)
    return np.sort(held)


def add_all(index: faiss.Index, other: faiss.Index) -> None:
    """Add to an index what an exact one holds."""
    if other.ntotal:
        vectors = faiss.downcast_index(other.index).reconstruct_n(0, other.ntotal)
        index.add_with_ids(vectors, faiss.vector_to_array(other.id_map))


def is_mapped(index: faiss.Index) -> bool:
    """Whether its lists lie in a file, where they cannot be changed."""
    return not is_exact(index) and isinstance(
        faiss.downcast_InvertedLists(index.invlists), faiss.OnDiskInvertedLists
    )


def is_exact(index: faiss.Index) -> bool:
    """Whether its scores are inner products and its order theirs."""
    return not isinstance(index, faiss.IndexIVF)


def is_ours(index: faiss.Index | None, dimension: int) -> bool:
    """Whether it is an index of this module's kinds, for vectors of this length."""
    kinds = (faiss.IndexIDMap2, faiss.IndexIVFScalarQuantizer)
    return isinstance(index, kinds) and bool(index.d == dimension)


def is_fit(index: faiss.Index, count: int, exact_limit: int) -> bool:
    """Whether an index is of the kind and width for so many vectors, or near enough."""
    if is_exact(index):
        return count <= exact_limit
    return 2 * count > exact_limit and lists_for(count) <= index.nlist


def lists_for(count: int) -> int:
    """About twice the square root, to a power of two."""
    return 1 << max(2, round(1 + math.log2(max(count, 1)) / 2))


def _probes(index: faiss.Index, passing: int) -> int:
    """How many lists to read where only some of the vectors may be found."""
    if passing <= min(_FEW, index.ntotal // 2):
        return int(index.nlist)
    lists = int(index.nlist)
    return min(lists, math.ceil(_PROBED * lists * int(index.ntotal) / passing))

from hypothesis import given
from hypothesis import strategies as st

from rag_app.fusion import Fused, add, favour_figures, fuse, smooth

rankings = st.lists(
    st.tuples(st.integers(0, 30), st.floats(0, 20)), unique_by=lambda pair: pair[0], max_size=20
).map(lambda pairs: sorted(pairs, key=lambda pair: -pair[1]))


def test_a_chunk_that_both_searches_like_comes_first():
    dense = [(1, 0.9), (2, 0.8), (3, 0.1)]
    lexical = [(4, 9.0), (2, 8.5), (1, 0.5)]
    assert fuse(dense, lexical, 0.5)[0].chunk_id == 2


def test_ranks_of_each_search_are_told():
    best = fuse([(7, 0.5)], [(8, 3.0), (7, 2.0)], 0.5)
    assert {item.chunk_id: (item.dense_rank, item.lexical_rank) for item in best} == {
        7: (1, 2),
        8: (None, 1),
    }


@given(rankings, rankings, st.floats(0, 1))
def test_nothing_is_lost_and_scores_fall(dense, lexical, weight):
    fused = fuse(dense, lexical, weight)
    assert {item.chunk_id for item in fused} == {c for c, _ in dense} | {c for c, _ in lexical}
    scores = [item.score for item in fused]
    assert scores == sorted(scores, reverse=True)
    assert all(-1e-9 <= score <= 1 + 1e-9 for score in scores)


@given(rankings)
def test_with_all_weight_on_one_search_its_own_best_leads(dense):
    if dense:
        assert dict(dense)[fuse(dense, [], 1.0)[0].chunk_id] == dense[0][1]


def test_a_chunk_gains_by_its_neighbours_on_the_same_page():
    pages = {1: "p1", 2: "p1", 3: "p1", 4: "p2"}
    ranking = [(4, 1.0), (2, 1.0), (1, 0.9), (3, 0.8)]
    assert smooth(ranking, pages, 0.5)[0][0] == 2  # between two that match too


def test_without_neighbours_the_order_stays():
    ranking = [(10, 3.0), (20, 2.0), (30, 1.0)]
    pages = {chunk: chunk for chunk, _ in ranking}
    assert [chunk for chunk, _ in smooth(ranking, pages, 0.5)] == [10, 20, 30]


def test_a_table_is_favoured_beside_prose_of_the_same_score():
    ranked = [Fused(1, 0.5, 1, 1), Fused(2, 0.5, 2, 2), Fused(3, 0.9, 3, 3)]
    texts = {1: "Our margin grew again.", 2: "Gross profit 1,204 998 877", 3: "The margin."}
    favoured = favour_figures(ranked, texts, 0.2)
    assert [item.chunk_id for item in favoured] == [3, 2, 1]
    assert favoured[2].score == 0.5


@given(rankings, rankings)
def test_added_rankings_hold_the_chunks_of_both(one, other):
    added = add(one, other, 0.4)
    assert {chunk for chunk, _ in added} == {c for c, _ in one} | {c for c, _ in other}

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag_app.evaluation.metrics import (
    contains,
    exact_match,
    hit,
    interval,
    ndcg,
    reciprocal_rank,
    token_f1,
)

ranks = st.one_of(st.none(), st.integers(1, 50))


def test_the_chapter_on_evaluation_and_the_code_agree():
    """examples/documents/pt/07-avaliacao.md works these out by hand."""
    assert round(sum(reciprocal_rank(rank, 10) for rank in (1, 2, 4)) / 3, 3) == 0.583
    assert round(ndcg(["a", "x", "b"], {"a": 1, "b": 1}, 10), 2) == 0.92
    f1 = token_f1("foi publicado em outubro de 2018", ["em outubro de 2018"], "pt")
    assert f1 == pytest.approx(0.8)


def test_articles_marks_and_punctuation_do_not_count():
    assert exact_match("The Eiffel Tower. [1]", ["eiffel tower"], "en") == 1
    assert exact_match("As cataratas", ["cataratas"], "pt") == 1
    assert contains("“It opened in 1932.” [2]", ["opened in 1932"], "en") == 1
    assert contains("It opened in 1933.", ["1932"], "en") == 0


@given(ranks, st.integers(1, 20))
def test_a_better_rank_never_scores_less(rank, k):
    assert hit(rank, k) >= reciprocal_rank(rank, k)
    if rank is not None and rank > 1:
        assert reciprocal_rank(rank - 1, k) >= reciprocal_rank(rank, k)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_the_interval_holds_the_mean_of_what_varies_little(values):
    low, high = interval(values, rounds=200)
    assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9

from hypothesis import given
from hypothesis import strategies as st

from rag_app.context import fit_to_budget
from rag_app.evidence import Sentence
from rag_app.values import Passage


def words(text: str) -> int:
    return len(text.split())


def passage(text: str) -> Passage:
    return Passage(text, "a.txt", None, 1.0, 0, len(text), sentences=((0, len(text)),))


def test_whole_passages_as_long_as_they_fit():
    passages = [passage("one two three"), passage("four five"), passage("six")]
    assert fit_to_budget(passages, [], words, 5) == passages[:2]


def test_the_best_sentence_stands_for_a_passage_that_is_too_long():
    text = "Nothing much here. The answer is 42. And so on for ever."
    whole = passage(text)
    best = Sentence(whole, 19, 36, 1.0)
    (chosen,) = fit_to_budget([whole], [best], words, 5)
    assert chosen.text == "The answer is 42." == text[chosen.start : chosen.end]


@given(st.lists(st.text("ab ", min_size=1, max_size=40), max_size=6), st.integers(1, 12))
def test_the_budget_is_never_exceeded_and_never_left_empty(texts: list[str], budget: int):
    passages = [passage(text) for text in texts]
    ranked = [Sentence(item, 0, item.end, 1.0) for item in passages]
    chosen = fit_to_budget(passages, ranked, words, budget)
    assert sum(words(item.text) for item in chosen) <= budget
    assert bool(chosen) == bool(texts)

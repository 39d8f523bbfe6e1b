from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rag_app import retrieve
from rag_app.merging import merge_neighbours
from rag_app.values import Passage

PAGE = "Revenue rose.\nCosts fell.\nThe margin was 12%.\nNo dividend is paid.\nThe outlook holds."


def passages(page: str = PAGE) -> list[Passage]:
    """A page's lines, a chunk each."""
    found, at = [], 0
    for number, line in enumerate(page.split("\n")):
        end = at + len(line)
        found.append(
            Passage(line, "a.pdf", 3, 0.0, at, end, sentences=((at, end),), chunk_id=10 + number)
        )
        at = end + 1
    return found


def test_neighbours_become_one_passage_at_the_better_ones_place():
    first, second, third, _, last = passages()
    merged = merge_neighbours([third, last, second, first], 3, lambda _: PAGE)
    assert [p.text for p in merged] == [
        "Costs fell.\nThe margin was 12%.",
        "The outlook holds.",
        "Revenue rose.",  # a third would make it too long to be read at a glance
    ]
    assert merged[0].sentences == (*second.sentences, *third.sentences)
    assert merged[0].chunk_id == third.chunk_id


@given(st.permutations(range(5)), st.integers(1, 5), st.sampled_from([PAGE, "other", None]))
def test_every_merged_passage_is_verbatim_and_nothing_better_is_lost(order, limit, page_text):
    ranked = [passages()[at] for at in order]
    merged = merge_neighbours(ranked, limit, lambda _: page_text)
    assert len(merged) <= limit
    assert all(PAGE[p.start : p.end] == p.text for p in merged)
    shown = [span for p in merged for span in p.sentences]
    assert len(shown) == len(set(shown))
    assert {p.sentences[0] for p in ranked[:limit]} <= set(shown)


def test_pages_and_sections_are_not_merged():
    one, other = passages()[:2]
    for apart in ({"page": 4}, {"source": "b.pdf"}, {"headings": ("Risks",)}):
        changed = Passage(**{**other.__dict__, **apart})
        assert len(merge_neighbours([one, changed], 5, lambda _: PAGE)) == 2


def test_a_result_names_a_place_once(settings):
    found = retrieve("How does attention work?", 10, settings=settings)
    assert len(found) == 10
    placed = sorted(found, key=lambda p: (p.source, p.page or 0, p.start))
    for before, after in pairwise(placed):
        is_same_page = (before.source, before.page) == (after.source, after.page)
        assert not is_same_page or before.end <= after.start

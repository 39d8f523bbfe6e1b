from collections import Counter

import pytest

from benchmarks.grounding import seeded
from rag_app.evidence import Sentence
from rag_app.grounding import Gate, judge
from rag_app.language import detect
from rag_app.store.database import Database
from rag_app.values import Passage

LENIENT = Gate(0.8, finished=False, in_order=False)


def place(text: str, source: str = "report.pdf", page_text: str = "") -> Sentence:
    page = page_text or text
    start = page.index(text)
    passage = Passage(page, source, 1, 1.0, 0, len(page), sentences=((start, start + len(text)),))
    return Sentence(passage, start, start + len(text), 1.0)


REVENUE = place("Total revenues of Pfizer were $81.3 billion in 2021, up 95%.")


@pytest.mark.parametrize(
    ("claim", "label"),
    [
        ("Pfizer's revenues were 81.3 billion dollars in 2021.", "supported"),
        ("Pfizer's revenues were $81,300 million in 2021.", "supported"),
        ("Pfizer's revenues were $81.4 billion in 2021.", "unsupported"),
        ("Pfizer's revenues were €81.3 billion in 2021.", "unsupported"),
        ("Moderna's revenues were $81.3 billion in 2021.", "unsupported"),
        ("Pfizer's revenues were not $81.3 billion in 2021.", "unsupported"),
        ("Total revenues of Pfizer were $81.3 billion in 2021, down 95%.", "unsupported"),
    ],
)
def test_figures_units_names_and_turns_must_stand_in_what_is_cited(claim: str, label: str):
    assert judge(claim, [REVENUE], [REVENUE], "en", LENIENT).label == label


def test_a_tables_scale_may_stand_above_it():
    page = "(in millions)\nTotal revenues 81,288"
    row = place("Total revenues 81,288", page_text=page)
    claim = "Total revenues were 81,288 million."
    assert judge(claim, [row], [row], "en", LENIENT).label == "supported"
    bare = place("Total revenues 81,288")
    assert judge(claim, [bare], [bare], "en", LENIENT).label == "unsupported"


def test_decimal_marks_are_those_of_each_language():
    english = place("The model has 1.577 billion parameters in all.")
    claim = "Parameters: 1,577 bilhão."
    assert judge(claim, [english], [english], "pt", LENIENT).label == "supported"
    wrong = "Parameters: 1.577 bilhão."
    assert judge(wrong, [english], [english], "pt", LENIENT).label == "unsupported"


def test_what_stands_elsewhere_is_cited_anew():
    bridge = place("The bridge opened in 1932 after eight years of work.", "bridge.md")
    found = judge(bridge.text, [REVENUE], [REVENUE, bridge], "en", LENIENT)
    assert (found.label, found.places) == ("misattributed", (bridge,))


def test_halves_of_two_files_are_no_sentence_of_either():
    bridge = place("The bridge opened in 1932 after eight years of work.", "bridge.md")
    claim = "Total revenues of Pfizer were 1932 after eight years of work."
    found = judge(claim, [REVENUE], [REVENUE, bridge], "en", LENIENT)
    assert (found.label, found.places) == ("stitched", (REVENUE, bridge))


def test_faults_seeded_into_real_sentences_are_found(settings):
    database = Database(settings.indexes_dir / "default")
    passages = list(database.passages(database.chunk_ids().tolist()).values())
    database.close()
    right: Counter[bool] = Counter()
    for item in seeded(passages, each=20, seed=7):
        label = judge(item.claim, item.cited, item.evidence, detect(item.claim), LENIENT).label
        right[label == item.expected] += 1
    assert right[True] >= 0.95 * right.total()

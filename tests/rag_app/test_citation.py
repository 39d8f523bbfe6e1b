from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from rag_app.citation import cannot_be_cited, cite, quote
from rag_app.evidence import Sentence
from rag_app.grounding import Gate
from rag_app.values import Passage

STRICT = Gate(1.0, finished=True, in_order=True)
LENIENT = Gate(0.8, finished=False, in_order=False)


def evidence(*texts: str) -> list[Sentence]:
    page = " ".join(texts)
    found = []
    for number, text in enumerate(texts):
        start = page.index(text)
        passage = Passage(
            page, "report.pdf", 3, 1.0, 0, len(page), sentences=((start, start + len(text)),)
        )
        found.append(Sentence(passage, start, start + len(text), 1.0 - number / 10))
    return found


def test_a_supported_sentence_is_cited_with_the_words_that_support_it():
    said = cite(
        "Revenues were $81,288 million. [7]",
        "How high were revenues?",
        evidence("Costs fell.", "Total revenues were $81,288 million in 2021."),
        "en",
        LENIENT,
    )
    assert said.text == "Revenues were $81,288 million. [1]"
    (citation,) = said.citations
    assert citation.quote == "Total revenues were $81,288 million in 2021."
    assert (citation.source, citation.page) == ("report.pdf", 3)


def test_a_wrong_figure_is_dropped():
    said = cite(
        "Revenues were 91,288 million.", "Revenues?", evidence("Revenues were 81,288 million."),
        "en", LENIENT,
    )  # fmt: skip
    assert said.citations == ()


def test_words_turned_around_are_no_shortened_quotation():
    held = evidence("The museum moved from Marlborough House to Somerset House in September.")
    turned = "The museum moved from Somerset House to Marlborough House."
    kept = "The museum moved to Somerset House."
    assert cite(turned, "Where?", held, "en", STRICT).citations == ()
    assert cite(kept, "Where?", held, "en", STRICT).text == f"{kept} [1]"


def test_words_picked_from_all_over_are_no_quotation_either():
    held = evidence("Of the tokens, 80% are replaced by a mask, 10% by a random token.")
    said = "The tokens are replaced by a random token."
    assert cite(said, "What?", held, "en", STRICT).citations == ()


LONG = evidence(
    "The museum, which opened in 1837, moved from Marlborough House to Somerset House with all of"
    " its 2,400 plates, the founder's letters and one-third of the staff."
)


@given(cut=st.tuples(st.integers(0, 27), st.integers(0, 27)), at=st.integers(0, 200))
@example(cut=(0, 0), at=200)
def test_what_will_be_said_is_never_given_up_while_it_is_written(cut: tuple[int, int], at: int):
    words = LONG[0].text.removesuffix(".").split()
    first, last = sorted(cut)
    shortened = " ".join([*words[:first], *words[last:]]) + "."
    if cite(shortened, "Which?", LONG, "en", STRICT).citations:
        assert not cannot_be_cited(shortened[:at], LONG, "en")


def test_a_marker_that_is_not_closed_yet_is_no_word():
    held = evidence("The museum moved from Marlborough House to Somerset House in September.")
    said = "The museum moved to Somerset House [1, 2]."
    assert cite(said, "Where?", held, "en", STRICT).citations
    assert not any(cannot_be_cited(said[:at], held, "en") for at in range(len(said) + 1))


def test_a_yes_before_the_quotation_does_not_end_the_draft():
    held = evidence("The museum moved from Marlborough House to Somerset House in September.")
    said = "Yes. The museum moved to Somerset House."
    assert cite(said, "Did it move?", held, "en", STRICT).citations
    assert not any(cannot_be_cited(said[:at], held, "en") for at in range(len(said) + 1))


def test_a_sentence_is_given_up_with_the_first_word_that_its_source_has_not():
    held = evidence("The museum moved from Marlborough House to Somerset House in September.")
    assert not cannot_be_cited("The museum mov", held, "en")
    assert not cannot_be_cited("The museum moved to Som", held, "en")
    assert cannot_be_cited("The museum closed ", held, "en")
    assert cannot_be_cited("The museum moved from Somerset House to Marlborough House ", held, "en")
    assert cannot_be_cited("The museum moved to Somerset House. It burnt ", held, "en")


def test_what_breaks_off_is_not_said():
    held = evidence("The beroids prey on other jellies by using large mouths.")
    assert cite("The beroids prey on other jellies by using", "How?", held, "en", STRICT).text == ""


def test_a_denial_is_not_borne_out_by_its_opposite():
    held = evidence("O contrato não inclui a manutenção dos elevadores.")
    said = "O contrato inclui a manutenção dos elevadores."
    assert cite(said, "Inclui?", held, "pt", LENIENT).citations == ()


def test_what_only_repeats_the_question_says_nothing():
    held = evidence("The play performed in the 1970s was written by Terrance Dicks.")
    assert cite("The play performed in the 1970s.", "Who wrote the play performed in the 1970s?",
                held, "en", STRICT).citations == ()  # fmt: skip


def test_a_quotation_is_numbered_once_for_each_place():
    held = evidence("Ana sings opera.", "Bia plays chess.")
    answer = cite("Ana sings.", "What?", held, "en", STRICT).followed_by(quote(held))
    assert answer.text == "Ana sings. [1]\n\n“Ana sings opera.” [1]\n\n“Bia plays chess.” [2]"
    assert [citation.number for citation in answer.citations] == [1, 2]


def test_what_the_answer_says_word_by_word_is_not_quoted_under_it_again():
    held = evidence("Employees have **25 days** of paid\nleave a year.", "Loss was -5 million.")
    answer = cite(
        "Employees have 25 days of paid leave a year.", "How many days?", held, "en", STRICT
    ).followed_by(quote(held))
    assert answer.text == (
        "Employees have 25 days of paid leave a year. [1]\n\n“Loss was -5 million.” [2]"
    )
    assert [citation.number for citation in answer.citations] == [1, 2]
    assert len(answer.claims) == 2


def test_a_sentence_cited_wrongly_is_cited_anew():
    bridge, garden = (
        replace(item, passage=replace(item.passage, chunk_id=number, source=f"{number}.md"))
        for number, item in enumerate(
            [
                *evidence("The bridge opened in 1932 after eight years of work."),
                *evidence("The garden holds 8,900 species of plants."),
            ],
            1,
        )
    )
    said = cite(
        "The garden holds 8900 species of plants. [1]", "What does the garden hold?",
        [bridge, garden], "en", LENIENT, shown=[bridge.passage, garden.passage],
    )  # fmt: skip
    assert [claim.label for claim in said.claims] == ["misattributed"]
    assert [citation.source for citation in said.citations] == ["2.md"]


def test_what_nothing_bears_out_is_marked_where_that_is_asked_for():
    held = evidence("O jardim abriga 8.900 espécies de plantas.")
    said = cite(
        "O jardim abriga 8900 espécies de plantas. Foi fundado em 1911 pelo rei.",
        "O que abriga?", held, "pt", LENIENT, mark=True,
    )  # fmt: skip
    assert said.text == (
        "O jardim abriga 8900 espécies de plantas. [1]"
        " Foi fundado em 1911 pelo rei. (não verificado)"
    )
    assert [claim.label for claim in said.claims] == ["supported", "unsupported"]
    assert len(said.citations) == 1

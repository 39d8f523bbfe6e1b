from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag_app.sentences import sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def test_splits_at_sentence_ends_and_not_at_abbreviations():
    assert split("Dr. Silva met Ms. Gray. They spoke of U.S. law, e.g. of No. 5. It rained.") == [
        "Dr. Silva met Ms. Gray.",
        "They spoke of U.S. law, e.g. of No. 5.",
        "It rained.",
    ]
    law = "The Act (Pub. L. 104-199, 110 Stat. 2419; see chap. 5) came first."
    assert split(f"{law} We met in Rome, CA. It rained on the MRI. 12 came.") == [
        law,
        "We met in Rome, CA.",
        "It rained on the MRI.",
        "12 came.",
    ]


def test_joins_lines_that_a_page_broke():
    text = "The committee decided in its last\nmeeting of the year to go on. Nobody\nobjected."
    assert split(text) == [
        "The committee decided in its last\nmeeting of the year to go on.",
        "Nobody\nobjected.",
    ]


def test_a_clause_keeps_its_number_and_begins_a_line():
    text = "A fee of 3.1. It rose.\n\n3.1. The term is two years. 12.3.4. It can be renewed."
    assert split(text) == [
        "A fee of 3.1.",
        "It rose.",
        "3.1. The term is two years.",
        "12.3.4. It can be renewed.",
    ]
    listed = [
        "2.1. pagar à contratada até o dia 10 de cada mês o valor da fatura;",
        "2.2. avisar a contratada de qualquer falha no sistema de que saiba;",
        "II – manter o sigilo das informações a que tiver acesso no serviço;",
    ]
    assert split("\n".join(listed)) == listed
    assert split("Tel. (49) 3322-7810. Fala a Eng. Ana Reis.") == [
        "Tel. (49) 3322-7810.",
        "Fala a Eng. Ana Reis.",
    ]


def test_each_row_of_figures_stands_alone():
    text = "Total revenues 81,288 41,651\nCost of sales 30,821 8,484\nNet income 21,979 9,159"
    assert split(text) == text.split("\n")


def test_known_rows_are_kept_whole():
    text = "Intro. Name: Ana. Age: 3.\nName: Bia. Age: 4."
    rows = [(7, 25), (26, len(text))]
    assert sentences(text, rows)[1:] == rows


@given(st.text(alphabet="aB1 .\n!?—áÉ(),\t", max_size=300))
def test_every_visible_character_is_in_exactly_one_sentence(text: str):
    covered = "".join(text[start:end] for start, end in sentences(text))
    assert "".join(covered.split()) == "".join(text.split())
    spans = sentences(text)
    assert all(a_end <= b_start for (_, a_end), (b_start, _) in pairwise(spans))
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)


@pytest.mark.parametrize("text", ["", "   \n\n ", "\n"])
def test_nothing_comes_of_nothing(text: str):
    assert sentences(text) == []


def test_fields_of_a_letters_head_are_apart():
    head = (
        "De: Ana Beatriz de Souza e Silva <ana.beatriz@nimbus.example>\n"
        "Para: Rui Melo <rui.melo@nimbus.example>, Eva Prado e\n"
        "Carla Dias\n"
        "Data: 12 de março de 2024"
    )
    found = [head[start:end] for start, end in sentences(head)]
    assert [words.split(":")[0] for words in found] == ["De", "Para", "Data"]
    assert found[1].endswith("Carla Dias")

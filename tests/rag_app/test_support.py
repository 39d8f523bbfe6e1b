"""What is told of another row, name or period than was asked for is no answer."""

from pathlib import Path

import pytest

from ingest.pipeline import ingest
from rag_app.answering import ask
from rag_app.periods import is_of_another_period
from rag_app.rows import cells, is_another_row, numbered_things

PLANTS = "".join(
    f"Plant {number},{metal},{100 * number + at},{200 * number + at}\n"
    for number in range(1, 9)
    for at, metal in enumerate(("copper", "zinc", "nickel"))
)
LINES = "".join(f"| Linha {n} | Largo {15 - n} | {1000 + n} |\n" for n in range(1, 13))
MONTHS = "The library's income in April was 9,875 pounds. Its income in March was 8,120 pounds.\n"


@pytest.fixture(scope="module")
def tables(settings, tmp_path_factory):
    """Settings whose index holds two tables of like rows and the accounts of two months."""
    folder: Path = tmp_path_factory.mktemp("tables")
    (folder / "plants_2023.csv").write_text("Plant,Metal,Q1,Q3\n" + PLANTS)
    (folder / "linhas.md").write_text(
        "# Linhas de bonde\n\n| Linha | Parada 1 | Passageiros por dia |\n|---|---|---|\n" + LINES
    )
    (folder / "library.txt").write_text(MONTHS)
    made = settings.model_copy(
        update={"indexes_dir": folder.parent / "indexes", "answerer": "extractive"}
    )
    ingest(folder, settings=made)
    return made


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("How much copper did plant 5 make in Q3?", "Plant: Plant 5; Metal: copper; Q1: 500"),
        ("How much zinc did plant 8 make in Q1 of 2023?", "Plant: Plant 8; Metal: zinc; Q1: 801"),
        ("Quantos passageiros por dia tem a linha 11?", "| Linha 11 | Largo 4 | 1011 |"),
        ("Qual é a parada 1 da linha 8?", "| Linha 8 | Largo 7 | 1008 |"),
        ("What was the library's income in April?", "income in April"),
    ],
)
def test_the_row_that_is_asked_for_is_quoted(tables, question: str, quoted: str):
    answer = ask(question, settings=tables)
    assert quoted in answer.citations[0].quote


@pytest.mark.parametrize(
    "question",
    [
        "How much copper did plant 12 make in Q3?",
        "How much copper did plant 5 make in Q3 of 2021?",
        "How much copper did the plant in Lisbon make in Q3?",
        "Quantos passageiros por dia tem a linha 15?",
        "What was the library's income in June?",
    ],
)
def test_a_row_or_a_month_beside_it_is_no_answer(tables, question: str):
    answer = ask(question, settings=tables)
    assert answer.abstained
    assert answer.passages


def test_a_number_belongs_to_the_thing_before_it():
    (line,) = numbered_things("Who drives line 7 in 2023?")
    header = "| Line | Stop 1 | Driver |"
    assert not is_another_row([line], cells("| 7 | Port 3 | Ana |", header))
    assert is_another_row([line], cells("| 3 | Port 7 | Rui |", header))
    assert not is_another_row([line], cells("| Ana | 3 |", "| Name | Age |"))  # of no lines at all


@pytest.mark.parametrize(
    ("question", "said", "around"),
    [
        ("Income in 2022?", "Income in 2023 was 5.", "The year 2022 was worse."),
        ("Income before 2022?", "Income in 2019 was 5.", ""),
        ("Income in FY22?", "Income of 2021/22 was 5.", ""),
        ("Receita no 3º trimestre?", "No terceiro trimestre de 2023 a receita foi 5.", ""),
        ("When may it rise?", "It rose in April.", ""),
        ("Income in 2022?", "Income was 2,023.", ""),
        ("Who was president in 1861?", "Lincoln was president, 1860 to 1865.", ""),
        ("Who led it in 2015?", "Ana Lopes has led it since 2010.", ""),
        ("Who led it in 1995?", "Rui Paz led it in the 1990s.", ""),
        ("Quem o dirigia em 1995?", "Rui Paz o dirigiu na década de 1990.", ""),
    ],
)
def test_a_period_that_is_told_or_not_asked_for_is_no_other(question: str, said: str, around: str):
    assert not is_of_another_period(question, said, around)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Income in 2022?", "Income in 2023 was 5."),
        ("Income in Q3?", "Income in the second quarter was 5."),
        ("Qual foi a receita em maio?", "A receita de abril foi de 5."),
        ("What was the income in May?", "It may fall: April's income was 5."),
    ],
)
def test_another_period_is_told_from_the_one_asked_for(question: str, said: str):
    assert is_of_another_period(question, said, "")

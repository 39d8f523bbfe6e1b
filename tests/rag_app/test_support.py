"""What is told of another row, name or period than was asked for is no answer."""

from dataclasses import replace
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from rag_app.answering import ask
from rag_app.embedding import load_embedder
from rag_app.evidence import Sentence
from rag_app.matching.numbering import (
    is_of_another_number,
    is_of_another_variant,
    is_under_another_number,
    phrases_of_codes,
)
from rag_app.matching.parallels import names_in_the_place_of_others
from rag_app.matching.periods import is_of_another_period
from rag_app.matching.row_names import is_row_of_another_name
from rag_app.matching.rows import cells, is_another_row
from rag_app.matching.weekdays import is_of_another_day
from rag_app.store.places import index_folder
from rag_app.store.reader import open_reader
from rag_app.support import support_of
from rag_app.values import Passage

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
    asked = "Who drives line 7 in 2023?"
    header = "| Line | Stop 1 | Driver |"
    assert not is_another_row(asked, cells("| 7 | Port 3 | Ana |", header))
    assert is_another_row(asked, cells("| 3 | Port 7 | Rui |", header))
    assert not is_another_row(asked, cells("| Ana | 3 |", "| Name | Age |"))  # of no lines at all


@pytest.mark.parametrize(
    ("question", "said", "around"),
    [
        ("Income in 2022?", "Income in 2023 was 5.", "The year 2022 was worse."),
        ("Income before 2022?", "Income in 2019 was 5.", ""),
        ("Income in 2022?", "It rose between 5 March 2021 and May 2023.", ""),
        ("Income in FY22?", "Income of 2021/22 was 5.", ""),
        ("Receita no 3º trimestre?", "No terceiro trimestre de 2023 a receita foi 5.", ""),
        ("When may it rise?", "It rose in April.", ""),
        ("Income in 2022?", "Income was 2,023.", ""),
        ("Who was president in 1861?", "Lincoln was president, 1860 to 1865.", ""),
        ("Who led it in 2015?", "Ana Lopes has led it since 2010.", ""),
        ("Who led it in 1995?", "Rui Paz led it in the 1990s.", ""),
        ("Quem o dirigia em 1995?", "Rui Paz o dirigiu na década de 1990.", ""),
        ("Lucro no terceiro trimestre?", "No 3T23 foi de 4, ante 3 no segundo trimestre.", ""),
        ("Income in the third quarter?", "In the third and fourth quarters it was 5.", ""),
        ("O que se decidiu em junho?", "Adiar a compra para setembro.", "Ata de 14/06/2023"),
        ("Sales in February?", "Planned in December: 5", "| Item | Jan | Feb | Mar |"),
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
        ("Income in 2015?", "Income on 2021-12-05 was 5."),
        ("Lucro em 2021?", "O lucro no 3T23 foi de 4."),
        ("What was the income in May?", "It may fall: April's income was 5."),
        ("Income for 2025?", "For 2024 it will be between EUR 7 million and EUR 8 million."),
        ("Receita em 2025?", "Em 2024 ficará entre 4% e 5%."),
    ],
)
def test_another_period_is_told_from_the_one_asked_for(question: str, said: str):
    assert is_of_another_period(question, said, "")


@pytest.mark.parametrize(
    ("question", "row", "above"),
    [
        ("Who ordered order 1205?", "Order: 1,205; Customer: Marsh", ""),
        ("How many seats has room 105?", "Rooms: 101-109; Seats: 12", ""),
        ("What is the deposit for locker 25?", "Lockers: Lockers 1 to 40; Deposit: 10", ""),
        ("How many pages has chapter 3?", "Chapter: III; Pages: 18", ""),
        ("What does the Pixel 8 cost?", "Product: Pixel; Model: 8; Price: 599", ""),
        ("What did phase 2 of project 7 cost?", "Phase: 2; Project cost: 310", "Project 7"),
        ("Price of the Galaxy S24?", "Product: Galaxy S24; Model: SM-S921; Price: 799", ""),
        ("Sales of the East in Q3?", "Region: East; Q1: 940; Q3: 990", ""),
        ("Who has room 12?", "Room use: TV; Key: porter", ""),
        ("O que há no dia 12 de maio?", "Dia da semana: quinta; Data: 12/05/2024", ""),
    ],
)
def test_a_number_is_known_however_the_table_writes_it(question: str, row: str, above: str):
    assert not is_another_row(question, cells(row), above)


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("Who ordered order 1205?", "Order: 1,206; Customer: Marsh"),
        ("How many seats has room 110?", "Rooms: 101-109; Seats: 12"),
        ("How many pages has chapter 3?", "Chapter: IV; Pages: 18"),
        ("What does the Pixel 8 cost?", "Product: Pixel; Model: 9; Price: 599"),
        ("Price of the Galaxy S22?", "Product: Galaxy S24; Model: SM-S921; Price: 799"),
    ],
)
def test_another_number_is_told_however_the_table_writes_it(question: str, row: str):
    assert is_another_row(question, cells(row))


@pytest.mark.parametrize(
    ("question", "day", "is_another"),
    [
        ("When is it open on Tuesday?", "Mon-Wed", False),
        ("When is it open on Tuesday?", "Fri", True),
        ("Quando abre no sábado?", "Sex e sáb", False),
        ("Quando abre na quinta-feira?", "segunda a quarta", True),
        ("When is it open on Monday?", "by appointment", False),
        ("When is it open?", "Fri", False),
    ],
)
def test_a_day_of_the_week_is_known_in_short_and_in_a_range(
    question: str, day: str, is_another: bool
):
    assert is_of_another_day(question, cells(f"Day: {day}; Hours: 9-17")) is is_another


@pytest.mark.parametrize(
    ("question", "is_elsewhere"),
    [
        ("What does Mrs Copper make?", False),
        ("What does the plant make on Monday?", False),
        ("What does the Copperish office make?", False),
        ("What does the plant in Lisbon make?", True),
    ],
)
def test_a_title_a_day_or_a_nationality_is_no_other_name(tables, question: str, is_elsewhere: bool):
    text = "Plant: Plant 5; Metal: copper; Q1: 500"
    row = Sentence(Passage(text, "plants_2023.csv", None, 1.0, 0, len(text)), 0, len(text), 3.0)
    index = open_reader(index_folder(tables, "default"), load_embedder(tables))
    support = support_of(question, [replace(row, answers=5.0, is_row=True)], index.database)
    assert (support < 0.5) is is_elsewhere


@pytest.mark.parametrize(
    ("question", "said", "around"),
    [
        ("Quanto custa a bandeja B-30?", "A bandeja B-14 custa R$ 9.", ""),
        ("Quantas horas a linha 5 parou?", "A linha 3 parou 17 horas.", ""),
        ("Quem causou o INC-2305?", "Incident report INC-2291", ""),
        ("What can the BX-500 weigh?", "BX-300 manual. It weighs 300 kg.", ""),
        ("When did Apollo 13 land?", "Apollo 11 landed in July.", ""),
        ("Qual é o COP do compressor C4?", "O compressor C1 tem COP 3,4.", ""),
    ],
)
def test_a_thing_of_another_number_is_told_from_the_one_asked_for(question, said, around):
    assert is_of_another_number(question, said, around)


@pytest.mark.parametrize(
    ("question", "said", "around"),
    [
        ("Quanto custa a bandeja B-14?", "A bandeja B-14 custa R$ 9.", ""),
        ("Quantas horas a linha 5 parou?", "Ela parou mais que a linha 3.", "A linha 5 parou."),
        ("Quantas horas a linha 5 parou?", "As linhas 3 a 7 pararam.", ""),
        ("Quem cuida do compressor C4?", "Os compressores C1 a C5 são da manutenção.", ""),
        ("What is the fee for loads above 500 kg?", "Loads above 300 kg pay a fee of $9.", ""),
        ("O que diz o artigo 5?", "Vale o disposto no artigo 7.", ""),
        ("What was revenue in Q3?", "Revenue rose over Q2.", "In the third quarter"),
        ("How many did the plant make in 2022?", "Plant 5 made 40.", ""),
        ("Does the fare exceed 5 euros?", "The fares exceed 3 euros.", ""),
        ("Em 15 de maio, quem faltou?", "Em maio 12 faltaram.", ""),
    ],
)
def test_a_number_that_tells_no_thing_apart_is_no_other(question, said, around):
    assert not is_of_another_number(question, said, around)


CUSTOMERS = """
| Client | City | Owes |
|---|---|---|
| Mercado Sul | Recife | 120 |
| Empório Central | Olinda | 340 |
| Ana Silva | Natal | 75 |
"""


@pytest.mark.parametrize(
    ("question", "row", "is_another"),
    [
        ("How much does Mercado Central owe?", "| Empório Central | Olinda | 340 |", True),
        ("Quanto deve o Mercado Central?", "| Mercado Sul | Recife | 120 |", True),
        ("Quanto deve o Mercado Sul?", "| Mercado Sul | Recife | 120 |", False),
        ("Quanto deve Ana Maria Silva?", "| Ana Silva | Natal | 75 |", False),
        ("Quanto deve o Bistrô Azul?", "| Mercado Sul | Recife | 120 |", False),  # for other rules
        ("Quanto deve o mercado central?", "| Empório Central | Olinda | 340 |", False),
    ],
)
def test_a_name_that_shares_a_word_is_another(question: str, row: str, is_another: bool):
    assert is_row_of_another_name(question, row, CUSTOMERS) == is_another


def test_what_stands_above_a_table_its_rows_may_leave_out():
    table = "| Receita Líquida | 12 |\n| Dívida Bruta | 30 |"
    asked, row = "Qual é a Dívida Líquida do grupo?", "| Dívida Bruta | 30 |"
    assert is_row_of_another_name(asked, row, table)
    assert not is_row_of_another_name(asked, row, table, above="Dívida Líquida e Bruta")


def test_the_row_of_another_name_is_no_answer(own, tmp_path: Path):
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "clients.md").write_text(f"# What clients owe, in thousands\n{CUSTOMERS}")
    only = own.model_copy(update={"answerer": "extractive", "cache": False})
    ingest(folder, settings=only)
    assert ask("How much does Mercado Central owe?", settings=only).abstained
    assert "120" in ask("How much does Mercado Sul owe?", settings=only).citations[0].quote


def test_a_sentence_in_the_other_language_may_answer(settings):
    """It stands out less, since few of its words are the question's: its line is another one."""
    only = settings.model_copy(update={"answerer": "extractive"})
    answer = ask("Who published LoRA?", settings=only)
    assert "Edward Hu" in answer.citations[0].quote
    assert answer.citations[0].source.startswith("pt/")
    assert ask("Who published QLoRA?", settings=only).abstained
    assert ask("Quem inventou o zepelim?", settings=only).abstained


MODELS = "Model: RX-300; Price: 5\nModel: RX-300X; Price: 7\nModel: RX-500; Price: 9"


@pytest.mark.parametrize(
    ("question", "row", "is_another"),
    [
        ("What does the RX-300 cost?", 1, True),
        ("What does the RX-300 cost?", 0, False),
        ("What does the RX300X cost?", 1, False),
        ("What does the RX-500X cost?", 2, True),
        ("What do RX-500s cost?", 2, False),
        ("What was sold in Q3?", 2, False),
    ],
)
def test_a_code_with_another_ending_is_another(question: str, row: int, is_another: bool):
    assert is_of_another_variant(question, MODELS.split("\n")[row], MODELS) is is_another
    only = "Model: RX-300X; Price: 7"  # the only one of its kind may be meant
    assert not is_of_another_variant("What does the RX-300 cost?", only, only)


@pytest.mark.parametrize(
    ("question", "phrases"),
    [
        ("What does the RX-200 cost?", ["rx 200", "rx200"]),
        ("What does the RX-500X cost?", ["rx 500x", "rx500x"]),
        ("What does the RX500 cost?", []),
        ("Is the RX-500 cheaper than the RX-200?", []),
        ("What does the BX-200 cost?", []),  # of no series that is known
    ],
)
def test_a_code_of_a_series_is_looked_for_as_it_may_be_written(question: str, phrases: list[str]):
    assert phrases_of_codes(question, MODELS) == phrases


@pytest.mark.parametrize(
    ("question", "above", "passage", "is_another"),
    [
        ("What is due under version 3?", "Policy, version 2", "3. Due within 60 days.", True),
        ("What is due under version 3?", "Policy, version 3", "Due within 30 days.", False),
        ("What is due under version 3?", "Policy, version 2", "Version 3 says 30 days.", False),
        ("What is due under section 3?", "Section 2", "Due within 30 days.", False),
    ],
)
def test_a_document_of_another_number_is_told_by_what_stands_above(
    question: str, above: str, passage: str, is_another: bool
):
    assert is_under_another_number(question, above, passage) is is_another


@pytest.mark.parametrize(
    ("question", "said", "names"),
    [
        ("How many jobs are lost in Gdansk?", "No job was lost in Stavanger.", ["Gdansk"]),
        ("How many jobs are lost in Gdansk?", "In Stavanger no job was lost.", []),
        ("What is the limit for a trip to Gdansk?", "The limit is 180 in Europe.", []),
        ("Who lost in Gdansk?", "Ana lost in Gdansk.", []),
        ("What is the revenue of Apple?", "The revenue of the Company was 394 billion.", []),
        ("Did sales in Peru and in Chile fall?", "Sales in Chile fell.", []),
        ("Quem ganhou na Costa da Prata?", "Ana ganhou no Porto.", ["Costa da Prata"]),
    ],
)
def test_a_name_in_the_very_place_of_another(question: str, said: str, names: list[str]):
    assert [it.name for it in names_in_the_place_of_others(question, said)] == names


@pytest.fixture(scope="module")
def two_offices(settings, tmp_path_factory):
    """Settings whose index tells of jobs in one place, of another place, and of two models."""
    folder: Path = tmp_path_factory.mktemp("offices")
    (folder / "release.txt").write_text("The yard was sold. No jobs will be lost in Stavanger.\n")
    (folder / "memo.txt").write_text("The design office is in Gdansk. It has 64 desks.\n")
    (folder / "limits.txt").write_text("The limit for a hotel night is 180 euros in Europe.\n")
    (folder / "prices.csv").write_text("Model,Price\n" + "".join(f"RX-{n}00,{n}\n" for n in (1, 3)))
    made = settings.model_copy(
        update={"indexes_dir": folder.parent / "indexes", "answerer": "extractive"}
    )
    ingest(folder, settings=made)
    return made


@pytest.mark.parametrize(
    ("question", "best", "is_another"),
    [
        ("How many jobs will be lost in Stavanger?", "No jobs will be lost in Stavanger.", False),
        ("How many jobs will be lost in Gdansk?", "No jobs will be lost in Stavanger.", True),
        ("How many jobs will be lost in Baghdad?", "No jobs will be lost in Stavanger.", True),
        ("Will jobs be lost in Baghdad?", "No jobs will be lost in Stavanger.", False),
        ("How many jobs will be lost of Oslo?", "No jobs will be lost of Stavanger.", False),
        ("How many jobs will be lost in Stavangr?", "No jobs will be lost in Stavanger.", False),
        ("What is the limit for a trip to Gdansk?", "The limit for a hotel night is 180.", False),
        ("What does the RX-200 cost?", "Prices of RX-100 and RX-300", True),
        ("What does the RX300 cost?", "Prices of RX-100 and RX-300", False),
    ],
)
def test_what_only_another_document_names_is_not_told_here(
    two_offices, question: str, best: str, is_another: bool
):
    said = Sentence(Passage(best, "release.txt", None, 1.0, 0, len(best)), 0, len(best), 3.0)
    index = open_reader(index_folder(two_offices, "default"), load_embedder(two_offices))
    support = support_of(question, [replace(said, answers=5.0)], index.database)
    assert (support < 0.5) is is_another

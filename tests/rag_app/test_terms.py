import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag_app.terms import _term, all_words, analyse, any_of, joined_words, stands_in, stems_of


def test_numbers_are_the_same_however_they_are_written():
    for text in ("1,577", "1.577", "1577"):
        assert analyse(text, "pt") == ["1577"]
    assert analyse("12,5%", "pt") == analyse("12.5%", "en") == ["12.5"]


def test_accents_and_endings_do_not_matter():
    assert analyse("as operações financeiras", "pt") == analyse("operacao financeira", "pt")
    assert analyse("running banks", "en") == analyse("bank runs", "en")[::-1]


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)
    _term.cache_clear()  # what went wrong would be kept for the other tests


def test_questions_at_once_do_not_mix_their_stems(hasty_threads):
    starts = ("conhec", "quantiz", "organiz", "nacional", "public")
    ends = ("imento", "ações", "idade", "ando", "adas", "amente", "ivos")
    text = " ".join(start + end for start, end in product(starts, ends))
    alone = analyse(text, "pt")

    def terms(_: int) -> list[str]:
        _term.cache_clear()
        return analyse(text, "pt")

    with ThreadPoolExecutor(4) as threads:
        assert all(found == alone for found in threads.map(terms, range(200)))


def test_a_question_of_stop_words_matches_nothing():
    assert stems_of("what is it?") == []


@pytest.mark.parametrize("question", ["artigo 3", "article 3", "o artigo 3º"])
def test_an_article_of_a_law_is_found_however_it_is_written(question: str):
    import sqlite3

    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE VIRTUAL TABLE t USING fts5 (body, tokenize=\"unicode61 tokenchars '._'\")"
    )
    for law in ("Art. 3º Os estacionamentos", "Art. 4º É proibido", "Arte, capítulo 3"):
        database.execute("INSERT INTO t VALUES (?)", (" ".join(analyse(law, "pt")),))
    found = database.execute("SELECT rowid FROM t WHERE t MATCH ?", (all_words(question),))
    assert found.fetchall() == [(1,)]


@given(st.text(max_size=80))
def test_any_question_is_a_valid_search(text: str):
    import sqlite3

    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE VIRTUAL TABLE t USING fts5 (body, tokenize=\"unicode61 tokenchars '._'\")"
    )
    for expression in filter(None, (any_of(stems_of(text)), all_words(text))):
        database.execute("SELECT * FROM t WHERE t MATCH ?", (expression,)).fetchall()


@pytest.mark.parametrize(
    ("joined", "text", "stands"),
    [
        ("GPT-5", "GPT‑5 and others", True),
        ("GPT-5", "the GPT 5 model", True),
        ("GPT-5", "Chapters 5 to 7 describe BERT and GPT", False),
        ("GPT-5", "BERT and GPT. 5 models follow", False),
        ("GPT-3", "GPT-3.5 came later", False),
        ("GPT-3.5", "GPT3.5 came later", True),
        ("COVID-19", "covid19 in Brazil", True),
        ("state-of-the-art", "the state of the art", True),
        ("fine-tuning", "a fine-tuned model", True),
        ("Llama 2", "**Llama** 2 reads", True),
        ("Llama 2", "2 of the Llama models", False),
    ],
)
def test_joined_words_stand_side_by_side_however_they_are_written(joined, text, stands):
    assert joined_words(joined) == ([joined], "")
    assert stands_in(joined, text) is stands


@pytest.mark.parametrize("text", ["revenue 2021", "Pfizer 2021", "2019-2021", "the bridge", "of-a"])
def test_a_year_and_a_range_of_figures_are_words_by_themselves(text: str):
    assert joined_words(text) == ([], text)

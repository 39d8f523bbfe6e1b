from hypothesis import given
from hypothesis import strategies as st

from rag_app.terms import analyse, any_of, stems_of


def test_numbers_are_the_same_however_they_are_written():
    for text in ("1,577", "1.577", "1577"):
        assert analyse(text, "pt") == ["1577"]
    assert analyse("12,5%", "pt") == analyse("12.5%", "en") == ["12.5"]


def test_accents_and_endings_do_not_matter():
    assert analyse("as operações financeiras", "pt") == analyse("operacao financeira", "pt")
    assert analyse("running banks", "en") == analyse("bank runs", "en")[::-1]


def test_a_question_of_stop_words_matches_nothing():
    assert stems_of("what is it?") == []


@given(st.text(max_size=80))
def test_any_question_is_a_valid_search(text: str):
    import sqlite3

    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE VIRTUAL TABLE t USING fts5 (body, tokenize=\"unicode61 tokenchars '._'\")"
    )
    if expression := any_of(stems_of(text)):
        database.execute("SELECT * FROM t WHERE t MATCH ?", (expression,)).fetchall()

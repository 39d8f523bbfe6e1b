from datetime import UTC, datetime

from rag_app.values import Scope
from ui.scope import offers


def test_folders_are_offered_before_files():
    sources = ["2021/q1/a.pdf", "2021/b.pdf", "c.pdf"]
    assert offers(sources) == ["2021/*", "2021/q1/*", "2021/q1/a.pdf", "2021/b.pdf", "c.pdf"]


def test_of_thousands_of_files_folders_alone_are_offered():
    sources = [f"{year}/{number}.pdf" for year in (2021, 2022) for number in range(400)]
    assert offers(sources) == ["2021/*", "2022/*"]


def test_a_scope_is_said_in_words_and_inertly():
    from ui.scope import describe

    scope = Scope(("a*", "b", "c"), (2, 3), datetime(2024, 1, 2, tzinfo=UTC))
    said = describe(scope)
    assert said == "a\\*, b and 1 more · pages 2 to 3 · files changed since 2024-01-02"

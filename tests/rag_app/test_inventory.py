import pytest

from ingest.pipeline import ingest
from rag_app import ask
from rag_app.inventory import inventory_of
from rag_app.store.database import Database


@pytest.fixture
def held(own, documents):
    """Three files more that speak of palms, and one that no one can read."""
    for number in range(3):
        (documents / f"palm{number}.txt").write_text(f"Palms of kind {number} grow here. No more.")
    (documents / "scan.pdf").write_bytes(b"%PDF-1.4 torn")
    ingest(documents, settings=own)
    return own.model_copy(update={"answerer": "extractive"})


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Which documents mention palms?", "palms"),
        ("How many files mention the palm house?", "palm house"),
        ("Quais documentos mencionam a ponte?", "ponte"),
        ("Quantos arquivos falam da ponte?", "ponte"),
        ("List all mentions of palms", "palms"),
        ("Where is the bridge mentioned?", "bridge"),
        ("Onde a ponte é citada?", None),
        ("How many parameters does GPT-3 have?", None),
        ("Which company mentioned in the report is the largest?", None),
        ("Qual é o comprimento da ponte?", None),
    ],
)
def test_questions_over_everything_are_told_from_others(question: str, topic: str | None):
    inventory = inventory_of(question)
    assert (inventory.topic if inventory else None) == topic


def test_every_file_is_named_with_its_words_and_the_coverage_is_told(held):
    answer = ask("Which documents mention palms?", settings=held)
    sources = {citation.source for citation in answer.citations}
    assert sources == {"palm0.txt", "palm1.txt", "palm2.txt", "notes/garden.txt"}
    assert answer.coverage is not None
    assert (answer.coverage.read, answer.coverage.passages, answer.coverage.files) == (4, 4, 4)
    assert answer.coverage.unreadable == ("scan.pdf",)
    database = Database(held.indexes_dir / "default")
    for citation in answer.citations:
        page = database.page_text(citation.source, citation.page) or ""
        assert page[citation.start : citation.end] == citation.quote
        assert f"[{citation.number}]" in answer.text
    database.close()


def test_a_filter_holds_here_too(held):
    answer = ask("Which documents mention palms?", settings=held, sources=["palm*"])
    assert {citation.source for citation in answer.citations} == {
        "palm0.txt", "palm1.txt", "palm2.txt",
    }  # fmt: skip


def test_none_is_an_answer(held):
    answer = ask("Quais documentos mencionam zebras?", settings=held)
    assert answer.abstained
    assert answer.text == "Nenhum documento menciona “zebras”."


def test_a_phrase_in_quotation_marks_is_looked_for_word_by_word(held):
    assert ask('Which documents mention "palm house"?', settings=held).citations
    assert ask('Which documents mention "house palm"?', settings=held).abstained

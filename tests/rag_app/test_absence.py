import pytest

from rag_app import ask
from rag_app.absence import absent_words
from rag_app.store.database import Database


@pytest.mark.parametrize(
    ("question", "absent"),
    [
        ("How many parameters does GPT-3 have?", ()),
        ("How many parameters does GPT-9 have?", ("GPT-9",)),
        ("Quantos parâmetros tem o GPT-9?", ("GPT-9",)),
        ("Where is the plumber of GPT-3?", ("plumber",)),
        ("What is low-rank adaptation?", ()),
        ("Why?", ()),
        ("Can you please tell me why GPT-3 wasn't BERT's successor?", ("successor",)),
        ("O vocabulário tem 32.000 ou 32.001 pedaços?", ("32.001",)),
    ],
)
def test_what_no_document_mentions_is_told(settings, question: str, absent: tuple[str, ...]):
    database = Database(settings.indexes_dir / "default")
    assert absent_words(question, database) == absent


def test_an_answer_tells_it(settings):
    quoted = settings.model_copy(update={"answerer": "extractive"})
    answer = ask("How many parameters does GPT-9 have?", settings=quoted)
    assert answer.absent == ("GPT-9",)

import pytest

from rag_app import retrieve
from rag_app.errors import IndexNotFound, QuestionError
from rag_app.retrieval import HybridRetriever
from rag_app.store.database import Database


def test_passages_are_verbatim_from_their_pages(settings):
    database = Database(settings.indexes_dir / "default")
    for question in ("How many parameters does GPT-3 have?", "O que é LoRA?"):
        passages = retrieve(question, 10, settings=settings)
        assert len(passages) == 10
        assert [p.score for p in passages] == sorted((p.score for p in passages), reverse=True)
        for passage in passages:
            page = database.page_text(passage.source, passage.page)
            assert page is not None
            assert page[passage.start : passage.end] == passage.text


def test_a_question_in_portuguese_finds_the_portuguese_chapter(settings):
    best = retrieve("Quantos parâmetros o LoRA treina?", 3, settings=settings)
    assert any("lora" in passage.source for passage in best)


def test_the_retriever_gives_langchain_documents(settings):
    found = HybridRetriever(k=4, settings=settings).invoke("What is attention?")
    assert len(found) == 4
    assert {"source", "page", "start", "end"} <= found[0].metadata.keys()


def test_bad_questions_and_unknown_indexes_say_what_to_do(settings):
    with pytest.raises(QuestionError, match="empty"):
        retrieve("  ", settings=settings)
    with pytest.raises(QuestionError, match="RAG_MAX_QUESTION_CHARS"):
        retrieve("x" * 10_000, settings=settings)
    with pytest.raises(IndexNotFound, match=r"python -m ingest DOCS --index other"):
        retrieve("x", index="other", settings=settings)

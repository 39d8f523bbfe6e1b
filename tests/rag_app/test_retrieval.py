from datetime import UTC, datetime, timedelta

import pytest

from rag_app import retrieve
from rag_app.embedding import packaged_model
from rag_app.errors import IndexNotFound, ModelNotFound, QuestionError
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


def test_a_search_keeps_to_sources_pages_and_dates(settings):
    everywhere = retrieve("language models", 50, settings=settings)
    pdf = next(p.source for p in everywhere if p.page)
    within = retrieve("language models", 20, settings=settings, sources=[pdf], pages=(2, 4))
    assert within
    assert {p.source for p in within} == {pdf}
    assert {p.page for p in within} <= {2, 3, 4}
    assert {p.source for p in retrieve("LoRA", settings=settings, sources=["*.pdf"])} == {pdf}
    assert retrieve("LoRA", settings=settings, sources=["no-such-file.md"]) == []
    tomorrow = datetime.now(tz=UTC) + timedelta(days=1)
    assert retrieve("LoRA", settings=settings, modified_after=tomorrow) == []


def test_each_passage_can_say_why_it_came_up(settings):
    best = retrieve("What does the report say of FLOP?", 3, settings=settings, explain=True)[0]
    assert best.explanation is not None
    assert best.explanation.fused == best.score
    assert best.dense_rank or best.lexical_rank
    assert retrieve("What is FLOP?", 1, settings=settings)[0].explanation is None


def test_a_cross_encoder_has_the_last_word(settings, tmp_path):
    folder = str(tmp_path / "cross-encoder")
    _save_untrained_cross_encoder(folder)
    plain = retrieve("What is attention?", 20, settings=settings)
    judged = retrieve(
        "What is attention?", 20, settings=settings.model_copy(update={"reranker": folder})
    )
    assert [p.score for p in judged] == sorted((p.score for p in judged), reverse=True)
    assert [p.chunk_id for p in judged] != [p.chunk_id for p in plain]


def test_a_cross_encoder_that_is_not_there_is_named(settings, tmp_path):
    missing = settings.model_copy(update={"reranker": str(tmp_path / "none")})
    with pytest.raises(ModelNotFound, match="RAG_RERANKER"):
        retrieve("What is attention?", settings=missing)


def _save_untrained_cross_encoder(folder):
    """One of two small layers over the packaged vocabulary."""
    from sentence_transformers import CrossEncoder
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    config = BertConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        num_labels=1,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(packaged_model()).save_pretrained(folder)
    CrossEncoder(folder).save_pretrained(folder)

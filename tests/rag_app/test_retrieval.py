from datetime import UTC, date, datetime, timedelta

import pytest

from ingest.pipeline import ingest
from rag_app import ask, retrieve
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
    tomorrow = datetime.now(tz=UTC) + timedelta(days=1)
    assert retrieve("LoRA", settings=settings, modified_after=tomorrow) == []


@pytest.mark.parametrize(
    "sources", ["pt/*", "pt", "pt/", "./pt/", ["pt"], ["./pt/0*.md", "pt/08-seguranca.docx"], "p?/"]
)
def test_one_pattern_or_folder_may_be_given_as_it_is(settings, sources):
    found = retrieve("What is LoRA?", 40, settings=settings, sources=sources)
    assert {p.source.partition("/")[0] for p in found} == {"pt"}
    assert len({p.source for p in found}) > 4


def test_a_folder_is_not_taken_for_another_that_begins_as_it_does(own, tmp_path):
    for folder in ("a", "ab", "a[1]"):
        (tmp_path / "docs" / folder).mkdir(parents=True)
        (tmp_path / "docs" / folder / "bridge.txt").write_text(f"The bridge of {folder} is long.")
    ingest(tmp_path / "docs", settings=own)
    within = retrieve("bridge", settings=own, sources="a")
    assert [p.source for p in within] == ["a/bridge.txt"]
    everything = retrieve("bridge", settings=own, sources="./")
    assert len(everything) == 3


def test_a_filter_that_no_file_matches_is_told_with_what_there_is(settings):
    told = r"index 'default' matches the sources pt/\*\.xlsx, no-such-file.* It holds en/, .*pt/;"
    for call in (retrieve, ask):
        with pytest.raises(QuestionError, match=told):
            call("What is LoRA?", settings=settings, sources=["pt/*.xlsx", "no-such-file.md"])
    with pytest.raises(QuestionError, match="matches the sources no-such-folder"):
        ask("Which documents mention LoRA?", settings=settings, sources="no-such-folder")


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"sources": 5}, r"sources=5 .*a pattern"),
        ({"sources": [None]}, r"sources=\[None\]"),
        ({"sources": []}, "an empty list"),
        ({"sources": [" "]}, 'the sources "". It holds'),
        ({"pages": 5}, r"pages=5 .*\(10, 12\)"),
        ({"pages": (12, 10)}, r"pages=\(12, 10\)"),
        ({"pages": (0, 4)}, "counted from 1"),
        ({"modified_after": "2026-01-31"}, r"modified_after='2026-01-31' .*datetime"),
        ({"k": -1}, "k=-1 .*1 or more"),
        ({"k": None}, "k=None"),
        ({"question": None}, "not None"),
    ],
)
def test_what_cannot_narrow_a_search_is_named(settings, wrong, named):
    with pytest.raises(QuestionError, match=named):
        retrieve(**{"question": "What is LoRA?", "settings": settings} | wrong)


def test_a_day_narrows_as_its_first_moment_in_utc_does(settings):
    today = datetime.now(tz=UTC).date()
    assert retrieve("LoRA", settings=settings, modified_after=date(2001, 1, 1))
    assert retrieve("LoRA", settings=settings, modified_after=today + timedelta(days=2)) == []


def test_each_passage_can_say_why_it_came_up(settings):
    best = retrieve("What does the report say of FLOP?", 3, settings=settings, explain=True)[0]
    assert best.explanation is not None
    assert best.explanation.nearest is not None  # the question names no document
    expected = (best.explanation.fused + 0.5 * best.explanation.nearest) / 1.5
    assert best.score == pytest.approx(expected)
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


def test_a_moment_that_the_clock_cannot_tell_is_named(settings):
    with pytest.raises(QuestionError, match="a date or a datetime"):
        retrieve("bridge", settings=settings, modified_after=datetime.min)

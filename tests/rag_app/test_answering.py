import threading
import time

import pytest
from langchain_core.documents import Document

from rag_app import ask
from rag_app.answering import ABSTENTION
from rag_app.chain import answer_from
from rag_app.errors import Cancelled, ModelCrashed, QuestionError
from rag_app.llm import load_llm
from rag_app.llm.local import LocalChatModel
from rag_app.prompts import load_prompt
from rag_app.settings import load_settings
from rag_app.store.database import Database


def test_every_citation_is_verbatim_and_numbered(settings):
    stages: list[str] = []
    answer = ask("How many parameters does GPT-3 have?", settings=settings, on_stage=stages.append)
    assert not answer.abstained
    assert "175" in answer.text
    assert stages[:2] == ["searching", "reading"]
    database = Database(settings.indexes_dir / "default")
    for citation in answer.citations:
        assert f"[{citation.number}]" in answer.text
        page = database.page_text(citation.source, citation.page)
        assert page is not None
        assert page[citation.start : citation.end] == citation.quote
        assert len(citation.sha256) == 64
    assert answer.usage.seconds["total"] >= answer.usage.seconds["searching"]


def test_the_model_is_asked_and_its_words_stream(settings):
    tokens: list[str] = []
    answer = ask("When was BERT published?", settings=settings, on_token=tokens.append)
    assert len(tokens) > 2
    assert answer.usage.completion_tokens > 2
    assert answer.usage.prompt_tokens > 20
    assert "int4" in answer.model


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("What was the score of the football final in Lisbon?", "en"),
        ("Qual foi o placar da final do campeonato de futebol em Lisboa?", "pt"),
    ],
)
def test_abstains_in_the_language_of_the_question(settings, question: str, language: str):
    answer = ask(question, settings=settings)
    assert answer.abstained
    assert answer.citations == ()
    assert answer.text == ABSTENTION[language]
    assert answer.passages  # the nearest ones are still shown


def test_a_model_that_strays_from_the_documents_is_not_heard_to_the_end(settings, monkeypatch):
    questions = ["Who published LoRA?", "How many parameters does GPT-3 have?", "What is a token?"]
    stopped = [ask(question, settings=settings) for question in questions]
    monkeypatch.setattr("rag_app.drafting.cannot_be_cited", lambda *_: False)
    heard = [ask(question, settings=settings) for question in questions]
    assert [answer.text for answer in stopped] == [answer.text for answer in heard]
    spent = [sum(answer.usage.completion_tokens for answer in each) for each in (stopped, heard)]
    assert 0 < spent[0] < spent[1]


def test_a_model_that_dies_when_it_has_answered_takes_nothing_back(monkeypatch):
    def dead(*_: object) -> int:
        raise ModelCrashed("The language model's process ended.")

    monkeypatch.setattr(LocalChatModel, "get_num_tokens", dead)
    llm, prompt = load_llm("packaged", load_settings()), load_prompt("answer_packaged", "en")
    passages = [Document("The bridge opened in 1932.", metadata={"source": "bridge.md"})]
    said = answer_from("When?", passages, llm, prompt, until=lambda written: len(written) > 3)
    assert len(said.text) > 3
    assert said.completion_tokens > 0


def test_quotation_alone_needs_no_model(settings):
    only = settings.model_copy(update={"answerer": "extractive", "llm": "gguf:/no/such.gguf"})
    answer = ask("How many parameters does GPT-3 have?", settings=only)
    assert answer.answered_by == "quotation"
    assert "175" in answer.citations[0].quote


def test_one_earlier_question_may_be_given_as_it_is(settings):
    only = settings.model_copy(update={"answerer": "extractive"})
    answer = ask("When was it published?", history="What is BERT?", settings=only)
    assert answer.rewritten == "When was BERT published?"


def test_what_is_no_question_is_told(settings):
    with pytest.raises(QuestionError, match="not None"):
        ask(None, settings=settings)  # type: ignore[arg-type]
    with pytest.raises(QuestionError, match="not 5"):
        ask("And who wrote it?", history=[5], settings=settings)  # type: ignore[list-item]


def test_a_stopped_question_ends_soon(settings, caplog):
    cancel = threading.Event()
    stopped = 0.0

    def stop(_: str) -> None:
        nonlocal stopped
        stopped = stopped or time.perf_counter()
        cancel.set()

    with pytest.raises(Cancelled):
        ask("When was BERT published?", settings=settings, on_token=stop, cancel=cancel)
    assert time.perf_counter() - stopped < 1.0
    assert not caplog.records  # being stopped is no error
    assert ask("When was BERT published?", settings=settings).text  # and the next is answered


def test_a_question_is_stopped_while_its_passages_are_read(settings):
    cancel = threading.Event()
    stages: list[str] = []

    def stop(stage: str) -> None:
        stages.append(stage)
        if stage == "reading":
            cancel.set()

    with pytest.raises(Cancelled):
        ask("When was BERT published?", settings=settings, on_stage=stop, cancel=cancel)
    assert stages == ["searching", "reading"]

"""What an answer shows of itself: doubts, absences, coverage and cost."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from rag_app.log import ExchangeLog
from rag_app.values import Answer, Citation, Claim, Coverage, Usage
from tests.ui.tabs import new_tab, texts


def shown(server, answer: Answer, identity: str = "{}") -> AppTest:
    """A tab with a conversation in which this was answered."""
    log = ExchangeLog(server / "log.sqlite")
    conversation = log.start("default")
    exchange = log.begin(answer.question, "default", conversation)
    log.finish(exchange, replace(answer, exchange=exchange), identity, "key")
    return new_tab(c=conversation).run()


QUOTED = Answer(
    question="How long is it?", text="“4 miles” [1]",
    citations=(Citation(1, "gone.pdf", 3, "4 miles", 0, 7, "ab" * 32),),
    abstained=False, passages=(), support=0.9, language="en", answered_by="quotation", model="m",
    usage=Usage(10, 20, {"writing": 2.0, "total": 3.0}),
)  # fmt: skip


@pytest.fixture
def marked(server) -> AppTest:
    """A logged answer that carries all that can be said of one."""
    answer = replace(
        QUOTED,
        question="And GPT-4?",
        text="It has 4 heads [1]. It is *big* [1].",
        citations=(Citation(1, "gone.pdf", 3, "4 heads", 0, 7, "ab" * 32),),
        support=0.6,
        answered_by="llm",
        claims=(Claim("It has 4 heads.", "supported", (1,)),
                Claim("It is *big*.", "unsupported", ())),
        rewritten="How many heads has GPT-4?",
        coverage=Coverage(9, 7, 3, ("scan.pdf",)),
        absent=("GPT-4",),
    )  # fmt: skip
    return shown(server, answer, '{"scope": {"sources": ["a/*"]}}')


def test_doubts_are_said_in_the_answer_itself(marked: AppTest):
    assert not marked.exception
    said = texts(marked)
    assert "It has 4 heads **\\[1\\]**. It is \\*big\\* **\\[1\\]**." in said
    assert said.index("not supported") > said.index("big")
    assert "evidence for this answer is weak (60%)" in said
    assert "Understood as: How many heads has GPT\\-4?" in said
    assert "7 of 9 passages" in said
    assert "No document of this index has: “GPT\\-4”" in said
    assert "20 tokens, 10 a second" in said
    assert "a/\\*" in said
    assert "changed since" in said  # the cited file is not in the index


def test_what_is_nowhere_is_told_without_a_count_of_nothing(server):
    answer = replace(
        QUOTED,
        question="Which documents mention zebras?",
        text="No document mentions “zebras”.",
        citations=(),
        abstained=True,
        answered_by="abstention",
        coverage=Coverage(0, 0, 0, ("scan.pdf",)),
    )
    tab = shown(server, answer)
    assert not tab.exception
    assert "No document mentions “zebras”" in texts(tab)
    assert "0 of 0" not in texts(tab)
    assert "scan.pdf" in texts(tab)


def test_words_of_the_model_that_did_not_hold_are_no_silence_of_the_documents(server):
    refused = replace(
        QUOTED, text="The documents do not say.", citations=(), abstained=True,
        answered_by="abstention",
    )  # fmt: skip
    assert "model found no words" in texts(shown(server, refused))
    assert "documents do not say" in texts(shown(server, replace(refused, model="")))


def test_a_word_without_end_is_told_by_its_beginning(server):
    said = texts(shown(server, replace(QUOTED, absent=("x" * 500,))))
    assert "“xxx" in said
    assert "x" * 61 not in said


def test_the_tokens_of_a_draft_that_no_one_sees_are_not_told(server):
    said = texts(shown(server, QUOTED))
    assert "3.0 s" in said
    assert "tokens" not in said


def test_what_is_copied_of_an_answer_names_its_sources(server):
    tab = shown(server, QUOTED)
    assert [code.value for code in tab.code] == ["“4 miles” [1]\n\n[1] gone.pdf, page 3"]

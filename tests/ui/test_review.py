"""The page of review: answers judged, summed up, and saved as questions to be asked again."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ingest.pipeline import ingest
from rag_app import ask
from rag_app.evaluation.questions import read_questions
from rag_app.log import ExchangeLog, open_log
from rag_app.settings import Settings
from tests.ui.tabs import new_tab

BRIDGE, GARDEN, LISBON = (
    "How long is the bridge?",
    "How many species does the garden hold?",
    "Who won the football final in Lisbon?",
)


def script() -> None:
    from ui.views.review import review

    review()


@pytest.fixture
def log(own_server: Settings, own: Settings, documents: Path) -> ExchangeLog:
    """A log of two answers, of a conversation and from Python, and of one withheld."""
    ingest(documents, settings=own)
    log = open_log(own)
    ask(BRIDGE, settings=own, conversation=log.start("default"))
    ask(GARDEN, settings=own)
    ask(LISBON, settings=own)
    return log


@pytest.fixture
def app(log: ExchangeLog) -> AppTest:
    return AppTest.from_function(script, default_timeout=60).run()


def texts(app: AppTest) -> str:
    shown = [*app.title, *app.markdown, *app.caption, *app.info, *app.success, *app.error]
    return "\n".join(str(element.value) for element in shown).replace("\\", "")


def asked(app: AppTest) -> list[str]:
    """The questions that are shown, from the top."""
    shown = [str(element.value) for element in app.markdown]
    return [
        question
        for text in shown
        for question in (BRIDGE, GARDEN, LISBON)
        if text.startswith(f"**{question}")
    ]


def show(app: AppTest, kind: str) -> AppTest:
    return app.segmented_control(key="review_kind").set_value(kind).run()


def judge(app: AppTest, number: int, verdict: str | None) -> AppTest:
    return app.segmented_control(key=f"verdict-{number}").set_value(verdict).run()


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_answers_are_judged_where_they_stand(app: AppTest, log: ExchangeLog):
    assert not app.exception
    assert asked(app) == [LISBON, GARDEN, BRIDGE]
    assert "503 metres" in texts(app)
    assert "index default" in texts(app)
    assert app.button(key="cite-1-0").label.endswith("bridge.md · text")
    judge(app, 1, "right")
    judge(app, 2, "wrong")
    judge(app, 3, "right")
    assert asked(app) == [LISBON, GARDEN, BRIDGE]  # nothing moves under the hand
    assert [log.exchange(number).verdict for number in (1, 2, 3)] == ["right", "wrong", "right"]
    assert metrics(app) == {
        "Judged": "3", "Right, of the answers": "50%", "Rightly withheld": "100%",
    }  # fmt: skip
    assert "1 of 2; 95% interval 9% to 91%" in texts(app)
    judge(app, 1, None)  # pressed again
    assert log.exchange(1).verdict == ""
    assert metrics(app)["Judged"] == "2"
    show(app, "reviewed")
    assert asked(app) == [LISBON, GARDEN]
    show(app, "to_review")
    assert asked(app) == [BRIDGE]


def test_what_would_have_been_right_is_kept(app: AppTest, log: ExchangeLog):
    assert not app.text_area
    judge(app, 2, "wrong")
    app.text_area(key="expected-2").set_value(" 8,900 species ").run()
    assert log.exchange(2).expected == "8,900 species"
    assert log.exchange(2).verdict == "wrong"
    assert "Saved" in texts(app)
    again = AppTest.from_function(script, default_timeout=60).run()
    show(again, "reviewed")
    assert again.text_area(key="expected-2").value == "8,900 species"


def test_nothing_else_is_right_where_an_answer_was_rightly_withheld(app: AppTest):
    judge(app, 3, "right")
    assert not app.text_area
    judge(app, 3, "wrong")
    assert app.text_area(key="expected-3")


def test_a_conversation_is_opened_at_its_address_in_the_language_of_the_page(
    app: AppTest, log: ExchangeLog
):
    (link,) = app.get("link_button")  # what was asked from Python has no conversation
    assert link.proto.url == f"./?c={log.exchange(1).conversation}&lang=English"


def test_what_was_rated_and_said_is_shown(app: AppTest, log: ExchangeLog):
    log.rate(2, 0)
    log.comment(2, "Only <b>eight</b>?")
    log.fail(log.begin("Why?", "default"), "The question is empty. Type what you want to know.")
    show(app, "complained")
    assert asked(app) == [GARDEN]
    assert "Rated bad" in texts(app)
    assert any("\\<b\\>eight" in str(caption.value) for caption in app.caption)
    show(app, "withheld")
    assert asked(app) == [LISBON]
    show(app, "all")
    assert asked(app) == [LISBON, GARDEN, BRIDGE]
    assert "The question is empty" in texts(app)  # what failed is told, and cannot be judged
    assert (
        len([one for one in app.segmented_control if (one.key or "").startswith("verdict-")]) == 3
    )


def test_a_source_is_looked_at_beside_the_answer(app: AppTest):
    app.button(key="cite-1-0").click().run()
    assert not app.exception
    assert any("<mark" in html.value and "503" in html.value for html in app.html)


def test_what_is_judged_becomes_a_question_file(app: AppTest, own: Settings):
    assert "Nothing is judged yet." in texts(app)
    judge(app, 2, "wrong")
    app.button(key="review_save").click().run()
    assert "Nothing that is judged makes a question of index default" in texts(app)
    assert not (own.indexes_dir / "evaluations").exists()
    judge(app, 1, "right")
    assert "Nothing that is judged" not in texts(app)
    judge(app, 3, "right")
    app.button(key="review_save").click().run()
    assert "2 questions of index default saved as reviewed-default.jsonl" in texts(app)
    assert "Left out: 1 judged wrong without what would have been right." in texts(app)
    path = own.indexes_dir / "evaluations" / "questions" / "reviewed-default.jsonl"
    assert [question.question for question in read_questions(path)] == [BRIDGE, LISBON]
    assert app.get("download_button")
    judge(app, 2, "right")
    assert "saved as" not in texts(app)  # the file is no longer what was judged
    app.button(key="review_save").click().run()
    assert "3 questions" in texts(app)
    assert "An earlier file of this name was replaced." in texts(app)


def test_a_question_file_that_cannot_be_saved_is_told(app: AppTest, own: Settings):
    judge(app, 1, "right")
    (own.indexes_dir / "evaluations").write_text("no folder")
    app.button(key="review_save").click().run()
    assert not app.exception
    assert "cannot be written" in texts(app)


def test_many_are_shown_ten_a_page(app: AppTest, log: ExchangeLog):
    from dataclasses import replace

    answer = log.exchange(1).answer
    for number in range(20):
        one = log.begin(f"{BRIDGE} {number}", "default")
        log.finish(one, replace(answer, question=f"{BRIDGE} {number}"), "", "")
    app.run()
    assert "23 questions, newest first" in texts(app)
    assert len(asked(app)) == 10
    judge(app, 23, "right")
    app.get("pagination")[0].set_value(3).run()
    assert asked(app) == [LISBON, GARDEN, BRIDGE]  # none was skipped for the one that is judged


def test_a_damaged_log_is_told(app: AppTest, own: Settings):
    with closing(sqlite3.connect(own.indexes_dir / "log.sqlite")) as other, other:
        other.execute("DROP TABLE exchanges")
    app.run()
    assert not app.exception
    assert "cannot be used" in texts(app)


def test_hostile_texts_stay_texts(app: AppTest, log: ExchangeLog):
    hostile = "<img src=x onerror=alert(1)> [a](http://b.c) $x$"
    log.fail(log.begin(hostile, "default"), hostile)
    show(app, "all")
    assert not app.exception
    shown = "\n".join(str(element.value) for element in [*app.markdown, *app.error])
    assert shown.count("\\<img") == 2
    assert "](http" not in shown


def test_without_a_log_on_disk_the_page_says_so(own_server, monkeypatch):
    monkeypatch.setenv("RAG_LOG", "false")
    monkeypatch.setattr("rag_app.log._opened", ExchangeLog)  # others' is not empty
    app = AppTest.from_function(script, default_timeout=60).run()
    assert not app.exception
    assert "kept in memory alone" in texts(app)
    assert "every answer is judged" in texts(app)


def test_who_signs_in_reviews_their_own_answers_alone(
    log: ExchangeLog, own: Settings, monkeypatch: pytest.MonkeyPatch
):
    of_ana = ask(
        "When was the palm house built?", settings=own, conversation=log.start("default", "ana")
    )
    log.review(1, "right")
    monkeypatch.setattr("ui.session.signed_in", lambda: "ana")
    app = AppTest.from_function(script, default_timeout=60).run()
    show(app, "all")
    assert asked(app) == []
    assert "1911" in texts(app)
    assert not app.metric
    judge(app, of_ana.exchange, "right")
    app.button(key="review_save").click().run()
    (path,) = (own.indexes_dir / "evaluations" / "questions").iterdir()
    assert [question.answers for question in read_questions(path)] == [
        ("Its palm house was built in 1911.",)
    ]
    assert "ana" not in path.name


def test_what_was_looked_at_in_review_leaves_the_chat_its_evidence(log: ExchangeLog):
    conversation = log.exchange(1).conversation
    tab = new_tab(c=conversation)
    tab.session_state["evidence"] = (2, 0)  # of another conversation, on the page of review
    tab.run()
    assert not tab.exception
    assert any("<mark" in html.value and "503" in html.value for html in tab.html)

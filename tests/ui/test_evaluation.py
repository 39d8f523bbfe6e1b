"""The evaluation page: a question file in the background, its plots and failures, and watching."""

import errno
import json
import os
import threading
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ingest.pipeline import ingest
from rag_app.errors import RagError
from rag_app.evaluate import Evaluation, Scored
from rag_app.evaluation.runs import changes, load_run, run_names, save_run
from rag_app.settings import Settings

QUESTIONS = [
    {"id": "length", "lang": "en", "question": "How long is the bridge?", "answerable": True,
     "answers": ["503 metres"], "evidence": [{"doc": "bridge"}]},
    {"id": "wrong", "lang": "en", "question": "How many species does the garden hold?",
     "answerable": True, "answers": ["seven"], "evidence": [{"doc": "garden"}]},
    {"id": "none", "lang": "en", "question": "Who won the football final in Lisbon?",
     "answerable": False, "answers": [], "evidence": []},
]  # fmt: skip


def script() -> None:
    from ui.views.evaluation import evaluation

    evaluation()


@pytest.fixture
def app(own_server: Settings, own: Settings, documents: Path) -> AppTest:
    ingest(documents, settings=own)
    folder = own.indexes_dir / "evaluations" / "questions"
    folder.mkdir(parents=True)
    (folder / "mine.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)))
    return AppTest.from_function(script, default_timeout=60)


def texts(app: AppTest) -> str:
    shown = [*app.markdown, *app.caption, *app.info, *app.success, *app.warning, *app.error]
    return "\n".join(str(element.value) for element in shown)


def wait_until_done(app: AppTest, name: str) -> None:
    from ui import tasks

    deadline = time.monotonic() + 120
    while tasks.is_running(name):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    app.run()


def test_a_question_file_is_run_and_its_failures_are_shown(app: AppTest, own: Settings):
    app.run()
    assert not app.exception
    assert "Nothing has been evaluated yet" in texts(app)
    app.button(key="run_begin").click().run()
    wait_until_done(app, "evaluation")
    assert not app.exception
    assert "3 questions of mine over index default" in texts(app)
    assert "How many species" in texts(app)
    assert "right words missing" in texts(app)
    assert "seven" in texts(app)
    assert any("garden" in expander.label for expander in app.expander)
    metrics = {metric.label: metric.value for metric in app.metric}
    assert metrics["hit@5"] == "1.000"
    (name,) = run_names(own)
    run = load_run(name, own)
    assert run.evaluation.counts["contains"] == 2
    assert run.evaluation.questions[0].passages[0].text


def test_two_runs_are_compared(app: AppTest, own: Settings, documents: Path):
    from rag_app.evaluate import evaluate
    from rag_app.evaluation.questions import read_questions

    questions = read_questions(own.indexes_dir / "evaluations" / "questions" / "mine.jsonl")
    before = save_run(evaluate(questions, index="default", settings=own), "mine", 1, own)
    garden = documents / "notes" / "garden.txt"
    garden.write_text(garden.read_text().replace("8,900", "seven"))
    ingest(documents, settings=own)
    time.sleep(1.1)  # runs are named by the second
    now = save_run(evaluate(questions, index="default", settings=own), "mine", 2, own)
    found = {(change.id, change.score): change.now for change in
             changes(before.evaluation, now.evaluation)}  # fmt: skip
    assert found["wrong", "contains"] == 1
    app.run()
    app.selectbox(key="run_against").set_value(before.name).run()
    assert not app.exception
    assert "0 worse" in texts(app)
    assert "No question failed" in texts(app)


def test_two_questions_of_one_id_are_both_compared():
    def run(*found: float) -> Evaluation:
        kept = [Scored("1", f"{n}?", {"hit@1": f}, {}, []) for n, f in enumerate(found)]
        return Evaluation("default", kept)

    assert [change.question for change in changes(run(1, 1), run(0, 0))] == ["0?", "1?"]


def test_a_refusal_that_is_gone_is_a_gain():
    def run(refused: float, found: float) -> Evaluation:
        return Evaluation(
            "default", [Scored("1", "?", {"false refusals": refused, "hit@1": found}, {}, [])]
        )

    worst_first = changes(run(refused=1, found=1), run(refused=0, found=0))
    assert [(change.score, change.gain) for change in worst_first] == [
        ("hit@1", -1),
        ("false refusals", 1),
    ]


def test_a_broken_question_file_is_named(app: AppTest, own: Settings):
    folder = own.indexes_dir / "evaluations" / "questions"
    (folder / "broken.jsonl").write_text('{"id": 1}\n')
    app.run()
    app.selectbox(key="questions_file").set_value(folder / "broken.jsonl").run()
    app.button(key="run_begin").click().run()
    assert not app.exception
    assert "line 1, is no question" in texts(app).replace("\\", "")


def test_strange_evidence_is_told_of_its_own_question_file_alone(app: AppTest, own: Settings):
    folder = own.indexes_dir / "evaluations" / "questions"
    strange = {**QUESTIONS[0], "evidence": [{"doc": "bridge.md"}]}
    (folder / "strange.jsonl").write_text(json.dumps(strange))
    app.run()
    app.selectbox(key="questions_file").set_value(folder / "strange.jsonl").run()
    app.button(key="run_begin").click().run()
    assert "does not hold" in texts(app)
    wait_until_done(app, "evaluation")
    assert "does not hold" in texts(app)
    app.selectbox(key="questions_file").set_value(folder / "mine.jsonl").run()
    assert "does not hold" not in texts(app)
    app.button(key="run_begin").click().run()
    assert "does not hold" not in texts(app)
    wait_until_done(app, "evaluation")


def test_a_run_of_a_question_file_with_a_long_name_is_kept(app: AppTest, own: Settings):
    app.run()
    lines = json.dumps(QUESTIONS[0]).encode()
    for name in ("l" * 240, "ã" * 120):  # bytes: a file's name has 255 at most
        given = [(f"{name}.jsonl", lines, "text/plain")]
        app.file_uploader(key="questions_upload").set_value(given).run()
        assert not app.error
        app.button(key="run_begin").click().run()
        wait_until_done(app, "evaluation")
        assert not app.error
    assert len(run_names(own)) == 2
    assert all(load_run(name, own).evaluation.questions for name in run_names(own))


def test_an_uploaded_question_file_is_the_one_that_is_run(app: AppTest, own: Settings):
    app.run()
    lines = "\n".join(map(json.dumps, QUESTIONS[:1]))
    given = [("other.jsonl", lines.encode(), "application/jsonl")]
    app.file_uploader(key="questions_upload").set_value(given).run()
    assert app.selectbox(key="questions_file").value.name == "other.jsonl"
    app.button(key="run_begin").click().run()
    wait_until_done(app, "evaluation")
    assert not app.exception
    assert "1 question of other over index default" in texts(app)
    app.selectbox(key="questions_file").set_value(
        own.indexes_dir / "evaluations" / "questions" / "mine.jsonl"
    ).run()
    assert app.selectbox(key="questions_file").value.name == "mine.jsonl"


def test_a_question_file_that_finds_no_room_is_told(app: AppTest, own: Settings, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    app.run()
    monkeypatch.setattr(os, "fsync", full)
    given = [("other.jsonl", b"{}", "application/jsonl")]
    app.file_uploader(key="questions_upload").set_value(given).run()
    assert not app.exception
    assert "No space left" in app.error[0].value


def test_a_watched_questions_changed_answer_is_shown_and_accepted(
    app: AppTest, own: Settings, documents: Path
):
    app.session_state["evaluation_part"] = "watched"
    app.run()
    assert "No question is watched yet" in texts(app)
    app.text_input(key="watch_question").set_value("How long is the bridge?")
    next(button for button in app.button if button.label == "Watch").click().run()
    wait_until_done(app, "watch:default:How long is the bridge?")
    assert "503" in texts(app)
    bridge = documents / "bridge.md"
    bridge.write_text(bridge.read_text().replace("503 metres", "504 metres"))
    ingest(documents, settings=own)
    app.button(key="watch_check").click().run()
    wait_until_done(app, "watch:default")
    assert not app.exception
    assert "1 of 1 answer changed" in texts(app)
    assert "504" in texts(app)
    assert "the file changed" in texts(app)
    app.button(key="watch_accept").click().run()
    assert not app.exception
    assert "changed." not in texts(app)
    app.button(key="watch_drop_0").click().run()
    assert "No question is watched yet" in texts(app)


def test_an_answer_of_the_chat_is_watched_by_a_click(app: AppTest, own: Settings):
    from rag_app.store.places import index_folder
    from rag_app.watched import watched_questions
    from tests.ui.tabs import ask, new_tab

    question = "How long is the bridge?"
    chat = ask(new_tab().run(), question)
    (mark,) = [b for b in chat.button if (b.key or "").startswith("watch-")]
    mark.click().run()
    wait_until_done(chat, f"watch:default:{question}")
    assert not chat.exception
    home = index_folder(own, "default")
    assert [item.question for item in watched_questions(home)] == [question]
    (mark,) = [b for b in chat.button if (b.key or "").startswith("watch-")]
    assert mark.label == "Watch no longer"
    mark.click().run()
    assert watched_questions(home) == []


def test_questions_to_watch_that_come_one_after_the_other_are_all_watched(
    app: AppTest, own: Settings, monkeypatch: pytest.MonkeyPatch
):
    """The second is typed while the first is answered, and a third that fails is told."""
    go, made = threading.Event(), []

    def slow(question: str, index: str, settings: Settings) -> None:
        assert go.wait(60)
        if "model" in question:
            raise RagError("There is no such model.")
        made.append(question)

    monkeypatch.setattr("ui.saved_questions.watch", slow)
    app.session_state["evaluation_part"] = "watched"
    app.run()
    questions = ["How long is the bridge?", "What did it cost?", "Which model is it?"]
    for question in questions:
        app.text_input(key="watch_question").set_value(question)
        next(button for button in app.button if button.label == "Watch").click().run()
    go.set()
    for question in questions:
        wait_until_done(app, f"watch:default:{question}")
    assert sorted(made) == sorted(questions[:2])
    assert [error.value for error in app.error] == ["That did not work: There is no such model."]
    assert "Which model is it?" in texts(app)
    app.button(key=f"dismiss_watch:default:{questions[2]}").click().run()
    assert not app.error


def test_an_answer_of_the_chat_that_cannot_be_watched_is_told(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
):
    from tests.ui.tabs import ask, new_tab

    def full(question: str, index: str, settings: Settings) -> None:
        raise RagError("The disk is full.")

    monkeypatch.setattr("ui.saved_questions.watch", full)
    question = "When was the palm house built?"
    chat = ask(new_tab().run(), question)
    next(b for b in chat.button if (b.key or "").startswith("watch-")).click().run()
    wait_until_done(chat, f"watch:default:{question}")
    assert [error.value for error in chat.error] == ["That did not work: The disk is full."]

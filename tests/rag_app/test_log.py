import json
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest

from rag_app import ask
from rag_app.__main__ import main
from rag_app.errors import Cancelled, LogError, QuestionError
from rag_app.log import ExchangeLog, open_log
from rag_app.replay import replay
from rag_app.settings import load_settings


@pytest.fixture
def asking(settings, tmp_path):
    """The example documents, with a log of this test's own and the cache on."""
    (tmp_path / "default").symlink_to(settings.indexes_dir / "default")
    return settings.model_copy(update={"indexes_dir": tmp_path, "cache": True})


def test_an_exchange_is_kept_whole_and_for_its_user_alone(asking, tmp_path):
    log = open_log(asking)
    conversation = log.start("default")
    answer = ask("How many parameters does GPT-3 have?", settings=asking, conversation=conversation)
    (kept,) = log.conversation(conversation) or []
    assert kept.answer == answer
    assert kept.id == answer.exchange
    assert kept.state == "answered"
    assert (tmp_path / "log.sqlite").stat().st_mode & 0o077 == 0


def test_an_equal_question_over_an_unchanged_index_is_answered_from_the_log(asking):
    question = "How many parameters does GPT-3 have?"
    first, again = (ask(question, settings=asking) for _ in range(2))
    assert (first.cached, again.cached) == (False, True)
    assert (first.text, first.citations) == (again.text, again.citations)
    other = asking.model_copy(update={"min_support": 0.4})
    assert not ask(question, settings=other).cached
    assert not ask(question, settings=asking.model_copy(update={"cache": False})).cached


def test_looking_for_an_equal_question_takes_no_longer_in_a_long_log(tmp_path):
    log = ExchangeLog(tmp_path / "log.sqlite")

    def steps() -> int:
        taken = []
        log._connection.set_progress_handler(lambda: taken.append(1), 1)
        assert log.same("a key that no exchange has") is None
        log._connection.set_progress_handler(None, 0)
        return len(taken)

    log.begin("When was BERT published?", "default")
    short = steps()
    for number in range(200):
        log.begin(f"Question {number}?", "default")
    assert steps() == short


def test_a_changed_index_is_read_anew(own, documents):
    from ingest.pipeline import ingest

    ingest(documents, settings=own)
    assert "503" in ask("How long is the bridge?", settings=own).text
    bridge = documents / "bridge.md"
    bridge.write_text(bridge.read_text().replace("503", "509"))
    ingest(documents, settings=own)
    answer = ask("How long is the bridge?", settings=own)
    assert not answer.cached
    assert "509" in answer.text


def test_a_follow_up_is_read_with_the_questions_before_it(own, documents):
    from ingest.pipeline import ingest

    ingest(documents, settings=own)
    answer = ask("How long is it?", history=["When was the bridge opened?"], settings=own)
    assert answer.rewritten == "How long is the bridge?"
    assert answer.question == "How long is it?"
    assert "503" in answer.text


def test_a_byte_that_is_no_letter_costs_no_answer(asking):
    question = b"Who published \xe9 LoRA?".decode("utf-8", "surrogateescape")
    answer = ask(question, settings=asking, history=[question], conversation="")
    assert answer.question == "Who published \ufffd LoRA?"
    (kept,) = open_log(asking).latest(1)
    assert kept.question == answer.question


@pytest.mark.parametrize(
    ("question", "last"),
    [("When was BERT published?", "checking"), ("Which documents are there?", "reading")],
)
def test_what_is_stopped_in_its_last_stage_is_not_answered_after_all(asking, question, last):
    import threading

    stop = threading.Event()

    def on_stage(stage: str) -> None:
        if stage == last:
            stop.set()

    with pytest.raises(Cancelled):
        ask(question, settings=asking, on_stage=on_stage, cancel=stop)
    assert stop.is_set()
    (kept,) = open_log(asking).latest(1)
    assert (kept.state, kept.answer) == ("stopped", None)


def test_what_failed_or_was_stopped_is_kept_as_such(asking):
    import threading

    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        ask("Who published LoRA?", settings=asking, cancel=stop)
    with pytest.raises(QuestionError):
        ask("x" * 5000, settings=asking)
    failed, stopped = open_log(asking).latest(2)
    assert (stopped.state, failed.state) == ("stopped", "failed")
    assert "RAG_MAX_QUESTION_CHARS" in failed.note
    with pytest.raises(QuestionError):
        ask(" \n", settings=asking)
    assert len(open_log(asking).latest(9)) == 2  # nothing was asked


def test_without_a_log_nothing_is_written(asking, tmp_path):
    off = asking.model_copy(update={"log": False})
    assert ask("Who published LoRA?", settings=off).text
    assert not (tmp_path / "log.sqlite").exists()


def test_whoever_opens_it_first_has_the_same_log(tmp_path, monkeypatch):
    class Slow(ExchangeLog):
        def __init__(self, path):
            time.sleep(0.2)
            super().__init__(path)

    monkeypatch.setattr("rag_app.log.ExchangeLog", Slow)
    settings = load_settings(indexes_dir=tmp_path)
    with ThreadPoolExecutor(4) as threads:
        opened = list(threads.map(open_log, [settings] * 4))
    assert len({id(log) for log in opened}) == 1


def test_a_damaged_log_costs_no_answer(asking, tmp_path, caplog):
    (tmp_path / "log.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(LogError, match=r"log\.sqlite"):
        ExchangeLog(tmp_path / "log.sqlite")
    answer = ask("How many parameters does GPT-3 have?", settings=asking)
    assert "175" in answer.text
    assert answer.exchange is None
    assert "RAG_LOG" in caplog.text


def test_a_torn_row_costs_no_other(asking, tmp_path):
    ask("When was BERT published?", settings=asking)
    ask("How many parameters does GPT-3 have?", settings=asking)
    with closing(sqlite3.connect(tmp_path / "log.sqlite")) as log, log:
        log.execute("UPDATE exchanges SET answer = substr(answer, 1, 99) WHERE id = 1")
    whole, torn = open_log(asking).latest(2)
    assert (torn.state, torn.answer) == ("failed", None)
    assert whole.answer is not None
    assert ask("When was BERT published?", settings=asking).citations


def test_an_answer_is_given_again_bit_for_bit(asking):
    first = ask("When was BERT published?", settings=asking, sources=["*"])
    assert first.exchange is not None
    again = replay(first.exchange, asking.model_copy(update={"answerer": "extractive"}))
    assert again.same
    assert again.differences == ()
    assert replace(again.answer, usage=first.usage, exchange=first.exchange) == first


def test_a_replay_says_what_changed(own, documents):
    from ingest.pipeline import ingest

    ingest(documents, settings=own)
    first = ask("How long is the bridge?", settings=own)
    bridge = documents / "bridge.md"
    bridge.write_text(bridge.read_text().replace("503", "509"))
    ingest(documents, settings=own)
    again = replay(first.exchange or 0, own)
    assert not again.same
    assert any(text.startswith("commit: ") for text in again.differences)
    with pytest.raises(LogError, match="no answer 999"):
        replay(999, own)


def test_the_log_and_a_replay_are_told_as_json(own, documents, monkeypatch, capsys):
    from ingest.pipeline import ingest

    monkeypatch.setenv("RAG_INDEXES_DIR", str(own.indexes_dir))
    ingest(documents, settings=own)
    first = ask("How long is the bridge?", settings=own)
    assert main(["--replay", str(first.exchange), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["same"], told["differences"]) == (True, [])
    assert told["answer"]["text"] == told["before"]["text"] == first.text
    assert main(["log", "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["answer"]["text"] == first.text


@pytest.mark.parametrize("words", ["telescopio", "TELESCÓPIO", "o telescópio", "elesco\u0301pi"])
def test_conversations_are_found_without_accents_and_capitals(tmp_path, words):
    log = ExchangeLog(tmp_path / "log.sqlite")
    held, titled, other = (log.start("default", "ana") for _ in range(3))
    log.begin("Onde fica o telescópio?", "default", held)
    log.begin("Quem?", "default", titled)
    log.rename(titled, "Sobre o Telescópio")
    log.begin("Onde fica a ponte?", "default", other)
    assert {c.id for c in log.conversations("ana", containing=words)} == {held, titled}


def test_conversations_are_found_renamed_and_deleted(tmp_path):
    log = ExchangeLog(tmp_path / "log.sqlite")
    one, other = log.start("default", "ana"), log.start("default", "ana")
    log.begin("How high is 50% of_it?", "default", one)
    log.begin("Quem?", "default", other)
    assert [c.title for c in log.conversations("ana")] == ["Quem?", "How high is 50% of_it?"]
    assert [c.id for c in log.conversations("ana", containing="50% of_")] == [one]
    assert log.conversations("ana", containing="50%x") == []
    assert log.conversations("rui") == []
    assert log.conversation(one, "rui") is None
    log.rename(one, " Heights ")
    assert log.conversations("ana", containing="Heights")[0].id == one
    log.delete(one)
    assert [c.id for c in log.conversations("ana")] == [other]
    with sqlite3.connect(tmp_path / "log.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM exchanges").fetchone() == (1,)
    connection.close()


OLD = """
CREATE TABLE conversations (
    id TEXT PRIMARY KEY, user TEXT NOT NULL, title TEXT NOT NULL, index_name TEXT NOT NULL,
    updated REAL NOT NULL
);
CREATE TABLE exchanges (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation TEXT REFERENCES conversations (id) ON DELETE CASCADE,
    index_name TEXT NOT NULL, asked REAL NOT NULL, question TEXT NOT NULL, state TEXT NOT NULL,
    answer TEXT, note TEXT NOT NULL DEFAULT '', identity TEXT NOT NULL DEFAULT '',
    key TEXT NOT NULL DEFAULT '', rating INTEGER, comment TEXT NOT NULL DEFAULT ''
);
INSERT INTO conversations VALUES ('c', 'ana', 'Who?', 'default', 1.5);
INSERT INTO exchanges VALUES
    (7, 'c', 'default', 1.5, 'Who?', 'failed', NULL, 'busy', '{}', 'k', 0, 'a pity');
"""  # a log as it was before there were reviews


@pytest.fixture
def old_log(tmp_path):
    with closing(sqlite3.connect(tmp_path / "log.sqlite")) as old:
        old.executescript(OLD)
    return tmp_path / "log.sqlite"


def test_a_log_of_before_there_were_reviews_keeps_all_that_it_holds(old_log):
    log = ExchangeLog(old_log)
    (kept,) = log.conversation("c", "ana")
    assert (kept.id, kept.question, kept.state, kept.note) == (7, "Who?", "failed", "busy")
    assert (kept.asked, kept.identity, kept.rating, kept.comment) == (1.5, "{}", 0, "a pity")
    assert (kept.verdict, kept.expected, kept.judged) == ("", "", None)
    log.review(7, "wrong", "Ana")
    again = ExchangeLog(old_log).exchange(7)
    assert (again.verdict, again.expected) == ("wrong", "Ana")
    with closing(sqlite3.connect(old_log)) as by_the_version_before, by_the_version_before:
        by_the_version_before.execute(
            "INSERT INTO exchanges (conversation, index_name, asked, question, state)"
            " VALUES ('c', 'default', 2.5, 'When?', 'asked')"
        )
    assert [held.question for held in log.conversation("c", "ana")] == ["Who?", "When?"]


def test_two_processes_may_open_an_old_log_at_once(old_log, tmp_path):
    from tests.conftest import PROJECT

    ready = tmp_path / "ready"
    opening = (
        "import sys, time; from pathlib import Path; from rag_app.log import ExchangeLog;"
        f"ready = Path({str(ready)!r}); print('waits', flush=True);\n"
        "while not ready.exists(): pass\n"
        f"log = ExchangeLog(Path({str(old_log)!r})); log.review(7, 'right')"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", opening], cwd=PROJECT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(3)
    ]  # fmt: skip
    for process in processes:
        assert process.stdout.readline() == "waits\n"
    ready.touch()
    ended = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], ended
    assert ExchangeLog(old_log).exchange(7).verdict == "right"


def test_an_old_log_is_completed_where_another_process_comes_between(old_log, monkeypatch):
    lacking = ExchangeLog._lacking

    def and_another_comes(self):
        found = lacking(self)
        monkeypatch.setattr(ExchangeLog, "_lacking", lacking)
        if found:
            ExchangeLog(old_log)
        return found

    monkeypatch.setattr(ExchangeLog, "_lacking", and_another_comes)
    assert ExchangeLog(old_log).exchange(7).verdict == ""


def test_exchanges_are_listed_by_what_became_of_them(asking):
    log = open_log(asking)
    good, bad, none = (
        ask(question, settings=asking).exchange
        for question in ("When was BERT published?", "Who published LoRA?", "Who won in Lisbon?")
    )
    failed = log.begin("Why?", "default")
    log.fail(failed, "busy")
    said = log.begin("How?", "default")
    log.comment(said, "never answered")

    def ids(kind, **named):
        found = [kept.id for kept in log.listed(kind, **named)]
        assert log.count(kind, since=named.get("since", float("inf"))) == len(found)
        return found

    assert ids("to_review") == [none, bad, good]
    log.rate(bad, 0)
    log.rate(good, 1)
    assert ids("complained") == [said, bad]
    assert ids("withheld") == [none]
    assert ids("all") == [said, failed, none, bad, good]
    opened = time.time()
    log.review(bad, "wrong", "Hu and others")
    log.review(none, "right")
    log.review(none, expected="it is not said")  # either is kept without the other
    assert ids("to_review") == [good]
    assert ids("to_review", since=opened) == [none, bad, good]  # nothing moves meanwhile
    assert ids("reviewed") == [none, bad]
    assert log.exchange(none).verdict == "right"
    assert log.verdicts() == {(False, "wrong"): 1, (True, "right"): 1}
    log.review(bad, "")
    assert ids("reviewed") == [none]
    assert ids("reviewed", since=opened) == [none, bad]
    assert log.exchange(bad).expected == "Hu and others"
    assert [kept.id for kept in log.listed("all", skip=1, limit=2)] == [failed, none]


def test_exchanges_are_listed_for_their_user_alone(tmp_path):
    log = ExchangeLog(tmp_path / "log.sqlite")
    of_ana = log.begin("Ana's?", "default", log.start("default", "ana"))
    of_rui = log.begin("Rui's?", "default", log.start("default", "rui"))
    of_none = log.begin("No one's?", "default", log.start("default"))
    asked_in_python = log.begin("From Python?", "default")
    held = {
        user: [kept.id for kept in log.listed("all", user)] for user in ("ana", "rui", "eva", "")
    }
    assert held == {
        "ana": [of_ana],
        "rui": [of_rui],
        "eva": [],
        "": [asked_in_python, of_none],
    }
    assert {user: log.count("all", user) for user in held} == {
        user: len(ids) for user, ids in held.items()
    }
    log.review(of_ana, "right")
    log.review(asked_in_python, "wrong")
    assert log.verdicts("ana") == {(False, "right"): 1}
    assert log.verdicts("") == {(False, "wrong"): 1}
    assert log.verdicts(None) == {(False, "right"): 1, (False, "wrong"): 1}


def test_a_torn_row_hides_no_other_from_review_and_search(asking, tmp_path):
    log = open_log(asking)
    answer = ask("Who won in Lisbon?", settings=asking, conversation=log.start("default"))
    torn = log.begin("Torn?", "default", log.start("default"))
    with closing(sqlite3.connect(tmp_path / "log.sqlite")) as other, other:
        other.execute("UPDATE exchanges SET state='answered', answer='{\"te' WHERE id = ?", (torn,))
    assert [kept.id for kept in log.listed("withheld")] == [answer.exchange]
    assert len(log.conversations(containing="lisbon")) == 1

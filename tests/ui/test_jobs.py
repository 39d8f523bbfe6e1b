"""Jobs end in the log, whatever ends them."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from rag_app.errors import Cancelled, IndexNotFound
from rag_app.log import ExchangeLog
from ui import ingesting, tasks
from ui.jobs import UNEXPECTED, AnswerJob, Jobs


@pytest.fixture
def log() -> ExchangeLog:
    return ExchangeLog(None)


def ends(log: ExchangeLog, make) -> tuple[str, str]:
    number = log.begin("Why?", "default")
    assert Jobs().start(number, log, make).wait(10)
    exchange = log.exchange(number)
    assert exchange is not None
    return exchange.state, exchange.note


def test_a_failure_before_the_answer_begins_is_noted(log):
    def missing(job: AnswerJob):
        raise IndexNotFound("There is no index.")

    assert ends(log, missing) == ("failed", "There is no index.")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_no_one_foresaw_is_noted_as_such(log):
    def broken(job: AnswerJob):
        raise ZeroDivisionError

    assert ends(log, broken) == ("failed", UNEXPECTED)


def test_a_stopped_job_is_found_and_heard(log):
    begun = threading.Event()

    def patient(job: AnswerJob):
        begun.set()
        assert job.cancel.wait(10)
        raise Cancelled("The answer was stopped.")

    jobs, number = Jobs(), log.begin("Why?", "default")
    job = jobs.start(number, log, patient)
    assert begun.wait(10)
    assert jobs.of(number) is job
    assert jobs.running() == [job]
    jobs.stop(number)
    assert job.wait(1)
    assert jobs.running() == []
    exchange = log.exchange(number)
    assert exchange is not None
    assert exchange.state == "stopped"


def test_two_tabs_that_start_a_task_at_the_same_time_start_one(monkeypatch):
    begun = []

    class Slow(tasks.Task):
        def __init__(self, name, work):
            time.sleep(0.2)
            super().__init__(name, work)

    def work(on_progress, stop):
        begun.append(1)
        stop.wait(10)

    monkeypatch.setattr(tasks, "Task", Slow)
    with ThreadPoolExecutor(2) as tabs:
        list(tabs.map(lambda _: tasks.start("evaluation", work), range(2)))
    task = tasks.task_of("evaluation")
    assert task is not None
    task.stop.set()
    assert len(begun) == 1


def test_two_tabs_that_add_folders_at_the_same_time_share_one_job(own, tmp_path, monkeypatch):
    class Slow(ingesting.IngestJob):
        def __init__(self, index, works, settings):
            time.sleep(0.2)
            super().__init__(index, works, settings)

    monkeypatch.setattr(ingesting, "IngestJob", Slow)
    works = [ingesting.Work(tmp_path)]
    with ThreadPoolExecutor(2) as tabs:
        one, other = tabs.map(lambda _: ingesting.start("default", works, own), range(2))
    one.stop()
    assert one is other


def ended(job: ingesting.IngestJob) -> ingesting.State:
    deadline = time.monotonic() + 60
    while job.state.running:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return job.state


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_ingest_job_ends_whatever_ends_it(own, tmp_path, monkeypatch):
    def broken(state, report):
        raise ZeroDivisionError("by zero")

    (tmp_path / "a.txt").write_text("The bridge is 503 metres long.")
    monkeypatch.setattr(ingesting, "_ended", broken)
    job = ingesting.IngestJob("default", [ingesting.Work(tmp_path)], own)
    assert ended(job).errors == ("ZeroDivisionError: by zero",)


@pytest.mark.parametrize("after_s", [0.0, 0.02, 0.1])
def test_an_ingest_job_that_is_stopped_at_once_says_nothing_of_it(own, tmp_path, after_s: float):
    (tmp_path / "a.txt").write_text("The bridge is 503 metres long.")
    job = ingesting.IngestJob("default", [ingesting.Work(tmp_path)], own)
    time.sleep(after_s)
    job.stop()
    assert ended(job).errors == ()

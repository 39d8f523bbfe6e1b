"""Jobs end in the log, whatever ends them."""

import threading

import pytest

from rag_app.errors import Cancelled, IndexNotFound
from rag_app.log import ExchangeLog
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

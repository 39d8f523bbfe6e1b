"""Answers in the making: they live in the server, not in the run of the script that shows them.

A reload, a second tab or a click elsewhere finds the job again by its exchange; what came of it
stands in the log.
"""

import threading
import time
from collections.abc import Callable

from rag_app.errors import Cancelled, LogError, RagError
from rag_app.log import ExchangeLog
from rag_app.values import Answer
from ui.server_log import note_traceback

UNEXPECTED = "unexpected"  # the note of a failure that is no RagError
_KEPT = 200  # jobs that are remembered after their end


class Jobs:
    """All answers that this server is making, by exchange. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_exchange: dict[int, AnswerJob] = {}

    def start(
        self, exchange: int, log: ExchangeLog, make: "Callable[[AnswerJob], Answer]"
    ) -> "AnswerJob":
        """Call ``make`` on a thread of its own; its end is noted in the log."""
        job = AnswerJob(exchange)
        with self._lock:
            self._by_exchange[exchange] = job
            for old in [e for e, kept in self._by_exchange.items() if kept.ended][:-_KEPT]:
                del self._by_exchange[old]
        threading.Thread(
            target=job.run, args=(log, make), name=f"answer-{exchange}", daemon=True
        ).start()
        return job

    def of(self, exchange: int) -> "AnswerJob | None":
        """The job that answers, or lately answered, an exchange."""
        with self._lock:
            return self._by_exchange.get(exchange)

    def running(self) -> "list[AnswerJob]":
        """The jobs that have not ended, oldest first."""
        with self._lock:
            return [job for job in self._by_exchange.values() if not job.ended]

    def stop(self, exchange: int) -> None:
        """Stop the answer, where one is being made."""
        if job := self.of(exchange):
            job.cancel.set()


class AnswerJob:
    """One answer in the making; any thread may read how far it is."""

    def __init__(self, exchange: int) -> None:
        self.exchange = exchange
        self.stage = "loading"
        self.draft = ""  # what the model wrote so far, not yet checked
        self.before = 0  # questions that the model answers first
        self.answer: Answer | None = None
        self.began = time.monotonic()  # seconds
        self.cancel = threading.Event()
        self._ended = threading.Event()

    @property
    def ended(self) -> bool:
        """Whether the answer is there, or will never be."""
        return self._ended.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end; False where it did not come within ``timeout`` seconds."""
        return self._ended.wait(timeout)

    def on_stage(self, name: str) -> None:
        """A stage began."""
        self.stage = name

    def on_token(self, text: str) -> None:
        """The model wrote a piece."""
        self.draft += text

    def on_place(self, before: int) -> None:
        """So many questions are before this one."""
        self.before = before

    def run(self, log: ExchangeLog, make: "Callable[[AnswerJob], Answer]") -> None:
        """Make the answer, and see to it that the log tells how that ended."""
        note, stopped = "", False
        try:
            self.answer = make(self)
        except Cancelled as error:
            note, stopped = str(error), True
        except RagError as error:
            note = str(error)
        except Exception as error:  # shown as such; the traceback goes to the server's log
            note_traceback(error)
            note = UNEXPECTED
        try:
            kept = log.exchange(self.exchange)
            if note == UNEXPECTED or (note and kept is not None and kept.state == "asked"):
                log.fail(self.exchange, note, stopped=stopped)
        except LogError:
            pass  # the disk is full: the answer, if any, is shown from here
        finally:
            self._ended.set()

"""A language model in a process of its own, started when first used and again after a crash."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict

from rag_app.errors import Cancelled, ModelError
from rag_app.llm.engine import Job, ModelCard, Outcome, Request
from rag_app.llm.session import Session
from rag_app.llm.turns import Turns

_GRACE_S = 1.0  # a cancelled generation stops by itself in this time, or its process is killed

_NEVER = threading.Event()


class ModelProcess:
    """Safe from any thread: generations run one after another, in the order of asking."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._turns = Turns()
        self._lock = threading.Lock()
        self._session: Session | None = None

    @property
    def pid(self) -> int:
        """The child's process id; 0 where none runs."""
        session = self._session
        return session.pid if session and session.alive else 0

    def card(self) -> ModelCard:
        """Which model this is; loads it where it is not yet.

        Raises ModelNotFound, MissingExtra, ModelError, ModelCrashed.
        """
        return self._running().wait_until_loaded(_NEVER)

    def generate(
        self,
        request: Request,
        *,
        most_waiting: int,
        stall_s: float,
        cancel: threading.Event | None = None,
        enough: threading.Event | None = None,
        on_place: Callable[[int], None] | None = None,
    ) -> Iterator[str | Outcome]:
        """The answer in pieces, then what it took. Closing the iterator stops the model.

        After a piece upon which ``enough`` was set there is no other.
        ``on_place`` is told how many questions are before this one, as their number falls.
        Raises ModelBusy where ``most_waiting`` are in line, Cancelled soon after ``cancel`` is
        set, ModelCrashed where the process dies or says nothing for ``stall_s`` seconds, and
        ModelError where the model fails.
        """
        cancel = cancel or _NEVER
        with self._turns.take(cancel, most_waiting, on_place or (lambda _: None)):
            session = self._running()
            session.wait_until_loaded(cancel)
            number = session.ask({"do": "generate", "request": asdict(request)})
            over = stopping = False
            try:
                for frame in session.replies(number, cancel, silence_s=stall_s):
                    if "outcome" in frame:
                        over = True
                        yield Outcome(**frame["outcome"])
                        return
                    if "text" in frame and not stopping:
                        yield frame["text"]
                        stopping = enough is not None and enough.is_set()
                        if stopping:
                            session.stop(number)
            except Cancelled:
                raise
            except ModelError:  # the child told of it, and is ready for the next request
                over = True
                raise
            finally:
                if not over and session.alive:
                    session.cancel(number, _GRACE_S)
                session.close(number)

    def count(self, text: str, *, stall_s: float) -> int:
        """Tokens in ``text`` as the model counts them, no special ones added.

        Raises ModelError, and ModelCrashed where the process dies or says nothing for ``stall_s``
        seconds.
        """
        session = self._running()
        session.wait_until_loaded(_NEVER)
        number = session.ask({"do": "count", "text": text})
        try:
            for frame in session.replies(number, _NEVER, silence_s=stall_s):
                return int(frame["count"])
        finally:
            session.close(number)
        raise AssertionError("replies end by raising")

    def close(self) -> None:
        """End the child; the next use starts another."""
        with self._lock:
            session, self._session = self._session, None
        if session is not None:
            session.kill()

    def _running(self) -> Session:
        with self._lock:
            if self._session is None or not self._session.alive:
                self._session = Session(self._job)
            return self._session

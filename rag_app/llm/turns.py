"""Turns in the order of asking, in a line of bounded length."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rag_app.errors import Cancelled, ModelBusy

POLL_S = 0.05  # how often who waits looks whether to go on waiting


def _no_one(_: int) -> None:
    pass


class Turns:
    """A lock that threads get in the order in which they asked for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tickets: deque[threading.Event] = deque()

    @contextmanager
    def take(
        self,
        cancel: threading.Event,
        most_waiting: int,
        on_place: Callable[[int], None] = _no_one,
    ) -> Iterator[None]:
        """Hold the turn. ``on_place`` is told how many are before, whenever that changes.

        Raises ModelBusy where ``most_waiting`` are in line, Cancelled where ``cancel`` is set
        while waiting.
        """
        ticket = self._join(most_waiting)
        try:
            place = 0
            while not ticket.wait(POLL_S):
                if cancel.is_set():
                    raise Cancelled
                with self._lock:
                    now = self._tickets.index(ticket)
                if now != place:
                    place = now
                    on_place(place)
            if place:
                on_place(0)
            yield
        finally:
            with self._lock:
                self._tickets.remove(ticket)
                if self._tickets:
                    self._tickets[0].set()

    def _join(self, most_waiting: int) -> threading.Event:
        ticket = threading.Event()
        with self._lock:
            waiting = len(self._tickets) - 1  # the first one is being served
            if waiting >= most_waiting:
                wait = "question waits" if waiting == 1 else "questions wait"
                raise ModelBusy(
                    f"The language model is busy: {waiting} {wait} for it already. Try"
                    " again in a moment (RAG_MAX_WAITING lengthens the line)."
                )
            self._tickets.append(ticket)
            self._tickets[0].set()
        return ticket

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

    def __init__(self, most_waiting: int) -> None:
        self._most_waiting = most_waiting
        self._lock = threading.Lock()
        self._tickets: deque[threading.Event] = deque()

    @contextmanager
    def take(
        self, cancel: threading.Event, on_place: Callable[[int], None] = _no_one
    ) -> Iterator[None]:
        """Hold the turn. ``on_place`` is told how many are before, whenever that changes.

        Raises ModelBusy where the line is full, Cancelled where ``cancel`` is set while waiting.
        """
        ticket = self._join()
        try:
            place = 0
            while not ticket.wait(POLL_S):
                if cancel.is_set():
                    raise Cancelled("The answer was stopped.")
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

    def _join(self) -> threading.Event:
        ticket = threading.Event()
        with self._lock:
            waiting = len(self._tickets) - 1  # the first one is being served
            if waiting >= self._most_waiting:
                raise ModelBusy(
                    f"The language model is busy: {waiting} questions wait for it already. Try"
                    " again in a moment (RAG_MAX_WAITING lengthens the line)."
                )
            self._tickets.append(ticket)
            self._tickets[0].set()
        return ticket

"""Turns in the order of asking."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from rag_app.errors import Cancelled

POLL_S = 0.05  # how often who waits looks whether to go on waiting


class Turns:
    """A lock that threads get in the order in which they asked for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tickets: deque[threading.Event] = deque()

    @contextmanager
    def take(self, cancel: threading.Event) -> Iterator[None]:
        """Hold the turn. Raises Cancelled where ``cancel`` is set while waiting."""
        ticket = threading.Event()
        with self._lock:
            self._tickets.append(ticket)
            self._tickets[0].set()
        try:
            while not ticket.wait(POLL_S):
                if cancel.is_set():
                    raise Cancelled("The answer was stopped.")
            yield
        finally:
            with self._lock:
                self._tickets.remove(ticket)
                if self._tickets:
                    self._tickets[0].set()

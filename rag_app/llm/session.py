"""One life of the child that holds a model, as its parent sees it."""

import contextlib
import itertools
import queue
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict

from rag_app import errors
from rag_app.child import Child, ChildDied, Frame
from rag_app.errors import Cancelled, ModelCrashed, ModelError
from rag_app.llm.engine import Job, ModelCard
from rag_app.llm.turns import POLL_S

_WORKER = "rag_app.llm.worker"


class Session:
    """Starts the child, loads the model, and hands each reply to who asked.

    A thread of its own starts the child and reads from it. On Linux the child dies when the
    thread that started it ends, so that must not be a thread of a web server's request.
    """

    def __init__(self, job: Job) -> None:
        self._numbers = itertools.count()
        self._boxes: dict[int, queue.SimpleQueue[Frame]] = {}
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._end: str | None = None  # why the child is no more
        self._loaded: Frame | None = None  # the reply to ``load``, be it a card or an error
        self._news = threading.Event()  # the child is there, or never will be
        threading.Thread(target=self._run, name="language model", daemon=True).start()
        self._news.wait()
        self._loading = self._open()
        self._load_lock = threading.Lock()
        with contextlib.suppress(ChildDied):
            self._send({"do": "load", "id": self._loading, "job": asdict(job)})

    @property
    def alive(self) -> bool:
        """Whether the child runs."""
        return self._end is None

    @property
    def pid(self) -> int:
        """The child's process id; 0 where it did not start."""
        return self._child.pid if self._child else 0

    def wait_until_loaded(self, cancel: threading.Event) -> ModelCard:
        """The model's card. Raises what loading raised, ModelCrashed or Cancelled."""
        while not self._load_lock.acquire(timeout=POLL_S):
            _check(cancel)
        try:
            # Kept, since a child that could not load tells it once and ends: to who asks before
            # that is noticed it would seem to have crashed.
            if self._loaded is None:
                self._loaded = self._reply(self._loading, cancel, float("inf"))
            self._raise_told(self._loaded)
            return ModelCard(**self._loaded["card"])
        finally:
            self._load_lock.release()

    def ask(self, frame: Frame) -> int:
        """Send a request; the number under which its replies come. Raises ModelCrashed."""
        number = self._open()
        try:
            self._send({**frame, "id": number})
        except ChildDied as error:
            self.close(number)
            raise _crashed(str(error)) from error
        return number

    def replies(
        self, number: int, cancel: threading.Event, *, silence_s: float = float("inf")
    ) -> Iterator[Frame]:
        """The replies to a request as they come.

        Raises the error that the child tells, ModelCrashed where it died or said nothing for
        ``silence_s``, and Cancelled.
        """
        while True:
            frame = self._reply(number, cancel, silence_s)
            self._raise_told(frame)
            yield frame

    def stop(self, number: int) -> None:
        """Ask for the end of a generation; its outcome follows as always."""
        with contextlib.suppress(ChildDied):  # which its replies tell
            self._send({"do": "cancel", "id": number})

    def cancel(self, number: int, grace_s: float) -> None:
        """Stop a generation; a child that does not within ``grace_s`` is killed."""
        self.stop(number)
        deadline = time.monotonic() + grace_s
        box = self._boxes[number]
        while (left := deadline - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                if box.get(timeout=left).keys() & {"outcome", "error", "end"}:
                    return
        self.kill()

    def close(self, number: int) -> None:
        """No more replies to this request are wanted."""
        with self._lock:
            self._boxes.pop(number, None)

    def kill(self) -> None:
        """End the child at once; no one asks it again."""
        if self._child is not None:
            self._child.stop()
        self._bury("it was stopped")

    def _open(self) -> int:
        number = next(self._numbers)
        box: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        with self._lock:
            self._boxes[number] = box
            if self._end is not None:
                box.put({"end": self._end})
        return number

    def _reply(self, number: int, cancel: threading.Event, silence_s: float) -> Frame:
        """The next reply, an error that the child tells among them."""
        box = self._boxes[number]
        asked = time.monotonic()
        while True:
            _check(cancel)
            try:
                frame = box.get(timeout=POLL_S)
            except queue.Empty:
                if time.monotonic() - asked > silence_s:
                    self.kill()
                    raise _crashed(f"it hung for {silence_s:g} s") from None
                continue
            if "end" in frame:
                raise _crashed(frame["end"])
            return frame

    def _raise_told(self, frame: Frame) -> None:
        if "error" in frame:
            if frame.get("leaves"):
                self._bury("it ran out of memory")
            raise getattr(errors, frame["error"], ModelError)(frame["says"])

    def _send(self, frame: Frame) -> None:
        if self._child is None:
            raise ChildDied(self._end or "it did not start")
        self._child.send(frame)

    def _run(self) -> None:
        try:
            self._child = Child(_WORKER)
        except OSError as error:
            self._bury(f"it did not start: {error}")
            return
        finally:
            self._news.set()
        while True:
            try:
                frame = self._child.receive()
            except (ChildDied, OSError) as error:
                self._child.stop()
                self._bury(str(error))
                return
            with self._lock:
                box = self._boxes.get(frame["id"])
            if box is not None:
                box.put(frame)

    def _bury(self, reason: str) -> None:
        with self._lock:
            self._end = self._end or reason
            for box in self._boxes.values():
                box.put({"end": reason})


def _check(cancel: threading.Event) -> None:
    if cancel.is_set():
        raise Cancelled


def _crashed(reason: str) -> ModelCrashed:
    return ModelCrashed(
        f"The language model's process ended ({reason}); it starts again with the next question."
    )

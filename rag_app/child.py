"""A Python child process that answers requests, so that what crashes in it ends only itself.

Spawned, never forked: it shares no state with its parent. Requests and replies are frames of
JSON over its pipes, each headed by its length in bytes (8, big-endian).
"""

import contextlib
import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from typing import IO, Any

Frame = dict[str, Any]

_MAX_FRAME = 1 << 30  # bytes; a child that announces more has been taken over


class ChildDied(Exception):
    """The child ended; the text says with which signal or exit code."""


class ChildTimedOut(Exception):
    """The child did not answer in time."""


class Child:
    """``python -m module`` behind a pipe; start it with ``Child(module, *arguments)``."""

    def __init__(
        self, module: str, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,  # what select() sees waiting must not already sit in a buffer here
            env={**os.environ, **(environment or {})},
        )
        self._write_lock = threading.Lock()

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    def send(self, frame: Frame) -> None:
        """Send one frame; safe from any thread. Raises ChildDied."""
        assert self._process.stdin is not None
        try:
            with self._write_lock:
                write_frame(self._process.stdin, frame)
        except (BrokenPipeError, ValueError) as error:
            raise ChildDied(self._epitaph()) from error

    def receive(self, timeout: float | None = None) -> Frame:
        """The next frame. Raises ChildDied, or ChildTimedOut after ``timeout`` seconds."""
        assert self._process.stdout is not None
        pipe = self._process.stdout
        try:
            return read_frame(pipe if timeout is None else _Impatient(pipe, timeout))
        except (EOFError, ValueError) as error:
            raise ChildDied(self._epitaph()) from error

    def stop(self) -> None:
        """End the child at once; it may be called twice."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _epitaph(self) -> str:
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "its pipe closed"
        return f"signal {-code}" if code < 0 else f"exit code {code}"


class _Impatient:
    """A pipe whose reads end at a deadline, also in the midst of a frame."""

    def __init__(self, pipe: IO[bytes], timeout: float) -> None:
        self._pipe = pipe
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout

    def read(self, size: int) -> bytes:
        """At most ``size`` bytes, none at the end. Raises ChildTimedOut."""
        left = max(0.0, self._deadline - time.monotonic())
        if not select.select([self._pipe], [], [], left)[0]:
            raise ChildTimedOut(f"no answer in {self._timeout:g} s")
        return self._pipe.read(size)


def serve() -> tuple[Iterator[Frame], "Reply"]:
    """In the child: the requests as they come, and the function that replies.

    Standard output is kept for frames; what libraries print goes to standard error.
    """
    frames_out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return _requests(sys.stdin.buffer), Reply(frames_out)


class Reply:
    """Sends one frame to the parent; safe from any thread."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()

    def __call__(self, frame: Frame) -> None:
        """Send it, whole."""
        with self._lock:
            write_frame(self._pipe, frame)


def write_frame(pipe: IO[bytes], frame: Frame) -> None:
    """One frame: its length in 8 bytes, then JSON in UTF-8."""
    data = json.dumps(frame).encode("ascii")
    rest = memoryview(len(data).to_bytes(8, "big") + data)
    while rest:
        rest = rest[pipe.write(rest) :]
    pipe.flush()


def read_frame(pipe: "IO[bytes] | _Impatient") -> Frame:
    """The next frame. Raises EOFError at the pipe's end, ValueError on bytes that are none."""
    length = int.from_bytes(_read_exactly(pipe, 8), "big")
    if length > _MAX_FRAME:
        raise ValueError(f"a frame of {length} bytes")
    frame = json.loads(_read_exactly(pipe, length))
    if not isinstance(frame, dict):
        raise ValueError("a frame is a JSON object")
    return frame


def _read_exactly(pipe: "IO[bytes] | _Impatient", size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = pipe.read(min(size - len(parts), 1 << 20))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


def _requests(pipe: IO[bytes]) -> Iterator[Frame]:
    with contextlib.suppress(EOFError):
        while True:
            yield read_frame(pipe)

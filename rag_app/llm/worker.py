"""The child that holds a model: ``python -m rag_app.llm.worker``, frames in, frames out.

First ``load``, then any number of ``generate``, ``cancel`` and ``count``, each with the id that
its replies carry. One thread reads the pipe, another generates, so that a cancel is heard in the
midst of an answer. At the pipe's end the process ends, whatever it is doing.
"""

import contextlib
import logging
import os
import queue
import signal
import sys
import threading
from dataclasses import asdict
from pathlib import Path

from rag_app.child import Frame, Reply, serve
from rag_app.errors import RagError
from rag_app.llm.engine import Engine, Job, Message, Request
from rag_app.llm.spec import parse_spec
from rag_app.llm.text import StopFilter


def load_engine(job: Job) -> Engine:
    """The engine for a job, its library imported only here.

    Raises ModelNotFound, MissingExtra and ModelError.
    """
    spec = parse_spec(job.spec)
    if spec.kind == "hf":
        from rag_app.llm.huggingface import HuggingFaceEngine

        return HuggingFaceEngine(spec, job)
    from rag_app.llm.gguf import load_gguf

    return load_gguf(spec, job)


def main() -> None:
    """Serve until the parent goes away."""
    _end_with_parent()
    _offer_memory()
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    for noisy in ("httpx", "httpcore", "transformers", "filelock"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    requests, reply = serve()
    load = next(requests, None)
    if load is None:
        return
    try:
        engine = load_engine(Job(**load["job"]))
    except Exception as error:  # whatever a model's files make a library raise
        reply({"id": load["id"], **_told(error)})
        return
    reply({"id": load["id"], "card": asdict(engine.card)})
    answers = _Answers(engine, reply)
    threading.Thread(target=answers.run, daemon=True).start()
    for frame in requests:
        match frame["do"]:
            case "generate":
                answers.put(frame)
            case "cancel":
                answers.cancel(frame["id"])
            case "count":
                reply({"id": frame["id"], **_count(engine, frame["text"])})
    os._exit(0)  # the thread that generates may be deep in a library


class _Answers:
    """Generations, one after another."""

    def __init__(self, engine: Engine, reply: Reply) -> None:
        self._engine = engine
        self._reply = reply
        self._waiting: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self._cancelled: set[int] = set()

    def put(self, frame: Frame) -> None:
        self._waiting.put(frame)

    def cancel(self, number: int) -> None:
        self._cancelled.add(number)

    def run(self) -> None:
        while True:
            frame = self._waiting.get()
            # A parent that is gone ends this process through the other thread.
            with contextlib.suppress(BrokenPipeError):
                self._answer(frame["id"], frame["request"])

    def _answer(self, number: int, fields: Frame) -> None:
        messages = [Message(**message) for message in fields.pop("messages")]
        request = Request(messages=messages, **fields)
        text = StopFilter(request.stop, lambda piece: self._reply({"id": number, "text": piece}))

        def write(piece: str) -> bool:
            if not piece:
                self._reply({"id": number})  # still at work
            return number not in self._cancelled and text.feed(piece)

        try:
            outcome = asdict(self._engine.generate(request, write))
        except Exception as error:  # whatever a library raises: the next question may go well
            leaves = _wants_memory(error)
            self._reply({"id": number, "leaves": leaves, **_told(error)})
            if leaves:
                os._exit(1)  # what it still holds is freed; the parent starts another
            return
        if number in self._cancelled:
            outcome["finish"] = "cancelled"
        elif text.stopped:
            outcome["finish"] = "stop"
        text.end()
        self._reply({"id": number, "outcome": outcome})


def _count(engine: Engine, text: str) -> Frame:
    try:
        return {"count": engine.count(text)}
    except Exception as error:  # it must not end the process, which may be in an answer
        return _told(error)


def _told(error: Exception) -> Frame:
    """An error as the parent can raise it again."""
    if isinstance(error, RagError):
        return {"error": type(error).__name__, "says": str(error)}
    return {"error": "ModelError", "says": f"The model failed ({type(error).__name__}): {error}"}


def _wants_memory(error: Exception) -> bool:
    said = str(error).lower()
    return isinstance(error, MemoryError) or "alloc" in said or "out of memory" in said


def _offer_memory() -> None:
    """Where the machine's memory ends, the system is to end this process and not the app."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800")


def _end_with_parent() -> None:
    """Die with the parent, even when it is killed; live on when a terminal sends Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        import ctypes

        parent = os.getppid()
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:  # it died before the call
            os._exit(0)


if __name__ == "__main__":
    main()

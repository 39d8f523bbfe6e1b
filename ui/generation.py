"""An answer as a stream of events, made on a thread of its own so that Stop can end it."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from rag_app.answering import ask
from rag_app.errors import RagError
from rag_app.settings import Settings
from rag_app.values import Answer


@dataclass(frozen=True)
class Stage:
    """A stage began: "searching", "reading", "writing" or "checking"."""

    name: str


@dataclass(frozen=True)
class Token:
    """A piece of the model's draft."""

    text: str


@dataclass(frozen=True)
class Failed:
    """The answer could not be made; the text is for the user."""

    error: Exception


Event = Stage | Token | Answer | Failed


def answer_events(question: str, index: str, settings: Settings) -> Iterator[Event]:
    """Stages and tokens as they come, then an ``Answer`` or ``Failed``.

    Closing the iterator stops the model.
    """
    events: queue.Queue[Event] = queue.Queue()
    cancel = threading.Event()

    def work() -> None:
        try:
            events.put(
                ask(
                    question,
                    index=index,
                    settings=settings,
                    on_stage=lambda name: events.put(Stage(name)),
                    on_token=lambda text: events.put(Token(text)),
                    cancel=cancel,
                )
            )
        except RagError as error:
            events.put(Failed(error))
        except Exception as error:  # shown as such; the traceback goes to the server's log
            threading.excepthook(
                threading.ExceptHookArgs((type(error), error, error.__traceback__, None))
            )
            events.put(Failed(error))

    threading.Thread(target=work, name="answer", daemon=True).start()
    try:
        while True:
            try:
                event = events.get(timeout=0.1)
            except queue.Empty:
                yield Stage("")  # a heartbeat: a click of Stop arrives where it is drawn
                continue
            yield event
            if isinstance(event, Answer | Failed):
                return
    finally:
        cancel.set()

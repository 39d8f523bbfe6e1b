"""An exchange kept in the log while it is answered; a log that fails costs no answer."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from rag_app.errors import Cancelled, LogError, RagError
from rag_app.identity import key_of
from rag_app.log import ExchangeLog, open_log
from rag_app.settings import Settings
from rag_app.values import Answer

_log = logging.getLogger(__name__)


@contextmanager
def recorded(
    question: str, index: str, settings: Settings, conversation: str, exchange: int | None
) -> Iterator["Record"]:
    """A record that ends as answered, stopped or failed, however the block is left."""
    record = Record(settings)
    record.begin(question, index, conversation, exchange)
    try:
        yield record
    except Cancelled:
        record.fail("", stopped=True)
        raise
    except RagError as error:
        record.fail(str(error))
        raise
    except BaseException as error:
        record.fail(type(error).__name__)
        raise


class Record:
    """One exchange of the log, and the answers before it that may serve again."""

    def __init__(self, settings: Settings) -> None:
        self._reads_cache = settings.cache
        self._identity = ""
        self._number: int | None = None
        self._log: ExchangeLog | None = None
        with _spared():
            self._log = open_log(settings)

    def begin(self, question: str, index: str, conversation: str, exchange: int | None) -> None:
        """Note the question, unless it is empty or the caller has done so as ``exchange``."""
        self._number = exchange
        if exchange is None and self._log and question.strip():
            with _spared():
                self._number = self._log.begin(question, index, conversation)

    def known(self, identity: str) -> Answer | None:
        """The answer that was given to the same before; ``identity`` is what the next one has."""
        self._identity = identity
        if self._reads_cache and self._log:
            with _spared():
                exchange = self._log.same(key_of(identity))
                return exchange.answer if exchange else None
        return None

    def answered(self, answer: Answer) -> Answer:
        """Note the answer; the same one with its number in the log."""
        if self._number is None or self._log is None:
            return answer
        answer = replace(answer, exchange=self._number)
        with _spared():
            self._log.finish(self._number, answer, self._identity, key_of(self._identity))
        return answer

    def fail(self, note: str, *, stopped: bool = False) -> None:
        """Note that no answer came."""
        if self._number is not None and self._log:
            with _spared():
                self._log.fail(self._number, note, stopped=stopped)


@contextmanager
def _spared() -> Iterator[None]:
    try:
        yield
    except LogError as error:
        _log.warning("%s", error)

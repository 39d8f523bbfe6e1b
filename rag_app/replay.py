"""An answer of the log given again, from the same question, models and settings."""

import json
from dataclasses import dataclass, replace

from rag_app.answering import ask
from rag_app.identity import DECISIVE, differences, identify, scope_in
from rag_app.log import open_log
from rag_app.settings import Settings
from rag_app.values import Answer, Exchange, Request, Scope, Usage


@dataclass(frozen=True)
class Replay:
    """What was answered then, what is answered now, and what changed in between."""

    exchange: Exchange
    before: Answer  # the one that the log holds
    answer: Answer
    differences: tuple[str, ...]  # of all that decides an answer; none where all is as it was

    @property
    def same(self) -> bool:
        """Whether the answer is the same in every part but what it took."""
        return _core(self.before) == _core(self.answer)


def replay(number: int, settings: Settings) -> Replay:
    """Ask again what exchange ``number`` asked, with the settings that decided it then.

    The log is left as it is. Raises LogError where there is no such answer, and what ``ask``
    raises.
    """
    exchange, before = open_log(settings).answered(number)
    then = json.loads(exchange.identity)
    restored = {
        name: None if value == "None" else value
        for name, value in then["settings"].items()
        if name in DECISIVE
    }
    now = Settings(
        **{
            **settings.model_dump(),
            **restored,
            "log": False,
            "cache": False,
        }
    )
    scope = scope_in(exchange.identity)
    narrowed = scope or Scope()
    answer = ask(
        exchange.question,
        index=exchange.index,
        settings=now,
        history=then["history"],
        sources=narrowed.sources,
        pages=narrowed.pages,
        modified_after=narrowed.modified_after,
    )
    request = Request(then["question"], exchange.index, tuple(then["history"]), scope)
    found = differences(exchange.identity, identify(request, now))
    return Replay(exchange, before, answer, tuple(found))


def _core(answer: Answer) -> Answer:
    return replace(answer, exchange=None, cached=False, usage=Usage())

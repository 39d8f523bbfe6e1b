"""``ask``: from a question to a cited answer, the stages in order, each timed."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from rag_app.absence import absent_words
from rag_app.content_filter import screen_answer, screen_question
from rag_app.drafting import draft
from rag_app.embedding import load_embedder
from rag_app.errors import Cancelled
from rag_app.evidence import Sentence, rank_sentences, weigh_words
from rag_app.identity import identify
from rag_app.inventory import take
from rag_app.language import Language, detect
from rag_app.llm import describe, load_llm
from rag_app.models.sentence_reader import load_sentence_reader
from rag_app.narrowing import check_sources, scope_of
from rag_app.question.inventories import Inventory, inventory_of
from rag_app.question.rewriting import stand_alone
from rag_app.recording import recorded
from rag_app.retrieval import as_text, checked, find
from rag_app.settings import Settings, load_settings
from rag_app.store.database import Database
from rag_app.store.reader import open_index
from rag_app.support import support_of
from rag_app.values import Answer, Passage, Request, Usage

_READ = 12  # passages whose sentences are weighed; the answer's passages are the first of them
_LEADING = 6  # best sentences, whose passages come first

ABSTENTION: dict[Language, str] = {
    "en": "The documents do not say.",
    "pt": "Os documentos não dizem.",
}

log = logging.getLogger(__name__)


def ask(
    question: str,
    *,
    index: str = "default",
    settings: Settings | None = None,
    history: Sequence[str] | str = (),
    sources: Sequence[str] | str | None = None,
    pages: tuple[int, int] | None = None,
    modified_after: datetime | date | None = None,
    conversation: str = "",
    exchange: int | None = None,
    on_stage: Callable[[str], None] | None = None,
    on_token: Callable[[str], None] | None = None,
    on_place: Callable[[int], None] | None = None,
    cancel: threading.Event | None = None,
) -> Answer:
    """The answer to a question from the documents of an index, every sentence cited.

    ``history`` holds the earlier questions of the conversation, oldest first: a follow-up is
    read as the question that it stands for. ``sources``, ``pages`` and ``modified_after``
    narrow what is read, as in ``retrieve``. The log keeps the exchange, in ``conversation``
    where one is named, or as ``exchange`` where the caller has begun it there.

    ``on_stage`` is told "searching", "reading", "writing" and "checking" as they begin,
    ``on_token`` each piece of the model's draft, ``on_place`` how many questions the model
    answers before this one. Raises QuestionError, IndexNotFound, IndexDamaged, EmbedderMismatch,
    ModelError, and Cancelled soon after ``cancel`` is set.
    """
    settings = settings or load_settings()
    question, on_token = screen_question(as_text(question), on_token, settings)
    clock = _Clock(on_stage or (lambda _: None), cancel or threading.Event())
    with recorded(question, index, settings, conversation, exchange) as record:
        request = Request(
            question=checked(question, settings),
            index=index,
            history=_questions(history),
            scope=scope_of(sources, pages, modified_after),
        )
        clock.begin("searching")
        kept = record.known(identify(request, settings))
        if kept is not None:
            usage = Usage(seconds=clock.end())
            return record.answered(replace(kept, usage=usage, cached=True))
        answer = screen_answer(_answer(request, settings, clock, on_token, on_place), settings)
        clock.check()  # one that was stopped while it was checked must not come back from the log
        return record.answered(answer)


def _answer(
    request: Request,
    settings: Settings,
    clock: "_Clock",
    on_token: Callable[[str], None] | None,
    on_place: Callable[[int], None] | None,
) -> Answer:
    question = stand_alone(request.question, request.history)
    base = _abstention(request, question)
    if (inventory := inventory_of(question)) is not None:
        taken = _inventory(inventory, request, base, settings, clock)
        if taken is not None:
            return replace(taken, usage=Usage(seconds=clock.end()))
    count = passages_read(settings)
    found = find(question, count, request.index, settings, request.scope, to_read=True)
    clock.begin("reading")
    database = open_index(request.index, settings).database
    ranked = _read(question, found, database, settings, clock.check)
    support = support_of(question, ranked, database)
    passages = _by_evidence(found, ranked)[: settings.passages]
    base = replace(
        base,
        passages=tuple(passages),
        support=support,
        absent=absent_words(question, database),
    )
    if support < settings.min_support:
        return replace(base, usage=Usage(seconds=clock.end()))
    drafted = draft(
        question, passages, ranked, base.language, load_embedder(settings), settings,
        on_stage=clock.begin, on_token=on_token, on_place=on_place, cancel=clock.cancel,
    )  # fmt: skip
    cited, generated = drafted.cited, drafted.generated
    usage = Usage(generated.prompt_tokens, generated.completion_tokens, clock.end())
    if not cited.citations:
        return replace(base, usage=usage, model=drafted.model)
    hashes = database.sha256_of(c.source for c in cited.citations)
    return replace(
        base,
        text=cited.text,
        citations=tuple(replace(c, sha256=hashes.get(c.source, "")) for c in cited.citations),
        claims=cited.claims,
        abstained=False,
        answered_by=drafted.answered_by,
        model=drafted.model,
        usage=usage,
    )


def _abstention(request: Request, question: str) -> Answer:
    """The answer of one who found nothing; ``question`` is what was understood."""
    language = detect(question)
    return Answer(
        question=request.question, text=ABSTENTION[language], citations=(), abstained=True,
        passages=(), support=0.0, language=language, answered_by="abstention", model="",
        rewritten=question if question != request.question else "",
    )  # fmt: skip


def _inventory(
    inventory: Inventory, request: Request, base: Answer, settings: Settings, clock: "_Clock"
) -> Answer | None:
    database = open_index(request.index, settings).database
    clock.begin("reading")
    with database.snapshot():
        check_sources(request.scope, database, request.index)
        return take(inventory, database, request.scope, base)


def _questions(history: Sequence[str] | str) -> tuple[str, ...]:
    asked = (history,) if isinstance(history, str) else history
    return tuple(as_text(question) for question in asked)


def passages_read(settings: Settings) -> int:
    """How many passages an answer is looked for in; those that it shows are the first of them."""
    return max(_READ, settings.passages)


def warm_up(settings: Settings | None = None) -> str:
    """Load both models before the first question; what runs where, and in what precision."""
    settings = settings or load_settings()
    embedder = load_embedder(settings)
    load_sentence_reader(settings)
    name = Path(embedder.identity.name).name.replace("packaged", "all-MiniLM-L6-v2")
    reads = f"{name} ({embedder.precision}, {embedder.device})"
    if settings.answerer == "extractive":
        return f"embedder: {reads}; answers by quotation"
    llm = load_llm(settings.llm, settings)
    llm.invoke("Hi", max_tokens=1)
    return f"embedder: {reads}; model: {describe(llm)}"


def _read(
    question: str,
    passages: Sequence[Passage],
    database: Database,
    settings: Settings,
    check: Callable[[], None],
) -> list[Sentence]:
    embedder, reader = load_embedder(settings), load_sentence_reader(settings)
    words = weigh_words(question, database)
    kept = database.sentence_vectors(passages)
    return rank_sentences(question, passages, embedder, words, reader, kept, check)


def _by_evidence(passages: Sequence[Passage], ranked: Sequence[Sentence]) -> list[Passage]:
    """The passages with the best sentences first, the others as retrieved."""
    order: dict[int, Passage] = {}
    for sentence in ranked[:_LEADING]:
        order.setdefault(sentence.passage.chunk_id, sentence.passage)
    for passage in passages:
        order.setdefault(passage.chunk_id, passage)
    return list(order.values())


class _Clock:
    """Names the stages as they begin, times them, and stops between them when asked."""

    def __init__(self, on_stage: Callable[[str], None], cancel: threading.Event) -> None:
        self.cancel = cancel
        self._on_stage = on_stage
        self._began: list[tuple[str, float]] = []

    def check(self) -> None:
        """Raise Cancelled where the answer is not wanted any more."""
        if self.cancel.is_set():
            raise Cancelled

    def begin(self, stage: str) -> None:
        """End the stage before and begin this one. Raises Cancelled."""
        self.check()
        self._began.append((stage, time.perf_counter()))
        self._on_stage(stage)

    def end(self) -> dict[str, float]:
        """Seconds by stage, and in "total"."""
        ends = [began for _, began in self._began[1:]] + [time.perf_counter()]
        seconds = {name: end - began for (name, began), end in zip(self._began, ends, strict=True)}
        return {**seconds, "total": ends[-1] - self._began[0][1]}

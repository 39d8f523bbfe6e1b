"""``ask``: from a question to a cited answer, the stages in order, each timed."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from rag_app.content_filter import screen_answer, screen_question
from rag_app.drafting import draft
from rag_app.embedding import load_embedder
from rag_app.errors import Cancelled
from rag_app.evidence import Sentence, rank_sentences, support_of, weigh_words
from rag_app.language import Language, detect
from rag_app.llm import describe, load_llm
from rag_app.retrieval import checked, retrieve
from rag_app.sentence_reader import load_sentence_reader
from rag_app.settings import Settings, load_settings
from rag_app.store.places import index_folder
from rag_app.store.reader import open_reader
from rag_app.values import Answer, Passage, Usage

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
    on_stage: Callable[[str], None] | None = None,
    on_token: Callable[[str], None] | None = None,
    cancel: threading.Event | None = None,
) -> Answer:
    """The answer to a question from the documents of an index, every sentence cited.

    ``on_stage`` is told "searching", "reading", "writing" and "checking" as they begin,
    ``on_token`` each piece of the model's draft; the answer returned is what of the draft the
    documents bear out. Raises QuestionError, IndexNotFound, IndexDamaged, EmbedderMismatch,
    ModelError, and Cancelled soon after ``cancel`` is set.
    """
    settings = settings or load_settings()
    question, on_token = screen_question(checked(question, settings), on_token, settings)
    language = detect(question)
    clock = _Clock(on_stage or (lambda _: None), cancel or threading.Event())
    clock.begin("searching")
    found = retrieve(question, max(_READ, settings.passages), index=index, settings=settings)
    clock.begin("reading")
    ranked = _read(question, found, index, settings)
    support = support_of(ranked, language)
    passages = _by_evidence(found, ranked)[: settings.passages]
    base = Answer(
        question=question, text=ABSTENTION[language], citations=(), abstained=True,
        passages=tuple(passages), support=support, language=language,
        answered_by="abstention", model="",
    )  # fmt: skip
    if support < settings.min_support:
        return screen_answer(replace(base, usage=Usage(seconds=clock.end())), settings)
    drafted = draft(
        question, passages, ranked, language, load_embedder(settings), settings,
        on_stage=clock.begin, on_token=on_token, cancel=clock.cancel,
    )  # fmt: skip
    cited, generated = drafted.cited, drafted.generated
    usage = Usage(generated.prompt_tokens, generated.completion_tokens, clock.end())
    if not cited.citations:
        return screen_answer(replace(base, usage=usage, model=drafted.model), settings)
    hashes = open_reader(index_folder(settings, index), load_embedder(settings)).database.sha256_of(
        c.source for c in cited.citations
    )
    answer = replace(
        base,
        text=cited.text,
        citations=tuple(replace(c, sha256=hashes.get(c.source, "")) for c in cited.citations),
        abstained=False,
        answered_by=drafted.answered_by,
        model=drafted.model,
        usage=usage,
    )
    return screen_answer(answer, settings)


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
    question: str, passages: Sequence[Passage], index: str, settings: Settings
) -> list[Sentence]:
    embedder = load_embedder(settings)
    reader = open_reader(index_folder(settings, index), embedder)
    words = weigh_words(question, reader.database)
    return rank_sentences(question, passages, embedder, words, load_sentence_reader(settings))


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

    def begin(self, stage: str) -> None:
        """End the stage before and begin this one. Raises Cancelled."""
        if self.cancel.is_set():
            raise Cancelled("The answer was stopped.")
        self._began.append((stage, time.perf_counter()))
        self._on_stage(stage)

    def end(self) -> dict[str, float]:
        """Seconds by stage, and in "total"."""
        ends = [began for _, began in self._began[1:]] + [time.perf_counter()]
        seconds = {name: end - began for (name, began), end in zip(self._began, ends, strict=True)}
        return {**seconds, "total": ends[-1] - self._began[0][1]}

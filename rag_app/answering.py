"""``ask``: from a question to a cited answer, the stages in order, each timed."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from rag_app.chain import Generated, answer_from
from rag_app.citation import Cited, cite, quote
from rag_app.context import fit_to_budget
from rag_app.embedding import load_embedder
from rag_app.errors import Cancelled
from rag_app.evidence import Sentence, rank_sentences, support_of, weigh_words
from rag_app.language import Language, detect
from rag_app.llm import describe, load_llm
from rag_app.prompts import load_prompt
from rag_app.retrieval import as_document, checked, retrieve
from rag_app.settings import Settings, load_settings
from rag_app.store.places import index_folder
from rag_app.store.reader import open_reader
from rag_app.values import Answer, Passage, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

_READ = 20  # passages whose sentences are weighed; the answer's passages are the first of them
_QUOTED = 2  # sentences of an answer by quotation
_GATED = 6  # best sentences that may bear out what the model writes

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
    question = checked(question, settings)
    language = detect(question)
    clock = _Clock(on_stage or (lambda _: None), cancel or threading.Event())
    with clock.stage("searching"):
        found = retrieve(question, max(_READ, settings.passages), index=index, settings=settings)
    with clock.stage("reading"):
        ranked = _read(question, found, index, settings)
        support = support_of(ranked, language)
    passages = _by_evidence(found, ranked)[: settings.passages]
    base = Answer(
        question=question, text=ABSTENTION[language], citations=(), abstained=True,
        passages=tuple(passages), support=support, language=language,
        answered_by="abstention", model="",
    )  # fmt: skip
    if support < settings.min_support:
        return replace(base, usage=Usage(seconds=clock.seconds()))
    cited, answered_by, generated, model = _answered(
        question, passages, ranked, language, settings, clock, on_token
    )
    usage = Usage(generated.prompt_tokens, generated.completion_tokens, clock.seconds())
    if not cited.citations:
        return replace(base, usage=usage, model=model)
    hashes = open_reader(
        index_folder(settings, index), load_embedder(settings)
    ).database.sha256_of(c.source for c in cited.citations)
    return replace(
        base,
        text=cited.text,
        citations=tuple(replace(c, sha256=hashes.get(c.source, "")) for c in cited.citations),
        abstained=False,
        answered_by=answered_by,
        model=model,
        usage=usage,
    )


def warm_up(settings: Settings | None = None) -> str:
    """Load both models before the first question; what runs where, and in what precision."""
    settings = settings or load_settings()
    embedder = load_embedder(settings)
    reads = f"{embedder.identity.name} ({embedder.precision}, {embedder.device})"
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
    return rank_sentences(question, passages, embedder, weigh_words(question, reader.database))


def _by_evidence(passages: Sequence[Passage], ranked: Sequence[Sentence]) -> list[Passage]:
    """The passages with the best sentences first, the others as retrieved."""
    order: dict[int, Passage] = {}
    for sentence in ranked[:_GATED]:
        order.setdefault(sentence.passage.chunk_id, sentence.passage)
    for passage in passages:
        order.setdefault(passage.chunk_id, passage)
    return list(order.values())


def _answered(
    question: str,
    passages: Sequence[Passage],
    ranked: Sequence[Sentence],
    language: Language,
    settings: Settings,
    clock: "_Clock",
    on_token: Callable[[str], None] | None,
) -> tuple[Cited, str, Generated, str]:
    """What is said, by whom, what the model wrote, and which model it was."""
    nothing = Generated("", 0, 0)
    quoted = quote(ranked[:_QUOTED])
    if settings.answerer == "extractive":
        return quoted, "quotation", nothing, ""
    llm = load_llm(settings.llm, settings)
    with clock.stage("writing"):
        evidence = fit_to_budget(
            passages, load_embedder(settings).count_tokens, settings.evidence_tokens
        )
        prompt = load_prompt("answer", language)
        generated = answer_from(
            question,
            [as_document(passage) for passage in evidence],
            llm,
            prompt,
            on_token=on_token,
            cancel=clock.cancel,
        )
    with clock.stage("checking"):
        cited = cite(generated.text, ranked[:_GATED], language)
    model = f"{describe(llm)}, prompt {prompt.name} v{prompt.version}"
    if cited.citations or settings.answerer == "llm":
        return cited, "llm", generated, model
    return quoted, "quotation", generated, model


class _Clock:
    """Names the stages as they begin, times them, and stops between them when asked."""

    def __init__(self, on_stage: Callable[[str], None], cancel: threading.Event) -> None:
        self.cancel = cancel
        self._on_stage = on_stage
        self._seconds: dict[str, float] = {}
        self._started = time.perf_counter()

    @contextmanager
    def stage(self, name: str) -> "Iterator[None]":
        if self.cancel.is_set():
            raise Cancelled("The answer was stopped.")
        self._on_stage(name)
        began = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[name] = time.perf_counter() - began

    def seconds(self) -> dict[str, float]:
        return {**self._seconds, "total": time.perf_counter() - self._started}

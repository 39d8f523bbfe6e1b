"""From the best sentences to what is said: the model's words where they hold, else quotations."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag_app.chain import Generated, answer_from
from rag_app.citation import Cited, cannot_be_cited, cite, quote
from rag_app.context import fit_to_budget
from rag_app.embedding import Embedder
from rag_app.evidence import Sentence, best_two
from rag_app.grounding import Gate
from rag_app.language import Language
from rag_app.llm import describe, load_llm
from rag_app.prompts import load_prompt
from rag_app.sentences import sentences
from rag_app.settings import Settings
from rag_app.store.vectorstore import as_document
from rag_app.values import Passage


@dataclass(frozen=True)
class Reading:
    """How far a model can be trusted with reading, and what it is given to read."""

    evidence_tokens: int  # of the numbered passages in the prompt
    languages: frozenset[Language]  # in which it writes at all
    gate: Gate
    depth: int  # best sentences that may bear it out
    reach: int  # best sentences among which what it cited wrongly is looked for
    with_quotes: bool  # whether the quotations stand under the model's words
    prompt: str  # its file's name, without language


# The packaged model has 135M parameters: the less it reads, the better it answers, and in
# Portuguese it hardly does (benchmarks/README.md). What of its words is let through is a
# shortened quotation, and the sentences that it came from stand under it.
_PACKAGED = Reading(
    64,
    frozenset({"en"}),
    Gate(1.0, finished=True, in_order=True),
    depth=1,
    reach=1,
    with_quotes=True,
    prompt="answer_packaged",
)
_OTHERS = Reading(
    1200,
    frozenset({"en", "pt"}),
    Gate(0.8, finished=False, in_order=False),
    depth=6,
    reach=60,
    with_quotes=False,
    prompt="answer",
)
_NOTHING = Generated("", 0, 0)


@dataclass(frozen=True)
class Drafted:
    """What is said, by whom, and what the model did for it."""

    cited: Cited
    answered_by: str  # "llm" or "quotation"
    generated: Generated = _NOTHING
    model: str = ""  # name, precision and prompt; "" where no model wrote


def draft(
    question: str,
    passages: Sequence[Passage],
    ranked: Sequence[Sentence],
    language: Language,
    embedder: Embedder,
    settings: Settings,
    *,
    on_stage: Callable[[str], None],
    on_token: Callable[[str], None] | None,
    on_place: Callable[[int], None] | None,
    cancel: threading.Event,
) -> Drafted:
    """An answer whose every sentence the ``ranked`` sentences bear out; may be without any.

    Raises ModelError, and Cancelled soon after ``cancel`` is set.
    """
    reading = _PACKAGED if settings.llm == "packaged" else _OTHERS
    quoted = quote(best_two(ranked, language))
    is_auto = settings.answerer == "auto"
    if settings.answerer == "extractive" or (is_auto and language not in reading.languages):
        return Drafted(quoted, "quotation")
    on_stage("writing")
    llm = load_llm(settings.llm, settings)
    prompt = load_prompt(reading.prompt, language)
    budget = settings.evidence_tokens or reading.evidence_tokens
    evidence = fit_to_budget(passages, ranked, embedder.count_tokens, budget)
    is_quoting = is_auto and reading.gate.in_order

    def is_lost(written: str) -> bool:
        return is_quoting and cannot_be_cited(written, ranked[: reading.depth], language)

    generated = answer_from(
        question,
        [as_document(passage) for passage in evidence],
        llm,
        prompt,
        on_token=on_token,
        on_place=on_place,
        cancel=cancel,
        until=is_lost,
    )
    on_stage("checking")
    model = f"{describe(llm)}, prompt {prompt.name} v{prompt.version}"
    text = _finished(generated, settings.answer_tokens)
    cited = cite(
        text, question, ranked[: reading.depth], language, reading.gate,
        shown=evidence, elsewhere=ranked[reading.depth : reading.reach],
        mark=settings.unsupported == "mark" and not (is_auto and reading.with_quotes),
    )  # fmt: skip
    if not cited.citations and is_auto:
        return Drafted(quoted, "quotation", generated, model)
    if is_auto and reading.with_quotes:
        cited = cited.followed_by(quoted)
    return Drafted(cited, "llm", generated, model)


def _finished(generated: Generated, most: int) -> str:
    """What was written, without the sentence that the limit on tokens cut off."""
    if generated.completion_tokens < most:
        return generated.text
    spans = sentences(generated.text)
    return generated.text[: spans[-1][0]] if spans else ""

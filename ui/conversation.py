"""What an analyst does in a conversation: ask, ask again, edit, rate; it all lands in the log."""

from dataclasses import replace
from functools import partial

import streamlit as st

from rag_app.errors import LogError, QuestionError
from rag_app.log import ExchangeLog, open_log
from rag_app.settings import Settings
from rag_app.values import Answer, Exchange, Scope
from ui import resources, session
from ui.jobs import AnswerJob, Jobs
from ui.language import t


@session.tells_faults
def ask(question: str, index: str) -> None:
    """Begin to answer in the open conversation, or in a new one; spaces ask nothing."""
    if not question.strip():
        return
    scope = session.scope()
    kept = exchanges() or []
    conversation = session.open_conversation() if kept else log().start(index, session.user())
    history = tuple(exchange.question for exchange in kept)
    if not kept:
        session.show_conversation(conversation)
    _begin(question, index, conversation, history, scope, current_settings())


@session.tells_faults
def ask_again(exchange: Exchange, question: str, *, fresh: bool = False) -> None:
    """Answer a question in an exchange's place, its own anew or another; later ones are dropped.

    ``fresh`` answers from the documents even where the same answer was given before. Where
    nothing is asked, all stays as it is.
    """
    if not question.strip():
        raise QuestionError(t("question_needed"))
    history = tuple(kept.question for kept in exchanges() or () if kept.id < exchange.id)
    settings = current_settings()
    if fresh:
        settings = settings.model_copy(update={"cache": False})
    jobs().stop(exchange.id)
    log().forget(exchange.id)
    _begin(
        question.strip(), exchange.index, exchange.conversation, history, session.scope(), settings
    )


@session.tells_faults
def rate(exchange: Exchange, rating: int | None) -> None:
    """Keep what the reader holds an answer for; what was said of it, here or elsewhere, stays."""
    log().rate(exchange.id, rating)


@session.tells_faults
def comment(exchange: Exchange, said: str) -> None:
    """Keep what the reader says of an answer; its rating stays."""
    log().comment(exchange.id, said)


@session.tells_faults
def rename(conversation: str, title: str) -> None:
    """Give a conversation another title; an empty one leaves it as it is."""
    if title.strip():
        log().rename(conversation, title)


@session.tells_faults
def delete(conversation: str) -> None:
    """Take a conversation out of the log, and stop what is being answered in it."""
    for exchange in log().conversation(conversation, session.user()) or ():
        jobs().stop(exchange.id)
    log().delete(conversation)
    if session.open_conversation() == conversation:
        session.show_conversation("")


def exchanges() -> list[Exchange] | None:
    """The open conversation, oldest first; None where the address names none of this user's."""
    conversation = session.open_conversation()
    if not conversation:
        return []
    kept = log().conversation(conversation, session.user())
    return None if kept is None else [_as_it_stands(exchange) for exchange in kept]


def index_of(conversation: str) -> str:
    """The index that this user's conversation last asked; "" where there is no such one."""
    try:
        kept = log().conversation(conversation, session.user())
    except LogError:  # told where the conversation is drawn
        return ""
    return kept[-1].index if kept else ""


def is_answering(exchange: Exchange) -> bool:
    """Whether this server works on an answer to it right now."""
    job = jobs().of(exchange.id)
    return exchange.state == "asked" and job is not None and not job.ended


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """The answers that this server makes, for all tabs."""
    return Jobs()


@st.cache_resource(show_spinner=False)
def log() -> ExchangeLog:
    """The log of exchanges; in memory alone where it cannot be written (see ``log_fault``)."""
    return open_log(current_settings())


@st.cache_resource(show_spinner=False)
def log_fault() -> str:
    """Why conversations are not kept on disk; "" where they are."""
    try:
        open_log(resources.settings())
    except LogError as error:
        return str(error)
    return ""


def current_settings() -> Settings:
    """The server's, without a log where it cannot be written."""
    kept = resources.settings()
    return kept.model_copy(update={"log": False}) if log_fault() else kept


def _begin(
    question: str,
    index: str,
    conversation: str,
    history: tuple[str, ...],
    scope: Scope | None,
    settings: Settings,
) -> None:
    exchange = log().begin(question, index, conversation)
    session.show_newest_evidence()
    make = partial(_make, question, index, conversation, history, scope, settings)
    jobs().start(exchange, log(), make)


def _make(
    question: str,
    index: str,
    conversation: str,
    history: tuple[str, ...],
    scope: Scope | None,
    settings: Settings,
    job: AnswerJob,
) -> Answer:
    from rag_app.answering import ask as answer

    resources.models(job.cancel)  # waits, so that two questions do not load them twice
    scope = scope or Scope()
    return answer(
        question,
        index=index,
        settings=settings,
        history=history,
        sources=scope.sources,
        pages=scope.pages,
        modified_after=scope.modified_after,
        conversation=conversation,
        exchange=job.exchange,
        on_stage=job.on_stage,
        on_token=job.on_token,
        on_place=job.on_place,
        cancel=job.cancel,
    )


def _as_it_stands(exchange: Exchange) -> Exchange:
    """The exchange with what its job knows and the log does not tell, or not yet."""
    job = jobs().of(exchange.id)
    if exchange.state != "asked" or job is None:
        return exchange
    if job.ended and job.answer is not None:
        return replace(exchange, state="answered", answer=job.answer)
    if job.ended:
        return log().exchange(exchange.id) or exchange
    # Whoever stops need not wait until the stage at hand has heard of it.
    return replace(exchange, state="stopped") if job.cancel.is_set() else exchange

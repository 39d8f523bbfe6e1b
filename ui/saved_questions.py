"""Watched questions: whether they are still answered as they were, and why not."""

import threading
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from rag_app.answer_diff import Difference
from rag_app.errors import RagError
from rag_app.rendering import inert, one_line
from rag_app.settings import Settings
from rag_app.store.places import index_folder
from rag_app.watch import Outcome, accept, check, watch
from rag_app.watched import WATCHED_FILE, Watched, drop, watched_questions
from ui import resources, session, tasks
from ui.clock import local
from ui.language import t
from ui.tasks import task_of, task_progress
from ui.wording import told


def saved_questions(index: str) -> None:
    """Draw the watched questions of an index, and ask them again. Raises WatchError."""
    settings = resources.settings()
    held = watched_questions(index_folder(settings, index))
    st.caption(t("watch_intro"))
    name = f"watch:{index}"
    with st.form("watch", clear_on_submit=True, border=False):
        question = st.text_input(t("watch_question"), key="watch_question")
        sent = st.form_submit_button(t("watch_add"), icon=":material/bookmark_add:")
    if sent and question.strip():
        _begin(question.strip(), index, settings)
        st.rerun()
    if fault := session.fault():
        st.error(t("error", error=told(fault)))
    for adding in tasks.names(_adding_of(index)):
        task = task_of(adding)
        if task is not None and (task.running or task.error):
            st.caption(one_line(adding.removeprefix(_adding_of(index)), 200))
            task_progress(adding)
    task_progress(name)
    if not held:
        st.info(t("watch_none"))
        return
    running = tasks.is_running(name)
    st.button(
        t("watch_check"), key="watch_check", icon=":material/sync:", type="primary",
        disabled=running, on_click=tasks.start, args=(name, _checking(index, settings)),
    )  # fmt: skip
    outcomes = _outcomes(name, held)
    changed = [outcome for outcome in outcomes.values() if outcome.differences]
    if outcomes and not running:
        (st.warning if changed else st.success)(
            t("watch_result", changed=len(changed), count=len(outcomes))
        )
    if changed:
        st.button(
            t("watch_accept"), key="watch_accept", icon=":material/done_all:",
            on_click=session.tells_faults(accept), args=(list(outcomes.values()), index, settings),
        )  # fmt: skip
    for number, item in enumerate(held):
        _draw(item, outcomes.get(item.question), number, index)


def watch_button(question: str, index: str, key: str) -> None:
    """Draw a button that watches a question, or watches it no longer."""
    home = index_folder(resources.settings(), index)
    path = home / WATCHED_FILE
    try:
        is_watched = path.exists() and question in _texts(str(home), path.stat().st_mtime_ns)
    except RagError:  # a damaged list is told where it is shown
        return
    words = t("watch_drop" if is_watched else "watch_add")
    icon = ":material/bookmark_added:" if is_watched else ":material/bookmark_add:"
    st.button(
        words, key=key, help=words if is_watched else t("watch_add_help"), type="tertiary",
        icon=icon, on_click=_toggle, args=(question, index, is_watched),
    )  # fmt: skip


def watch_end(question: str, index: str) -> None:
    """Draw the button anew when the question is watched, or say why it is not."""
    tasks.task_end(_adding_of(index) + question)


@session.tells_faults
def _toggle(question: str, index: str, is_watched: bool) -> None:
    settings = resources.settings()
    if is_watched:
        drop(index_folder(settings, index), question)
        return
    # Asked afresh, since what was answered may have been narrowed or have followed from others.
    _begin(question, index, settings)
    st.toast(t("watch_begun"), icon=":material/bookmark_add:")


def _begin(question: str, index: str, settings: Settings) -> None:
    """A task for each question: one that came while another is answered would be lost."""
    tasks.start(_adding_of(index) + question, _adding(question, index, settings))


def _adding_of(index: str) -> str:
    """What the names of the tasks begin with that add questions to an index's."""
    return f"watch:{index}:"


@st.cache_resource(show_spinner=False, max_entries=16)
def _texts(home: str, changed: int) -> frozenset[str]:
    return frozenset(item.question for item in watched_questions(Path(home)))


def _outcomes(name: str, held: list[Watched]) -> dict[str, Outcome]:
    """What the last check found of the questions as they are kept now, by question."""
    task = task_of(name)
    found = task.result if task is not None and isinstance(task.result, list) else []
    return {outcome.watched.question: outcome for outcome in found if outcome.watched in held}


def _draw(item: Watched, outcome: Outcome | None, number: int, index: str) -> None:
    icon = ":material/bookmark:"
    if outcome is not None:
        icon = ":material/change_circle:" if outcome.differences else ":material/check_circle:"
    with st.expander(one_line(item.question, 200), icon=icon, expanded=bool(_changes(outcome))):
        when = t("when", at=local(item.answer.asked))
        st.caption(t("watch_kept", when=when))
        st.markdown(inert(item.answer.text))
        for found in _changes(outcome):
            _difference(found)
        if outcome is not None and outcome.differences:
            st.caption(t("watch_causes"))
            st.caption("  \n".join(one_line(cause, 200) for cause in outcome.causes) or "–")
        st.button(
            t("watch_drop"), key=f"watch_drop_{number}", icon=":material/bookmark_remove:",
            type="tertiary", on_click=session.tells_faults(drop),
            args=(index_folder(resources.settings(), index), item.question),
        )  # fmt: skip


def _difference(found: Difference) -> None:
    st.markdown(f"**{t(f'difference_{found.kind}')}** {one_line(found.why, 200)}")
    before, now = st.columns(2)
    with before:
        st.caption(t("before"))
        st.markdown(inert(found.before) or "–")
    with now:
        st.caption(t("now"))
        st.markdown(inert(found.now) or "–")


def _changes(outcome: Outcome | None) -> tuple[Difference, ...]:
    return outcome.differences if outcome is not None else ()


def _checking(index: str, settings: Settings) -> tasks.Work:
    def work(on_progress: Callable[[int, int], None], stop: threading.Event) -> list[Outcome]:
        return check(index, settings, on_progress, stop)

    return work


def _adding(question: str, index: str, settings: Settings) -> tasks.Work:
    def work(on_progress: Callable[[int, int], None], stop: threading.Event) -> None:
        on_progress(0, 1)
        watch(question, index, settings)

    return work

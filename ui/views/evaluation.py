"""How good the answers are: question files run against an index, and watched questions."""

import threading
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from rag_app.errors import RagError
from rag_app.evaluate import evaluate
from rag_app.evaluation.questions import Question, read_questions, unknown_evidence
from rag_app.evaluation.runs import (
    Run,
    keep_questions,
    load_run,
    question_files,
    run_names,
    save_run,
)
from rag_app.rendering import inert
from rag_app.values import INDEXED
from ui import resources, session, tasks
from ui.language import t
from ui.run_results import results
from ui.saved_questions import saved_questions
from ui.tasks import task_of, task_progress
from ui.wording import told

_EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples" / "questions.jsonl"
_TASK = "evaluation"
_UNKNOWN, _NAMED = "questions_unknown", 5  # documents of the evidence that no index holds
_UPLOAD, _FILE = "questions_upload", "questions_file"  # of the boxes that give and choose a file


def evaluation() -> None:
    """Draw the page."""
    st.set_page_config(layout="wide")
    st.title(t("page_evaluation"))
    index = session.chosen_index(resources.indexes())
    if index is None:
        st.info(t("no_index"))
        return
    part = st.segmented_control(
        t("page_evaluation"), ["runs", "watched"], default="runs", key="evaluation_part",
        format_func=lambda part: t(f"evaluation_{part}"), label_visibility="collapsed",
        required=True,
    )  # fmt: skip
    try:
        if part == "watched":
            saved_questions(index)
        else:
            _begin(index)
            task_progress(_TASK)
            _kept_runs()
    except RagError as error:
        st.error(t("error", error=told(error)))


def _begin(index: str) -> None:
    settings = resources.settings()
    with st.expander(t("run_new"), icon=":material/play_circle:", expanded=not run_names(settings)):
        st.file_uploader(t("questions_upload"), type=["jsonl"], key=_UPLOAD, on_change=_keep_upload)
        if fault := session.fault():
            st.error(t("error", error=told(fault)))
        files = [*question_files(settings), *([_EXAMPLES] if _EXAMPLES.exists() else [])]
        if not files:
            st.caption(t("questions_none"))
            return
        chosen = st.selectbox(
            t("questions_file"), files, key=_FILE, format_func=lambda path: path.name
        )
        most = st.number_input(
            t("questions_most"), min_value=0, value=0, key="questions_most",
            help=t("questions_most_help"),
        )  # fmt: skip
        answers = st.toggle(t("with_answers"), value=True, key="with_answers")
        if st.button(
            t("run_begin"), key="run_begin", type="primary", icon=":material/play_arrow:",
            disabled=tasks.is_running(_TASK),
        ):  # fmt: skip
            questions = read_questions(chosen)
            questions = questions[: most or len(questions)]
            st.session_state[_UNKNOWN] = (chosen, index, _unknown(questions, index))
            tasks.start(_TASK, _work(questions, chosen.stem, index, answers=answers))
            st.rerun()
    of_file, of_index, unknown = st.session_state.get(_UNKNOWN, (None, None, []))
    if unknown and (of_file, of_index) == (chosen, index):
        names = inert(", ".join(unknown[:_NAMED]))
        if (more := len(unknown) - _NAMED) > 0:
            names += " " + t("and_more", count=more)
        st.warning(t("questions_unknown", names=names, index=inert(index)))


def _unknown(questions: list[Question], index: str) -> list[str]:
    """Documents that the questions' evidence names and the index does not hold."""
    with resources.opened(index) as database:
        sources = [record.source for record in database.documents() if record.outcome == INDEXED]
    return unknown_evidence(questions, sources)


@session.tells_faults
def _keep_upload() -> None:
    """Keep the question file that was given, and choose it to be run."""
    if (given := st.session_state[_UPLOAD]) is not None:
        st.session_state[_FILE] = keep_questions(given.name, given.getvalue(), resources.settings())
        st.session_state.pop(_UNKNOWN, None)  # it was said of the file that this one replaces


def _work(questions: list[Question], name: str, index: str, *, answers: bool) -> tasks.Work:
    settings = resources.settings()
    with resources.opened(index) as database:
        commit = database.commit_number()

    def work(on_progress: Callable[[int, int], None], stop: threading.Event) -> Run | None:
        done = evaluate(
            questions, index=index, settings=settings, answers=answers,
            on_progress=on_progress, stop=stop,
        )  # fmt: skip
        return save_run(done, name, commit, settings) if done.questions else None

    return work


def _kept_runs() -> None:
    settings = resources.settings()
    names = run_names(settings)
    if not names:
        st.info(t("no_runs"))
        return
    task = task_of(_TASK)
    if task is not None and isinstance(task.result, Run):
        st.session_state["run"] = task.result.name  # what has just ended is shown
        task.result = None
    shown, against = st.columns(2)
    name = shown.selectbox(t("run_shown"), names, key="run")
    others = [other for other in names if other != name]
    other = against.selectbox(
        t("run_against"), others, key="run_against", index=None, placeholder=t("run_none")
    )
    results(_loaded(name), _loaded(other) if other else None)


@st.cache_resource(max_entries=8, show_spinner=False)
def _loaded(name: str) -> Run:
    return load_run(name, resources.settings())

"""Work on threads of the server, which outlives reruns and tabs: one task a name at a time."""

import threading
from collections.abc import Callable
from typing import Any

import streamlit as st

from rag_app.errors import RagError
from rag_app.rendering import one_line
from ui.language import t
from ui.server_log import note_traceback
from ui.wording import worded

# Is told how many steps of how many are done; the event says that no further one is wanted.
Work = Callable[[Callable[[int, int], None], threading.Event], object]

_starting = threading.Lock()


class Task:
    """One piece of work; its fields may be read from any thread."""

    def __init__(self, name: str, work: Work) -> None:
        self.name = name
        self.done, self.count = 0, 0
        self.running = True
        self.result: Any = None  # what the work returned
        self.error = ""  # for the user, where it failed
        self.stop = threading.Event()
        threading.Thread(target=self._run, args=(work,), name=name, daemon=True).start()

    def _run(self, work: Work) -> None:
        try:
            self.result = work(self._progress, self.stop)
        except RagError as error:
            self.error = str(error)
        except Exception as error:  # shown as such; the traceback goes to the server's log
            note_traceback(error)
            self.error = type(error).__name__
        finally:
            self.running = False

    def _progress(self, done: int, count: int) -> None:
        self.done, self.count = done, count


def start(name: str, work: Work) -> None:
    """Begin a task, unless one of that name is running."""
    with _starting:  # two tabs may be clicked at the same time
        if not is_running(name):
            _tasks()[name] = Task(name, work)


def forget(name: str) -> None:
    """Speak no more of a task that has ended."""
    if not is_running(name):
        _tasks().pop(name, None)


def names(beginning: str) -> list[str]:
    """The tasks whose names begin so, running or ended, oldest first."""
    return [name for name in list(_tasks()) if name.startswith(beginning)]


def task_of(name: str) -> Task | None:
    """The task of a name, running or ended."""
    return _tasks().get(name)


def is_running(name: str) -> bool:
    """Whether the task of a name goes on."""
    task = task_of(name)
    return task is not None and task.running


def task_progress(name: str) -> None:
    """Draw a running task with its progress and Stop, or the error that ended it."""
    _drawn(name, _running)


def task_end(name: str) -> None:
    """Draw the page anew when a task ends, and nothing but the error that ended it."""
    _drawn(name, _awaited)


def _drawn(name: str, while_running: Callable[[Task], None]) -> None:
    task = task_of(name)
    if task is None:
        return
    if task.running:
        st.fragment(while_running, run_every=1.0)(task)
    else:
        _failed(task)


def _failed(task: Task) -> None:
    if task.error:
        st.error(t("error", error=one_line(worded(task.error), 500)))
        st.button(
            t("dismiss"), key=f"dismiss_{task.name}", type="tertiary",
            on_click=forget, args=(task.name,),
        )  # fmt: skip


def _awaited(task: Task) -> None:
    if not task.running:
        st.rerun()


def _running(task: Task) -> None:
    if not task.running:
        st.rerun()  # the whole page: its results are there
    share = task.done / task.count if task.count else 0.0
    st.progress(share, text=t("task_running", done=task.done, count=task.count or "…"))
    st.button(
        t("stop"), key=f"stop_{task.name}", icon=":material/stop_circle:", on_click=task.stop.set
    )


@st.cache_resource(show_spinner=False)
def _tasks() -> dict[str, Task]:
    return {}

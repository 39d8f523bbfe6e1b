"""How soon the chat's pages stand on the screen, and how soon Stop frees the model.

    python -m benchmarks.desk [FILES]

An index of 5,000 files is served to a real Chromium that keeps no cache, in turns with the peer: a
Streamlit page that has one widget of the same kind and nothing else. Told are the first contentful
paint and the moment in which the widget stands there, both on the browser's own clock, and the
seconds from a click on a language until the sidebar speaks it. Questions over the example
documents are stopped at moments chosen at random: seconds until ``ask`` has given up and the next
may begin.
"""

import argparse
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import peer

_TURNS = 9
_STOPS = 40
_CHAT = "[data-testid=stChatInputTextArea]"
_TABLE = "[data-testid=stDataFrame]"
_PEERS = {
    _CHAT: "import streamlit as st\nst.set_page_config(layout='wide')\nst.chat_input('Ask')\n",
    _TABLE: "import streamlit as st\nst.set_page_config(layout='wide')\n"
    "st.dataframe([{'n': n} for n in range(50)], selection_mode='multi-row', on_select='rerun')\n",
}
_WATCH = """
window.shownAt = 0;
const look = () => {
  const found = document.querySelector("SELECTOR");
  if (found && found.getBoundingClientRect().height > 0) window.shownAt = performance.now();
  else requestAnimationFrame(look);
};
look();
"""
_PAINTED = """() => window.shownAt > 0
  && performance.getEntriesByName("first-contentful-paint").length > 0"""
_TIMES = """() => [
  performance.getEntriesByName("first-contentful-paint")[0].startTime / 1000,
  window.shownAt / 1000,
]"""
_SPOKEN = """label => new Promise(done => {
  const sidebar = document.querySelector("[data-testid=stSidebar]");
  const before = sidebar.innerText, began = performance.now();
  [...sidebar.querySelectorAll("button")].find(it => it.innerText.includes(label)).click();
  const look = () => sidebar.innerText === before
    ? requestAnimationFrame(look) : done((performance.now() - began) / 1000);
  look();
})"""


def main() -> None:
    """Print the seconds of both, and their ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="?", type=int, default=5000)
    with tempfile.TemporaryDirectory() as temporary:
        pages(parser.parse_args().files, Path(temporary))
    with tempfile.TemporaryDirectory() as temporary:
        stops(Path(temporary))


def pages(files: int, folder: Path) -> None:
    """Draw each page in turns with its peer."""
    from rag_app.settings import load_settings
    from tests.end_to_end.serving import chromium, served
    from tests.ui.big_index import build

    indexes = folder / "indexes"
    build(load_settings(indexes_dir=indexes), files=files, chunks=3)
    with (
        served("ui/server.py", _made(folder / "ours"), RAG_INDEXES_DIR=str(indexes)) as ours,
        chromium() as browser,
    ):
        for path, widget in (("", _CHAT), ("documents", _TABLE)):
            script = _made(folder / f"peer-{path}") / "app.py"
            script.write_text(_PEERS[widget])
            with served(str(script), script.parent) as empty:
                drawn(browser, f"{ours}/{path}", widget)  # the first visitor waits for imports
                turns = [
                    (drawn(browser, f"{ours}/{path}", widget), drawn(browser, empty, widget))
                    for _ in range(_TURNS)
                ]
            for what, at in (("first contentful paint", 0), ("the widget", 1)):
                _print(f"{path or 'chat'}: {what}", [(our[at], its[at]) for our, its in turns])
        spoken = _spoken(browser, ours)
        print(f"another language: {_told(spoken)} s")


def drawn(browser: Any, address: str, widget: str) -> tuple[float, float]:  # noqa: ANN401
    """Seconds until the first contentful paint, and until the widget stands there."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    page = context.new_page()
    page.add_init_script(_WATCH.replace("SELECTOR", widget))
    page.goto(address, wait_until="commit")
    page.wait_for_function(_PAINTED)
    paint, shown = page.evaluate(_TIMES)
    context.close()
    return paint, shown


def _spoken(browser: Any, address: str) -> list[float]:  # noqa: ANN401
    page = browser.new_context(locale="en-US").new_page()
    page.goto(address)
    page.wait_for_selector(_CHAT)
    times = []
    for turn in range(_TURNS + 1):
        page.wait_for_timeout(1000)
        times.append(page.evaluate(_SPOKEN, ("Português", "English")[turn % 2]))
    return times[1:]


def stops(folder: Path) -> None:
    """Stop questions while they are searched for, read, written and checked."""
    from ingest.pipeline import ingest
    from rag_app.answering import ask, warm_up
    from rag_app.errors import Cancelled
    from rag_app.settings import load_settings

    settings = load_settings(indexes_dir=folder, cache=False)
    ingest(peer.DEFAULT_DOCS, settings=settings)
    warm_up(settings)
    question = "When was BERT published?"
    began = time.perf_counter()
    ask(question, settings=settings)
    whole = time.perf_counter() - began
    chosen = random.Random(0)
    seconds: list[float] = []
    while len(seconds) < _STOPS:
        cancel = threading.Event()
        at: list[float] = []

        def stop(cancel: threading.Event = cancel, at: list[float] = at) -> None:
            at.append(time.perf_counter())
            cancel.set()

        timer = threading.Timer(chosen.uniform(0, whole), stop)
        timer.start()
        try:
            ask(question, settings=settings, cancel=cancel)
        except Cancelled:
            seconds.append(time.perf_counter() - at[0])
        timer.cancel()
    print(f"stopped after {_told(seconds)} s, in {_STOPS} answers of {whole:.2f} s")


def _print(what: str, pairs: Sequence[tuple[float, float]]) -> None:
    ratio = statistics.median(our / its for our, its in pairs)
    ours, peers = zip(*pairs, strict=True)
    print(f"{what}: {_told(ours)} s, empty page {_told(peers)} s, ratio {ratio:.2f}")


def _told(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds):.2f} (at most {max(seconds):.2f})"


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    main()

"""How a run shows where it is: a bar for people, lines of JSON for programs, or nothing."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.run import Progress

OnProgress = Callable[["Progress"], None]


@contextmanager
def waiting() -> Iterator[Callable[[], None]]:
    """On a terminal, a line on standard error until the function is called, or the end.

    A large folder takes minutes to look through. The line leaves nothing behind, so that an error
    is a line by itself.
    """
    from rich.console import Console

    with Console(stderr=True).status("Looking through the documents …") as status:
        yield status.stop


@contextmanager
def bar() -> Iterator[OnProgress]:
    """A bar on standard error with files, chunks, rate and time left."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    from ingest.report import printable

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    progress = RichProgress(*columns, console=Console(stderr=True), transient=True)
    task = progress.add_task("Reading", total=None, rate="")

    def show(now: "Progress") -> None:
        seen()
        progress.start()  # only now: an error before it is then a line by itself
        elapsed = progress.tasks[0].elapsed or 0.0
        speed = f"{now.chunks / elapsed:.0f} chunks/s" if elapsed else ""
        progress.update(
            task,
            description=f"{now.files_done}/{now.files} files  {printable(now.current[-40:])}",
            completed=now.bytes_done,
            total=now.bytes,
            rate=speed,
        )

    try:
        with waiting() as seen:
            yield show
    finally:
        if progress.live.is_started:
            progress.stop()


@contextmanager
def json_lines() -> Iterator[OnProgress]:
    """One JSON object a line on standard output."""

    def show(now: "Progress") -> None:
        sys.stdout.write(json.dumps(asdict(now), ensure_ascii=False) + "\n")
        sys.stdout.flush()

    yield show


@contextmanager
def silent() -> Iterator[OnProgress]:
    """Nothing."""
    yield lambda _: None

"""``python -m ingest DOCS``: build an index from a folder, or bring it up to date.

``--watch`` keeps it so; ``--remove`` takes documents out; ``--verify`` and ``--repair`` look
after indexes that are there; ``--store`` moves an index's vectors to Milvus, Pinecone or back.
"""

import argparse
import json
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict

from ingest.command_line import build_parser, check
from rag_app.command import end, usage
from rag_app.errors import DocumentsError, RagError


def main(arguments: list[str] | None = None) -> int:
    """Run the command; its exit code: 0, or 2 after an error that the user can mend."""
    options = build_parser(usage(__doc__)).parse_args(arguments)
    from rag_app.settings import warn_of_strange_settings

    warn_of_strange_settings()
    try:
        return _run(options)
    except RagError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write(
            "\nStopped. Every file that was finished is in the index;"
            " run the same command again to go on.\n"
        )
        return 130


def _run(options: argparse.Namespace) -> int:
    check(options)
    if options.verify is not None or options.repair is not None:
        from ingest.checkup import run_checkup

        return run_checkup(options)
    options.index = "default" if options.index is None else options.index
    if options.remove:
        return _remove(options)
    if options.store is not None:
        return _move(options)
    if options.folder is None:
        raise DocumentsError("Give the folder that holds the documents: python -m ingest DOCS.")
    if options.plan:
        return _plan(options)
    return _watch(options) if options.watch else _ingest(options)


def _plan(options: argparse.Namespace) -> int:
    from ingest.pipeline import plan_only
    from ingest.progress import waiting
    from ingest.report import Terminal, plan_to_json, print_plan

    with nullcontext() if options.json else waiting():
        plan = plan_only(
            options.folder,
            index=options.index,
            keep_missing=options.keep_missing,
            again=options.again,
        )
    if options.json:
        sys.stdout.write(plan_to_json(plan) + "\n")
    else:
        print_plan(plan, Terminal(soft_wrap=True))
    return 0


def _ingest(options: argparse.Namespace) -> int:
    from ingest.pipeline import ingest
    from ingest.progress import bar, json_lines, silent
    from ingest.report import Terminal, print_report, printable
    from ingest.scanning import as_held

    show = json_lines if options.json_progress else silent if options.json else bar
    with show() as on_progress, _stop_when_asked() as stop:
        report = ingest(
            options.folder,
            index=options.index,
            keep_missing=options.keep_missing,
            again=options.again,
            on_progress=on_progress,
            stop=stop,
        )
    if options.json or options.json_progress:
        sys.stdout.write(report.to_json() + "\n")
    else:
        print_report(report, Terminal(soft_wrap=True))
    if report.left:
        return 130
    known = {file.source for file in report.files}
    unknown = [source for source in options.again if as_held(source, known) not in known]
    for source in unknown:
        sys.stderr.write(f"{printable(source)}: not in the index\n")
    return 2 if unknown else 0


def _remove(options: argparse.Namespace) -> int:
    from ingest.removal import remove
    from ingest.report import printable

    done = remove(options.remove, index=options.index)
    if options.json or options.json_progress:
        sys.stdout.write(json.dumps(asdict(done), ensure_ascii=False) + "\n")
        return 2 if done.unknown else 0
    for word, sources in (
        ("removed, file deleted", done.uploads),
        ("removed, passed over from now on", done.ignored),
        ("not in the index", done.unknown),
    ):
        for source in sources:
            sys.stdout.write(f"{printable(source)}: {word}\n")
    return 2 if done.unknown else 0


def _move(options: argparse.Namespace) -> int:
    from rag_app.settings import load_settings
    from rag_app.store.dense import move_vectors
    from rag_app.store.places import index_folder

    done = move_vectors(index_folder(load_settings(), options.index), options.store)
    if options.json or options.json_progress:
        sys.stdout.write(json.dumps(asdict(done), ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(f"{done.vectors:,} vectors of {options.index} are in {done.store}\n")
    if done.left_behind:
        sys.stderr.write(f"not taken away: {done.left_behind}\n")
    return 0


def _watch(options: argparse.Namespace) -> int:
    from ingest.report import printable
    from ingest.watching import Event, watch

    def line(event: Event) -> None:
        at = time.strftime("%H:%M:%S")
        if options.json or options.json_progress:
            sys.stdout.write(json.dumps({"at": at, **asdict(event)}, ensure_ascii=False) + "\n")
            sys.stdout.flush()
            return
        about = printable(event.about) + (f": {printable(event.detail)}" if event.detail else "")
        sys.stdout.write(f"{at} {event.what} {about}\n")
        sys.stdout.flush()

    with _stop_when_asked() as stop:
        watch(
            options.folder,
            index=options.index,
            keep_missing=options.keep_missing,
            on_event=line,
            stop=stop,
        )
    return 0


@contextmanager
def _stop_when_asked() -> Iterator[threading.Event]:
    """Set by the first Ctrl-C or SIGTERM; a second one ends the run at once."""
    stop = threading.Event()

    def ask(number: int, _: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        sys.stderr.write("\nStopping after the file in hand; once more stops at once.\n")

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    end(main)

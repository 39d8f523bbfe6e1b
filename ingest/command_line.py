"""The options of ``python -m ingest``, and which of them go together."""

import argparse
from pathlib import Path

from rag_app.errors import DocumentsError

_EVERY: tuple[str, ...] = ()  # the index of a job that names none; a type is asked of texts alone


def build_parser(description: str) -> argparse.ArgumentParser:
    """What ``python -m ingest`` understands."""
    parser = argparse.ArgumentParser(prog="python -m ingest", description=description)
    parser.add_argument(
        "folder", type=_folder, nargs="?", help="folder of documents, with its subfolders"
    )
    parser.add_argument("--index", metavar="NAME", help="name of the index (default: default)")
    parser.add_argument(
        "--plan", action="store_true", help="say what would be done, and do nothing"
    )
    parser.add_argument(
        "--keep-missing",
        action="store_true",
        help="keep documents whose files are no longer in the folder",
    )
    parser.add_argument(
        "--again",
        metavar="FILE",
        action="append",
        default=[],
        help="read this file, named as in the index, even if it did not change; repeatable",
    )
    parser.add_argument(
        "--watch",
        action="store_true",
        help="keep the index in step with the folder until Ctrl-C, a line for each change",
    )
    parser.add_argument(
        "--remove",
        metavar="FILE",
        action="append",
        default=[],
        help="take this file, named as in the index, out of it; its file stays on the disk and"
        " is passed over from now on; repeatable",
    )
    parser.add_argument(
        "--verify",
        metavar="NAME",
        nargs="?",
        const=_EVERY,
        type=_index,
        help="say whether the index NAME, or every index, is whole; nothing is changed",
    )
    parser.add_argument(
        "--repair",
        metavar="NAME",
        nargs="?",
        const=_EVERY,
        type=_index,
        help="mend the index NAME, or every index, from its documents",
    )
    parser.add_argument(
        "--store",
        metavar="STORE",
        help="search the index's vectors there from now on: faiss, milvus:URL-or-FILE.db,"
        " pinecone:INDEX-or-URL; SQLite keeps them in any case",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print the report as JSON; with --watch, a line for each change",
    )
    parser.add_argument(
        "--json-progress",
        action="store_true",
        help="print progress, then the report, as one JSON object a line",
    )
    return parser


def check(options: argparse.Namespace) -> None:
    """Raise DocumentsError where what is asked for does not go together."""
    if options.plan and (options.remove or options.repair is not None or options.store):
        raise DocumentsError(
            "--plan does nothing, --remove, --repair and --store change the index at once: leave"
            " one out."
        )
    if options.verify is not None and options.repair is not None:
        raise DocumentsError("--verify changes nothing, --repair mends: give one of them.")
    for flag, name in (("--verify", options.verify), ("--repair", options.repair)):
        if name and options.index and name != options.index:
            raise DocumentsError(f"{flag} {name} or --index {options.index}: name one index.")
    if options.plan and options.watch:
        raise DocumentsError(
            "--plan says what a run would do, --watch does it at once: give one of them."
        )
    alone = {
        "--verify": options.verify is not None,
        "--repair": options.repair is not None,
        "--remove": bool(options.remove),
        "--store": options.store is not None,
    }
    others = {
        "the folder": options.folder is not None,
        "--watch": options.watch,
        "--again": bool(options.again),
        "--keep-missing": options.keep_missing,
    }
    for job in (name for name, given in alone.items() if given):
        for other in (name for name, given in (alone | others).items() if given and name != job):
            raise DocumentsError(f"{job} works on the index alone: leave out {other}.")
    if options.watch and options.again:
        raise DocumentsError(
            "--watch reads what changes, --again what did not: give --again first, by itself."
        )


def _folder(given: str) -> Path:
    """Raises ArgumentTypeError for "", which a path takes for the folder one stands in."""
    if not given.strip():
        raise argparse.ArgumentTypeError(
            'the name is empty: is the variable that should hold it set? "." is this folder'
        )
    return Path(given)


def _index(given: str) -> str:
    """Raises ArgumentTypeError for "", which would stand for every index."""
    if not given.strip():
        raise argparse.ArgumentTypeError(
            "the name is empty: is the variable that should hold it set? Without a name every"
            " index is meant"
        )
    return given

"""``python -m rag_app log``: what was asked last, and what was said of it.

``log --reviewed FILE.jsonl`` writes what was judged on the chat's page of review as questions that
``python -m rag_app.evaluate`` asks; of the conversations of all users.
"""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from rag_app.command import counted, flat, usage
from rag_app.errors import DocumentsError, LogError, RagError
from rag_app.log import open_log
from rag_app.review import LeftOut, question_file
from rag_app.settings import Settings, load_settings
from rag_app.values import Exchange
from rag_app.whole_file import write_whole

_LATEST = 50
_WHY: dict[LeftOut, str] = {
    "unexpected": "judged wrong, without what would have been right",
    "narrowed": "asked over a part of the index",
    "filtered": "withheld by the content filter",
}


def main(arguments: list[str]) -> int:
    """Run the command; its exit code: 0, or 2 after an error that the user can mend."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.replace and options.reviewed is None:
        parser.error("--replace goes with --reviewed")
    try:
        settings = load_settings()
        if options.reviewed is not None:
            _write(options.reviewed, options.index, settings, replaces=options.replace)
        else:
            for exchange in reversed(open_log(settings).latest(_LATEST)):
                sys.stdout.write(_as_json(exchange) if options.json else _as_text(exchange))
    except RagError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    return 0


def _as_json(exchange: Exchange) -> str:
    return json.dumps(asdict(exchange), ensure_ascii=False) + "\n"


def _as_text(exchange: Exchange) -> str:
    when = datetime.fromtimestamp(exchange.asked).strftime("%Y-%m-%d %H:%M")
    said = exchange.answer.text if exchange.answer else f"({exchange.state}) {exchange.note}"
    rated = {1: " +", 0: " -"}.get(-1 if exchange.rating is None else exchange.rating, "")
    judged = f" ({exchange.verdict})" if exchange.verdict else ""
    return (
        f"{exchange.id:6} {when} {exchange.index}{rated}{judged}  {flat(exchange.question, 80)}\n"
        f"       {flat(said, 100)}\n"
    )


def _write(path: Path, index: str, settings: Settings, *, replaces: bool) -> None:
    made = question_file(open_log(settings).listed("reviewed", None), index)
    left_out = "".join(f"  left out: {count} {_WHY[why]}\n" for why, count in made.left_out.items())
    if not made.count:
        raise LogError(
            f"No answer over index {index!r} was judged so that it makes a question; {path} is not"
            f" written. Judge answers on the chat's page of review, or name an index (--index).\n"
            f"{left_out}".rstrip()
        )
    _keep(path, made.text, replaces=replaces)
    sys.stdout.write(f"{path}: {counted(made.count, 'question')} of index {index!r}\n{left_out}")


def _keep(path: Path, text: str, *, replaces: bool) -> None:
    """Write a file that is whole or not there. Raises DocumentsError naming it."""
    try:
        if not replaces:
            path.touch(exist_ok=False)  # whoever comes at the same moment is told too
        try:
            write_whole(path, text.encode())
        except OSError:
            if not replaces:
                path.unlink(missing_ok=True)
            raise
    except FileExistsError as error:
        raise DocumentsError(
            f"{path} is there already. Name another file, or give --replace to write it anew."
        ) from error
    except OSError as error:
        raise DocumentsError(
            f"{path} cannot be written ({error.strerror}). Free space, give yourself the right to"
            " write there, or name another file."
        ) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rag_app log", description=usage(__doc__))
    parser.add_argument(
        "--json", action="store_true", help="print the log as JSON, a line for each"
    )
    parser.add_argument(
        "--reviewed", type=Path, metavar="FILE", help="write the judged answers as questions"
    )
    parser.add_argument(
        "--index", default="default", help="with --reviewed: of which index (default: default)"
    )
    parser.add_argument(
        "--replace", action="store_true", help="with --reviewed: write FILE anew if it is there"
    )
    return parser

"""What every command shares: how it says things, and how it ends."""

import os
import signal
import sys
from collections.abc import Callable
from typing import NoReturn


def usage(docstring: str | None) -> str:
    """A module's docstring for ``--help``, with the quotation marks of a terminal."""
    return (docstring or "").replace("``", "'")


def counted(count: int, noun: str) -> str:
    """Such as "1 document" and "2 documents"; for nouns whose plural adds an s."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def end(main: Callable[[], int]) -> NoReturn:
    """Run a command and leave with its exit code, quietly where its reader left (``| head``)."""
    code: int | str | None
    try:
        try:
            code = main()
        except SystemExit as ended:  # argparse, which has written its help
            code = ended.code
        sys.stdout.flush()
    except BrokenPipeError:
        # What is not written yet would be tried once more, and complained of, at the very end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 128 + signal.SIGPIPE
    sys.exit(code)

"""What every command shares: how it says things, and how it ends."""

import errno
import io
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def usage(docstring: str | None) -> str:
    """A module's docstring for ``--help``, with the quotation marks of a terminal."""
    return (docstring or "").replace("``", "'")


def counted(count: int, noun: str) -> str:
    """Such as "1 document" and "2 documents"; for nouns whose plural adds an s."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def flat(text: str, most: int) -> str:
    """``text`` on one line, no control characters, cut to ``most`` characters."""
    line = "".join(char if char.isprintable() else " " for char in " ".join(text.split()))
    return line if len(line) <= most else line[: most - 1] + "…"


def end(main: Callable[[], int]) -> NoReturn:
    """Run a command and leave with its exit code, quietly where its reader left (``| head``).

    2 where what it says finds no room, 130 after Ctrl-C.
    """
    _open_streams()
    code: int | str | None
    try:
        try:
            code = main()
        except SystemExit as ended:  # argparse, which has written its help
            code = ended.code
        except KeyboardInterrupt:
            sys.stderr.write("\nStopped.\n")
            code = 128 + signal.SIGINT
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_output()
        code = 128 + signal.SIGPIPE
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        _discard_output()
        sys.stderr.write(f"error: the output cannot be written ({error.strerror}).\n")
        code = 2
    sys.exit(code)


def _open_streams() -> None:
    """Make each stream one that takes any text: one may be closed, or of a poor encoding."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
        elif mode == "w" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _discard_output() -> None:
    """What is not written yet would be tried once more, and complained of, at the very end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

"""Converted models on disk: made once, whole or not at all, safe to delete."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag_app.errors import CacheNotWritten


def made_once(home: Path, mark: str, make: Callable[[Path], None]) -> Path:
    """The folder ``home``, filled by ``make`` unless its file ``mark`` is there.

    ``make`` is given an empty folder, which becomes ``home`` in one step. Raises CacheNotWritten
    where the disk is full or may not be written, and what ``make`` raises of its own.
    """
    if (home / mark).exists():
        return home
    with named_errors(home):
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.parent, prefix="making-") as temporary:
            made = Path(temporary) / "model"
            made.mkdir()
            make(made)
            if not (made / mark).exists():
                raise OSError(f"{mark} was not written")
            # Renamed last: a folder that is there is whole. Two processes may convert at once;
            # the second rename fails on the first one's folder, which is as good.
            try:
                made.rename(home)
            except OSError:
                if not (home / mark).exists():
                    raise
    return home


def save_network(network: Any, path: Path) -> None:  # noqa: ANN401 -- openvino ships no types
    """Write an OpenVINO network as it is. Raises OSError where it finds no room."""
    import openvino

    try:
        openvino.save_model(network, path, compress_to_fp16=False)
    except RuntimeError as error:  # its streams do not say why they failed
        raise OSError("the disk is full or cannot be written") from error


@contextmanager
def named_errors(path: Path) -> Iterator[None]:
    """What the system raises about the cache, told as CacheNotWritten with its cure."""
    try:
        yield
    except OSError as error:
        raise CacheNotWritten(
            f"{path.parent} cannot be written ({error.strerror or error}; {_free(path)})."
            " Converted models are kept there: free space, give yourself the right to write, or"
            " set RAG_CACHE_DIR to another folder; then run the same command again."
        ) from error


def _free(path: Path) -> str:
    known = next(parent for parent in path.absolute().parents if parent.exists())
    rights = "" if os.access(known, os.W_OK) else ", not writable"
    return f"{shutil.disk_usage(known).free / 1e6:,.0f} MB are free{rights}"

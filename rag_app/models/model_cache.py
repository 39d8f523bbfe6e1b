"""Converted models on disk: made once, whole or not at all, safe to delete."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from rag_app.errors import CacheNotWritten

_SIZES = "sizes.json"  # of the other files, by name: a power cut leaves files short


def made_once(home: Path, mark: str, make: Callable[[Path], None]) -> Path:
    """The folder ``home``, filled by ``make`` unless it is there, whole.

    ``make`` writes the file ``mark`` among others into an empty folder, which becomes ``home`` in
    one step. Raises CacheNotWritten where the disk is full or may not be written, and what
    ``make`` raises of its own.
    """
    if _is_whole(home):
        return home
    with named_errors(home):
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.parent, prefix="making-") as temporary:
            made = Path(temporary) / "model"
            made.mkdir()
            make(made)
            if not (made / mark).exists():
                raise OSError(f"{mark} was not written")
            sizes = {path.name: path.stat().st_size for path in made.iterdir()}
            (made / _SIZES).write_text(json.dumps(sizes), encoding="utf-8")
            # Two processes may convert at once; the later one's rename fails on the other's
            # folder, which is as good. One that is not whole has to go.
            if not _is_whole(home):
                with suppress(FileNotFoundError):
                    home.rename(Path(temporary) / "broken")
            try:
                made.rename(home)
            except OSError:
                if not _is_whole(home):
                    raise
    return home


def _is_whole(home: Path) -> bool:
    try:
        kept = json.loads((home / _SIZES).read_text(encoding="utf-8"))
        return all((home / name).stat().st_size == size for name, size in kept.items())
    except (OSError, ValueError, AttributeError):
        return False


def save_network(network: Any, path: Path) -> None:  # noqa: ANN401 -- openvino ships no types
    """Write an OpenVINO network as it is. Raises OSError where it finds no room."""
    import openvino

    try:
        openvino.save_model(network, path, compress_to_fp16=False)
    except RuntimeError as error:  # its streams do not say why they failed
        raise OSError("the disk is full or cannot be written") from error


def quiet_transformers() -> None:
    """No reports or bars of the transformers library while it reads weights: they say nothing."""
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()


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

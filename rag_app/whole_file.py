"""Files that are written whole or not at all, whatever ends the writing."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, data: bytes | memoryview) -> None:
    """Put ``data`` in place of what lay at ``path``, in one step, for its user's eyes alone.

    Two writers at once each write a file of their own, and the later one's stays. Raises OSError;
    then what lay there is untouched.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".new")
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        with suppress(OSError):
            fresh.unlink()  # on a full disk its bytes are wanted
        raise

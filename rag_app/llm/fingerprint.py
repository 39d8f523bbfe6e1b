"""The SHA-256 of large files, computed once for each version of a file."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from rag_app.whole_file import write_whole


def file_sha256(path: Path, cache_dir: Path) -> str:
    """Hex SHA-256 of the file's bytes.

    Kept in the cache folder under the file's path, size and time of change, since gigabytes
    take seconds to read.
    """
    stat = path.stat()
    identity = [str(path.resolve()), stat.st_size, stat.st_mtime_ns]
    key = hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:32]
    note = cache_dir / "llm" / "hashes" / key
    try:
        return note.read_text(encoding="ascii")
    except (FileNotFoundError, NotADirectoryError):
        pass
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    with suppress(OSError):  # a full disk: it is computed again the next time
        note.parent.mkdir(parents=True, exist_ok=True)
        write_whole(note, digest.encode())
    return digest

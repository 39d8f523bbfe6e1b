"""Where indexes stand, and which names they may have."""

import json
import os
import re
from pathlib import Path

from rag_app.errors import SettingError
from rag_app.settings import Settings
from rag_app.store.schema import DATABASE_FILE, ROOTS_FILE
from rag_app.whole_file import write_whole

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def index_folder(settings: Settings, name: str) -> Path:
    """The folder of the index ``name``, which need not exist. Raises SettingError."""
    if not _NAME.fullmatch(name):
        raise SettingError(
            f"{name!r} cannot name an index: use letters, digits, '.', '_' and '-', at most 64."
        )
    return settings.indexes_dir.expanduser().absolute() / name


def index_names(settings: Settings) -> list[str]:
    """The indexes that are there, by name; a folder that no index can be named after is none."""
    folder = settings.indexes_dir.expanduser()
    names = (path.parent.name for path in folder.glob(f"*/{DATABASE_FILE}"))
    return sorted(name for name in names if _NAME.fullmatch(name))


def how_to_mend(index: str) -> str:
    """The command that mends an index, as an error or a report names it; no full stop."""
    return f"Mend it: python -m ingest --repair {index}"


def own_places(settings: Settings, root: Path) -> tuple[Path, ...]:
    """What no run over the real folder ``root`` may read, by real paths: it is no document.

    Beside the indexes lie accounts, conversations and the key that signs sessions. Where
    ``root`` lies inside such a place it was meant: uploads are kept in their index's folder.
    """
    places = (real_folder(settings.indexes_dir), real_folder(settings.cache_dir))
    return tuple(place for place in places if place not in root.parents)


def make_folder(folder: Path) -> None:
    """An index's folder, for its user's eyes alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.stat().st_mode & 0o077 and folder.stat().st_uid == os.getuid():
        folder.chmod(0o700)


def create(path: Path) -> int:
    """A handle to write the file anew, for its user's eyes alone whatever the umask."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)


def real_folder(path: Path | str) -> Path:
    """The folder itself: two spellings of one, by "..", "~" or a link, give the same path."""
    return Path(os.path.realpath(Path(path).expanduser()))


def note_root(folder: Path, root: Path) -> None:
    """Keep beside the index which folder it is made of, for the day its database is lost."""
    known = noted_roots(folder)
    if str(root) not in known:
        text = "\n".join(map(json.dumps, [*known, str(root)])) + "\n"
        write_whole(folder / ROOTS_FILE, text.encode())


def noted_roots(folder: Path) -> list[str]:
    """The folders that the index is made of, by their real paths, oldest first."""
    try:
        lines = (folder / ROOTS_FILE).read_text(encoding="utf-8").splitlines()
        return list(dict.fromkeys(str(real_folder(str(json.loads(line)))) for line in lines))
    except (OSError, ValueError):
        return []

"""Where indexes stand, and which names they may have."""

import re
from pathlib import Path

from rag_app.errors import SettingError
from rag_app.settings import Settings
from rag_app.store.schema import DATABASE_FILE

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def index_folder(settings: Settings, name: str) -> Path:
    """The folder of the index ``name``, which need not exist. Raises SettingError."""
    if not _NAME.fullmatch(name):
        raise SettingError(
            f"{name!r} cannot name an index: use letters, digits, '.', '_' and '-', at most 64."
        )
    return settings.indexes_dir.expanduser().absolute() / name


def index_names(settings: Settings) -> list[str]:
    """The indexes that are there, by name."""
    folder = settings.indexes_dir.expanduser()
    return sorted(path.parent.name for path in folder.glob(f"*/{DATABASE_FILE}"))

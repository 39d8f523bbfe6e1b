"""What the words of a question are called in documents: a question's jargon, spelled out.

"PPNE" stands in no annual report, "property, plant and equipment" does; who asks for a margin
needs the statement of income. Entries of either language name the other's words too, so that a
question in one finds documents in the other.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rag_app.errors import SettingError
from rag_app.settings import Settings

_PACKAGED = Path(__file__).parent / "glossary.toml"


@dataclass(frozen=True)
class Expansion:
    """What the glossary says of a question."""

    meanings: tuple[str, ...] = ()  # the documents' words, for each of its terms that is known
    in_figures: bool = False  # whether figures are what answers it


@dataclass(frozen=True)
class _Entry:
    asked: re.Pattern[str]
    means: str
    in_figures: bool


def expand(question: str, settings: Settings) -> Expansion:
    """What the glossary adds to a question; nothing where it knows none of its terms.

    Raises SettingError where RAG_GLOSSARY names a file that is none.
    """
    entries = _read(_PACKAGED, 0)
    if settings.glossary is not None:
        path = settings.glossary.expanduser()
        entries += _read(path, path.stat().st_mtime_ns if path.exists() else 0)
    known = [entry for entry in entries if entry.asked.search(question)]
    meanings = tuple(dict.fromkeys(entry.means for entry in known))
    return Expansion(meanings, any(entry.in_figures for entry in known))


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> tuple[_Entry, ...]:
    try:
        with path.open("rb") as file:
            entries = tomllib.load(file).get("entry", [])
        return tuple(
            _Entry(_any_of(entry["asked"]), str(entry["means"]), bool(entry.get("figures", False)))
            for entry in entries
        )
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise SettingError(
            f"RAG_GLOSSARY: {path} cannot be read ({error}). Each entry is a table [[entry]]"
            ' with asked = ["term", …] and means = "the words of the documents", and with'
            " figures = true where figures answer."
        ) from error


def _any_of(terms: list[str]) -> re.Pattern[str]:
    """Any of the terms as whole words, in the plural too."""
    either = "|".join(re.escape(term) for term in terms)
    return re.compile(rf"(?i)(?<!\w)(?:{either})(?:e?s)?(?!\w)")

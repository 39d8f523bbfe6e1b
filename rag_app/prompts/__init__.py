"""Prompts: each a versioned TOML file with a comment on what it is for.

A file names its version; what was asked of a model is told by name, version and hash.
"""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rag_app.errors import SettingError
from rag_app.language import Language

_FOLDER = Path(__file__).parent
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_ALLOWED = frozenset({"context", "question"})


@dataclass(frozen=True)
class Prompt:
    """A system message, examples, and a user message with {context} and {question} to fill."""

    name: str
    version: str
    sha256: str  # of the file
    system: str  # "" for none
    user: str
    passage: str  # how one passage is shown: {number}, {source} and {text}
    examples: tuple[tuple[str, str, str], ...]  # passage, question, answer


@lru_cache
def load_prompt(name: str, language: Language) -> Prompt:
    """The prompt ``name`` in ``language``. Raises SettingError on a file that cannot be used."""
    path = _FOLDER / f"{name}.{language}.toml"
    try:
        data = path.read_bytes()
        fields = tomllib.loads(data.decode("utf-8"))
        prompt = Prompt(
            name=f"{name}.{language}",
            version=fields["version"],
            sha256=hashlib.sha256(data).hexdigest(),
            system=fields["system"].strip(),
            user=fields["user"].strip(),
            passage=fields["passage"].strip(),
            examples=tuple(
                (example["passage"], example["question"], example["answer"])
                for example in fields.get("examples", ())
            ),
        )
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"Prompt file {path} cannot be used: {error}.") from error
    unknown = set(_PLACEHOLDER.findall(prompt.system + prompt.user)) - _ALLOWED
    if unknown:
        raise SettingError(f"Prompt file {path} has unknown placeholders: {sorted(unknown)}.")
    return prompt


@lru_cache
def prompts_sha256() -> str:
    """The SHA-256 of all prompt files together, in hexadecimal."""
    digest = hashlib.sha256()
    for path in sorted(_FOLDER.glob("*.toml")):
        digest.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()

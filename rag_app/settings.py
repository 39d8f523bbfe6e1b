"""Every setting of the product: environment ``RAG_*`` over ``rag.toml`` over these defaults."""

import difflib
import logging
import os
import re
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from rag_app.errors import SettingError

_BESIDE = ("RAG_OPENAI_API_KEY", "RAG_VECTOR_STORE_KEY")  # read from the environment alone
_TOML = "rag.toml"
_MOST_SECONDS = 31_536_000  # a year; the system's own waits end not far beyond
_MOST_THREADS = 1024  # more than the cores of the largest machines of two sockets
_FILTER = re.compile(r"mask|refuse|[\w.]+:\w+|")

log = logging.getLogger(__name__)

_PROJECT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """One frozen set of settings, read once where a command or the UI starts."""

    model_config = SettingsConfigDict(
        env_prefix="RAG_", toml_file=_TOML, frozen=True, extra="ignore"
    )

    # Places
    indexes_dir: Path = Field(_PROJECT / "indexes", description="folder that holds the indexes")
    cache_dir: Path = Field(
        Path.home() / ".cache" / "rag-app", description="converted models; safe to delete"
    )

    # Models
    embedder: str = Field(
        "packaged", description="`packaged`, or a sentence-transformers name or folder"
    )
    llm: str = Field(
        "packaged",
        description="`packaged`, `gguf:PATH`, `hf:NAME-or-folder?quantize=int8&adapter=FOLDER`,"
        " `openai:URL#MODEL`",
    )
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="where models run")
    threads: int = Field(
        0,
        ge=0,
        le=_MOST_THREADS,
        description="CPU threads for models, at most 1,024; 0 means all cores",
    )

    # Ingestion
    pdf_reader: Literal["pypdfium2", "pypdf"] = Field("pypdfium2", description="PDF library")
    chunk_tokens: int = Field(
        160, ge=32, le=8192, description="largest chunk, in the embedder's tokens"
    )
    max_file_mb: float = Field(256, gt=0, description="larger files are not read")
    max_pages: int = Field(20_000, gt=0, description="longer documents are not read")
    max_characters: int = Field(
        50_000_000, gt=0, description="documents with more text are not read"
    )
    pdf_passwords: list[SecretStr] = Field(
        default_factory=list,
        description='tried on each locked PDF, such as `["one", "another"]`',
    )
    parse_stall_s: float = Field(
        60,
        gt=0,
        le=_MOST_SECONDS,
        description="longest time without a new page or row while one file is parsed",
    )
    parse_timeout_s: float = Field(
        600, gt=0, le=_MOST_SECONDS, description="longest time to parse one file"
    )
    parse_memory_mb: int = Field(2048, ge=256, description="most memory to parse one file")
    draw_timeout_s: float = Field(
        15, gt=0, le=_MOST_SECONDS, description="longest time to draw one page of a PDF, in seconds"
    )
    community_loaders: dict[str, str] = Field(
        default_factory=dict,
        description="suffix to langchain-community loader class, such as"
        ' `{".eml": "UnstructuredEmailLoader"}`',
    )

    # Retrieval
    passages: int = Field(8, ge=1, le=100, description="passages retrieved for an answer")
    reranker: str = Field(
        "", description="a cross-encoder's sentence-transformers name or folder; none if empty"
    )
    glossary: Path | None = Field(
        None,
        description="TOML file of terms beside those in `rag_app/question/glossary.toml`",
    )

    # Answering
    answerer: Literal["auto", "llm", "extractive"] = Field(
        "auto",
        description="`auto`: the model's sentences where the documents support them, else a"
        " quotation (always with quotations, and in English alone, for the packaged model);"
        " `llm`: the model's sentences alone; `extractive`: quotations alone",
    )
    evidence_tokens: int = Field(
        0,
        ge=0,
        description="budget of the numbered passages in the prompt, in the embedder's tokens;"
        " 0: what suits the model (64 for the packaged one, 1,200 for others)",
    )
    answer_tokens: int = Field(64, ge=8, description="longest answer, in tokens")
    min_support: float = Field(
        0.5, ge=0, le=1, description="below this support the answer is an abstention"
    )
    unsupported: Literal["drop", "mark"] = Field(
        "drop",
        description="sentences of the model that the documents do not bear out: left out, or shown"
        " as unverified",
    )
    log: bool = Field(
        True,
        description="whether exchanges are kept on disk, in `log.sqlite` beside the indexes",
    )
    cache: bool = Field(
        True,
        description="whether an equal question over an unchanged index is answered again"
        " from the log",
    )
    max_waiting: int = Field(
        16, ge=0, description="questions that may wait for the model; one more is refused"
    )
    model_stall_s: float = Field(
        300,
        gt=0,
        le=_MOST_SECONDS,
        description="a model silent for longer, in seconds, is ended and started anew",
    )
    content_filter: str = Field(
        "",
        description="`mask` or `refuse` personal data and abuse in questions and answers, or"
        " `module:object` with a filter of your own; nothing is filtered if empty",
    )
    max_question_chars: int = Field(2000, ge=1, description="longer questions are refused")

    # The chat's server
    sign_in: Literal["", "local", "oidc"] = Field(
        "",
        description="who may use the chat: this machine's users alone, who has a local account, or"
        " whom an OpenID Connect provider knows",
    )
    sign_in_allow: list[str] = Field(
        default_factory=list,
        description='with `oidc`, whose addresses may enter, such as `["ana@example.org",'
        ' "@example.org"]`; everyone whom the provider knows if empty',
    )

    @field_validator("indexes_dir", "cache_dir", mode="before")
    @classmethod
    def _is_named(cls, given: object) -> object:
        """Raises ValueError for "", which a path takes for the folder one stands in."""
        if given == "":
            raise ValueError("It is empty. Name a folder, or leave it out.")
        return given

    @field_validator("glossary", mode="before")
    @classmethod
    def _none_if_empty(cls, given: object) -> object:
        return None if given == "" else given

    @field_validator("content_filter")
    @classmethod
    def _is_a_filter(cls, given: str) -> str:
        """Raises ValueError for what names no filter."""
        if not _FILTER.fullmatch(given):
            raise ValueError("It is 'mask', 'refuse' or 'module:object'; none if empty.")
        return given

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments over environment over ``rag.toml``."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment and ``rag.toml``; ``overrides`` win.

    Raises SettingError naming each setting that cannot be used.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        faults = "; ".join(
            f"RAG_{str(fault['loc'][0]).upper()}{_within(fault['loc'][1:])}: "
            + fault["msg"].removeprefix("Value error, ").rstrip(".")
            for fault in error.errors()
        )
        raise SettingError(f"Settings cannot be used. {faults}.") from error
    except SettingsError as error:  # a list or a table in the environment that is no JSON
        named = re.search(r'field "(\w+)"', str(error))
        name = f"RAG_{named.group(1).upper()}" if named else "A setting"
        raise SettingError(
            f'{name} cannot be used: its value is no JSON, such as ["a", "b"] or {{"a": "b"}}.'
        ) from error
    except ValueError as error:
        raise SettingError(f"rag.toml cannot be read: {error}.") from error


def _within(place: tuple[int | str, ...]) -> str:
    """Where in a list or a table the fault is, such as " (at .eml)"; "" for the whole value."""
    return f" (at {', '.join(map(str, place))})" if place else ""


def strange_settings() -> list[str]:
    """What is set but is no setting, each with the setting that is nearest to it.

    Raises ValueError or OSError where ``rag.toml`` cannot be read.
    """
    in_toml = list(Settings.model_fields)
    known = [f"RAG_{name.upper()}" for name in in_toml] + [*_BESIDE]
    names = sorted(n for n in os.environ if n.startswith("RAG_") and n not in known)
    strange = [_strange(name, name, known) for name in names]
    if Path(_TOML).exists():
        held = tomllib.loads(Path(_TOML).read_text(encoding="utf-8"))
        names = sorted(name for name in held if name not in in_toml)
        strange += [_strange(name, f"{name} in {_TOML}", in_toml) for name in names]
    return strange


def warn_of_strange_settings() -> None:
    """Log a line for each of them: what is misspelt would change nothing, and say nothing."""
    try:
        strange = strange_settings()
    except (OSError, ValueError):  # told where the settings are loaded
        return
    for said in strange:
        log.warning("%s", said)


def _strange(name: str, shown: str, known: list[str]) -> str:
    bare = {setting.removeprefix("RAG_"): setting for setting in known}
    near = difflib.get_close_matches(name.removeprefix("RAG_"), bare, 1)
    cure = f" The nearest is {bare[near[0]]}." if near else " README.md lists every setting."
    return f"{shown} is no setting: a slip of the pen?{cure}"

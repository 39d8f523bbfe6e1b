"""All that an answer depends on, as one text and its hash.

Equal identities make equal answers: the cache goes by the hash, and a replay says which part
differs where an answer is not the same again.
"""

import hashlib
import json
from datetime import datetime
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rag_app.embedding import load_embedder
from rag_app.errors import ModelNotFound
from rag_app.llm.spec import parse_spec
from rag_app.models.sentence_reader import reader_sha256
from rag_app.prompts import prompts_sha256
from rag_app.settings import Settings
from rag_app.store.reader import open_index
from rag_app.values import Request, Scope

# Settings that change what is answered; the others change where, how fast and for whom.
DECISIVE = (
    "answer_tokens", "answerer", "content_filter", "evidence_tokens", "glossary", "llm",
    "min_support", "passages", "reranker", "unsupported",
)  # fmt: skip


def identify(request: Request, settings: Settings) -> str:
    """The identity as JSON with sorted keys. Raises StoreError, EmbedderMismatch, SettingError."""
    embedder = load_embedder(settings)
    reader = open_index(request.index, settings)
    scope = request.scope
    parts = {
        "question": request.question,
        "history": list(request.history),
        "index": request.index,
        "commit": reader.database.commit_number(),
        "contents": reader.contents_sha256(),
        "scope": None
        if scope is None
        else {
            "sources": scope.sources,
            "pages": scope.pages,
            "modified_after": scope.modified_after and scope.modified_after.isoformat(),
        },
        "embedder": f"{embedder.identity.name} {embedder.identity.sha256} {embedder.precision}",
        "reader": reader_sha256(),
        "model": _model(settings),
        "prompts": prompts_sha256(),
        "glossary": _glossary(settings),
        "settings": {name: str(getattr(settings, name)) for name in DECISIVE},
        "version": _version(),
        "code": _code_sha256(),
    }
    return json.dumps(parts, sort_keys=True, ensure_ascii=False)


def scope_in(identity: str) -> Scope | None:
    """What was asked over, as an identity tells; None for the whole index, or where it is ""."""
    try:
        kept = json.loads(identity or "{}").get("scope")
    except ValueError:  # a torn row of the log
        return None
    if not kept:
        return None
    sources, pages, after = (kept.get(name) for name in ("sources", "pages", "modified_after"))
    return Scope(
        sources=None if sources is None else tuple(sources),
        pages=tuple(pages) if pages else None,
        modified_after=datetime.fromisoformat(after) if after else None,
    )


def key_of(identity: str) -> str:
    """The identity's SHA-256, in hexadecimal."""
    return hashlib.sha256(identity.encode()).hexdigest()


def differences(before: str, now: str) -> list[str]:
    """Which parts of two identities differ, as "part: before -> now"."""
    old, new = json.loads(before or "{}"), json.loads(now or "{}")
    return [
        f"{part}: {_short(old.get(part))} -> {_short(new.get(part))}"
        for part in sorted(old.keys() | new.keys())
        if old.get(part) != new.get(part)
    ]


def _model(settings: Settings) -> str:
    """A model's file by its size and time too, so that another in its place is another model."""
    spec = parse_spec(settings.llm)
    if spec.kind != "gguf" and not spec.adapter:
        return settings.llm
    from rag_app.llm.adapter import adapter_file
    from rag_app.llm.gguf import gguf_path

    try:
        status = (adapter_file if spec.adapter else gguf_path)(spec).stat()
    except (ModelNotFound, OSError):  # told when it is asked, if it is
        return settings.llm
    return f"{settings.llm} {status.st_size} {status.st_mtime_ns}"


def _glossary(settings: Settings) -> str:
    """The SHA-256 of the user's glossary as it is now; "" where there is none."""
    if settings.glossary is None:
        return ""
    try:
        return hashlib.sha256(settings.glossary.expanduser().read_bytes()).hexdigest()
    except OSError:  # told when it is read
        return ""


@lru_cache
def _version() -> str:
    try:
        return version("rag-app")
    except PackageNotFoundError:
        return ""


@lru_cache
def _code_sha256() -> str:
    """Of this package's own files: after an upgrade, no answer of the version before serves."""
    home = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted([*home.rglob("*.py"), *home.rglob("*.toml")]):
        digest.update(path.relative_to(home).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."

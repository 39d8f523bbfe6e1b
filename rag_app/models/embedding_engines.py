"""What runs the embedder's network: OpenVINO on the processor, sentence-transformers elsewhere.

A sentence-transformers model is converted once to OpenVINO and kept in the cache folder; after
that neither torch nor transformers is imported to embed. Each text runs through the network
alone, two at a time, never padded into a batch: a vector is then a function of its text only,
so that an index built in any order, with any interruption, holds the same vectors. On a CUDA
device, or where a model cannot be converted, sentence-transformers itself embeds in batches.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from rag_app.models.network import Network, Outputs, Row
from rag_app.sentences import Span

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class EmbeddedText:
    """A text's unit vector, shape (dimension,), and its sentences', (sentences, dimension)."""

    vector: Vectors
    sentences: Vectors | None  # None where the model pools in another way than by the mean


class EmbeddingEngine(Protocol):
    """What runs the network."""

    precision: str
    device: str
    pools_sentences: bool

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension), in input order."""
        ...

    def encode_sentences(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> list[EmbeddedText]:
        """The texts' vectors, and those of the sentences that ``spans`` names of each."""
        ...


class OpenVINOEngine:
    """The converted network, text by text."""

    device = "CPU"

    def __init__(
        self,
        network: Path,
        tokenizer: Any,  # noqa: ANN401 -- tokenizers ships no types
        max_tokens: int,
        threads: int,
    ) -> None:
        self._network = Network(network, threads)
        self.precision = self._network.precision
        self.pools_sentences = self._network.outputs > 1
        self._tokenizer = tokenizer
        self._limit = max_tokens

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See EmbeddingEngine."""
        rows = [self._row(encoding.ids) for encoding in self._tokenizer.encode_batch(list(texts))]
        return np.stack(self._network.run(rows, lambda _, outputs: _unit(outputs[0])))

    def encode_sentences(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> list[EmbeddedText]:
        """See EmbeddingEngine."""
        encodings = self._tokenizer.encode_batch(list(texts))

        def pooled(row: int, outputs: Outputs) -> EmbeddedText:
            vector = _unit(outputs[0])
            if len(outputs) == 1:
                return EmbeddedText(vector, None)
            offsets = encodings[row].offsets
            return EmbeddedText(vector, pool_sentences(outputs[1], offsets, spans[row], vector))

        return self._network.run([self._row(encoding.ids) for encoding in encodings], pooled)

    def _row(self, ids: list[int]) -> Row:
        if len(ids) > self._limit:
            ids = [*ids[: self._limit - 1], ids[-1]]  # the model's end-of-text token stays
        tokens = np.array([ids], np.int64)
        return tokens, np.ones_like(tokens)


class TorchEngine:
    """sentence-transformers itself, in bf16 where the device has it; batches sorted by length."""

    def __init__(self, folder: Path, device: str, tokenizer: Any) -> None:  # noqa: ANN401
        import torch
        from sentence_transformers import SentenceTransformer

        has_bf16 = torch.cuda.is_bf16_supported() if device == "cuda" else _cpu_has_bf16()
        dtype = torch.bfloat16 if has_bf16 else torch.float32
        self.precision = "bf16" if has_bf16 else "f32"
        self.device = device
        self._model = SentenceTransformer(
            str(folder),
            device=device,
            trust_remote_code=False,
            model_kwargs={"torch_dtype": dtype, "use_safetensors": True},
        )
        self._tokenizer = tokenizer
        self.pools_sentences = pools_by_mean(self._model)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See EmbeddingEngine."""
        vectors = self._model.encode(
            list(texts), batch_size=64, convert_to_numpy=True, normalize_embeddings=True
        )
        return np.asarray(vectors, np.float32)

    def encode_sentences(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> list[EmbeddedText]:
        """See EmbeddingEngine."""
        if not self.pools_sentences:
            return [EmbeddedText(vector, None) for vector in self.encode(texts)]
        encodings = self._tokenizer.encode_batch(list(texts))
        embedded = []
        rows: Any = self._model.encode(list(texts), batch_size=64, output_value=None)
        for row, encoding, own in zip(rows, encodings, spans, strict=True):
            vector = _unit(row["sentence_embedding"].float().cpu().numpy())
            states = row["token_embeddings"][row["attention_mask"].bool()].float().cpu().numpy()
            sentences = pool_sentences(states, encoding.offsets, own, vector)
            embedded.append(EmbeddedText(vector, sentences))
        return embedded


def pool_sentences(
    states: npt.NDArray[np.float32],
    offsets: Sequence[Span],
    spans: Sequence[Span],
    vector: Vectors,
) -> Vectors:
    """The mean of each span's tokens, as unit vectors, shape (len(spans), dimension).

    ``states`` has the network's last layer, (tokens, dimension), and ``offsets`` says where in the
    text the tokens stand, special ones nowhere. The last token read ends the text, whether or not
    that was cut. A span without a token has the text's own ``vector``.
    """
    read = min(len(offsets), len(states) - 1)
    places = np.array(offsets[:read], np.int64).reshape(-1, 2)
    pooled = []
    for start, end in spans:
        own = (places[:, 0] < end) & (places[:, 1] > start) & (places[:, 1] > places[:, 0])
        pooled.append(_unit(states[:read][own].mean(axis=0)) if own.any() else vector)
    return np.array(pooled, np.float32).reshape(-1, states.shape[1])


def pools_by_mean(model: Any) -> bool:  # noqa: ANN401
    """Whether a sentence-transformers model's vector is the mean of its tokens', and no more."""
    modules = {type(module).__name__: module for module in model}
    pooling = modules.get("Pooling")
    mode = getattr(pooling, "pooling_mode", None)
    return mode == "mean" and set(modules) <= {"Transformer", "Pooling", "Normalize"}


def _unit(vector: npt.NDArray[np.float32]) -> Vectors:
    """A copy, as long as 1."""
    length = max(float(np.linalg.norm(vector)), 1e-12)
    return (vector / length).astype(np.float32, copy=False)


def _cpu_has_bf16() -> bool:
    import openvino

    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")

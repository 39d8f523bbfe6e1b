"""A small cross-encoder that reads a question with one sentence and says whether it answers.

It is the packaged all-MiniLM-L6-v2 with a low-rank adapter (LoRA, Hu et al. 2021) that this
project trained (``models/README.md``), merged and converted once, and kept in the cache folder.
A cosine tells what a sentence is about; whether it holds what was asked for, only reading both
together can tell.
"""

import hashlib
import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag_app.embedding import packaged_model
from rag_app.models.model_cache import made_once, quiet_transformers, save_network
from rag_app.models.network import Network, Row
from rag_app.settings import Settings

SCALE = 2.0  # of the adapter's product, in training as here
_NETWORK = "model.xml"
ADAPTER = Path(__file__).parent / "sentence_reader.safetensors"

# Tokens that are read of each part.
_QUESTION, _BEFORE, _SENTENCE = 48, 32, 96

_loading = threading.Lock()  # who comes meanwhile waits, and loads no second one


def load_sentence_reader(settings: Settings) -> "SentenceReader":
    """The reader, loaded once a process. Raises ModelNotFound or CacheNotWritten."""
    with _loading:
        return _load(settings.threads, settings.cache_dir)


@lru_cache
def reader_sha256() -> str:
    """The SHA-256 of the reader's adapter, in hexadecimal."""
    return hashlib.sha256(ADAPTER.read_bytes()).hexdigest()


@dataclass(frozen=True)
class Candidate:
    """A sentence that may answer."""

    text: str
    before: str  # the sentence before it, or the headings above it: what "it" stands for


class SentenceReader:
    """Scores sentences for a question."""

    def __init__(self, network: Network, tokenizer: Any) -> None:  # noqa: ANN401 -- tokenizers ships no types
        self._network = network
        self._tokenizer = tokenizer

    def read(self, question: str, candidates: Sequence[Candidate]) -> npt.NDArray[np.float32]:
        """The log-odds that each candidate answers, shape (len(candidates),)."""
        asked = self._ids(question)
        rows = [pair(asked, self._ids(c.before), self._ids(c.text)) for c in candidates]
        return np.array(self._network.run(rows, lambda _, out: out[0].item()), np.float32)

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids


def pair(question: list[int], before: list[int], sentence: list[int]) -> Row:
    """Token ids and segment ids: question and what comes before are 0, the sentence 1.

    Of what is too long, the question's and the sentence's first tokens count, and the last ones
    before the sentence.
    """
    start, separator = 101, 102  # [CLS] and [SEP] of BERT's vocabulary
    first = [start, *question[:_QUESTION], separator, *before[-_BEFORE:], separator]
    second = [*sentence[:_SENTENCE], separator]
    return (
        np.array([[*first, *second]], np.int64),
        np.array([[0] * len(first) + [1] * len(second)], np.int64),
    )


@lru_cache(maxsize=2)
def _load(threads: int, cache_dir: Path) -> SentenceReader:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(packaged_model() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return SentenceReader(Network(_converted(cache_dir), threads), tokenizer)


def _converted(cache_dir: Path) -> Path:
    """The merged network's file, from the cache or made now."""
    import openvino

    digest = hashlib.sha256()
    for path in (ADAPTER, packaged_model() / "model.safetensors"):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    version = openvino.__version__.split("-")[0]
    home = cache_dir / "readers" / f"{digest.hexdigest()[:16]}-openvino-{version}"
    return made_once(home, _NETWORK, _convert_into) / _NETWORK


def _convert_into(made: Path) -> None:
    import openvino
    import torch

    ids, segments = (torch.from_numpy(part) for part in pair([2000] * 9, [2001] * 5, [2002] * 12))
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # tracing warns of every Python branch
        network = openvino.convert_model(merged().eval(), example_input=(ids, segments))
    save_network(network, made / _NETWORK)


def merged() -> Any:  # noqa: ANN401
    """The reader as a torch module: the packaged weights, the adapter added, and its head."""
    import torch
    from safetensors.torch import load_file
    from transformers import BertModel

    quiet_transformers()
    weights = {name: tensor.float() for name, tensor in load_file(ADAPTER).items()}
    bert = BertModel.from_pretrained(packaged_model(), add_pooling_layer=False)
    for name in {name.rpartition(".")[0] for name in weights if name.endswith(".A")}:
        linear: Any = bert.get_submodule(name)
        linear.weight.data += SCALE * weights[f"{name}.B"] @ weights[f"{name}.A"]
    head = torch.nn.Linear(2 * bert.config.hidden_size, 1)
    head.load_state_dict({"weight": weights["head.weight"], "bias": weights["head.bias"]})
    return reader_module(bert, head)


def reader_module(bert: Any, head: Any) -> Any:  # noqa: ANN401
    """From the first token's vector and the mean of the sentence's, one number a row."""
    import torch

    class Reader(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bert, self.head = bert, head

        def forward(self, ids: torch.Tensor, segments: torch.Tensor) -> torch.Tensor:
            mask = (ids != 0).long()
            states = self.bert(
                input_ids=ids, token_type_ids=segments, attention_mask=mask
            ).last_hidden_state
            inside = (segments * mask).unsqueeze(-1).to(states.dtype)
            mean = (states * inside).sum(1) / inside.sum(1).clamp(min=1)
            scores: torch.Tensor = self.head(torch.cat([states[:, 0], mean], -1))
            return scores

    return Reader()

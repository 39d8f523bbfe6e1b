"""A sentence-transformers model as an OpenVINO network, converted once and kept.

The cache folder holds one folder a model and version; it is safe to delete.
"""

import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from rag_app.errors import ModelNotFound
from rag_app.models.embedder_identity import EmbedderIdentity
from rag_app.models.embedding_engines import pools_by_mean
from rag_app.models.model_cache import made_once, quiet_transformers, save_network

_NETWORK, _TOKENIZER, _IDENTITY = "model.xml", "tokenizer.json", "identity.json"
_VERSION = "2"  # of what is kept of a model
_MIN_COSINE = 0.999  # between converted and original vectors, in f32
_PROBES = ("A short probe.", "Uma segunda frase, um pouco mais longa, com 1.234 números.")

log = logging.getLogger(__name__)


def converted(folder: Path, sha256: str, name: str, cache_dir: Path) -> "ConvertedEmbedder":
    """The converted model, from the cache or made now (a few seconds).

    ``network`` is None where the model cannot be converted faithfully.
    Raises ModelNotFound where ``folder`` holds no sentence-transformers model, and
    CacheNotWritten.
    """
    import openvino

    version = openvino.__version__.split("-")[0]
    home = cache_dir / "embedders" / f"{sha256[:16]}-openvino-{version}-{_VERSION}"
    made_once(home, _IDENTITY, lambda made: _convert_into(made, folder, sha256, name))
    return _read(home, name)


@dataclass(frozen=True)
class ConvertedEmbedder:
    """Files of one converted model."""

    network: Path | None
    tokenizer: Path
    identity: EmbedderIdentity


def _read(home: Path, name: str) -> ConvertedEmbedder:
    network = home / _NETWORK
    identity = EmbedderIdentity.from_json((home / _IDENTITY).read_text(encoding="utf-8"))
    return ConvertedEmbedder(
        network if network.exists() else None, home / _TOKENIZER, replace(identity, name=name)
    )


def _convert_into(made: Path, folder: Path, sha256: str, name: str) -> None:
    model = _load_model(folder, name)
    _save_network(model, made / _NETWORK)
    model.tokenizer.backend_tokenizer.save(str(made / _TOKENIZER))
    identity = _identity(model, sha256, name)
    (made / _IDENTITY).write_text(identity.to_json(), encoding="utf-8")


def _load_model(folder: Path, name: str) -> Any:  # noqa: ANN401
    from sentence_transformers import SentenceTransformer

    quiet_transformers()
    try:
        return SentenceTransformer(
            str(folder),
            device="cpu",
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        ).eval()
    except (OSError, ValueError, KeyError) as error:
        raise ModelNotFound(
            f"RAG_EMBEDDER={name}: {folder} holds no sentence-transformers model with"
            f" safetensors weights ({error})."
        ) from error


def _save_network(model: Any, path: Path) -> None:  # noqa: ANN401
    """Save the converted network, unless its vectors would not be the model's own.

    Its first output is the text's vector; the second, where that is their mean, its tokens'.
    """
    import warnings

    import openvino
    import torch

    outputs = ["sentence_embedding"] + ["token_embeddings"] * pools_by_mean(model)

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(
            self, input_ids: torch.Tensor, attention_mask: torch.Tensor
        ) -> tuple[torch.Tensor, ...]:
            features = self.model({"input_ids": input_ids, "attention_mask": attention_mask})
            return tuple(features[output] for output in outputs)

    probe = torch.ones(2, 16, dtype=torch.long)
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # tracing warns of every Python branch
            network = openvino.convert_model(Network().eval(), example_input=(probe, probe))
        compiled = openvino.Core().compile_model(
            network, "CPU", {"INFERENCE_PRECISION_HINT": "f32"}
        )
        for text in _PROBES:
            ids = np.array([model.tokenizer(text)["input_ids"]], np.int64)
            mine = compiled({0: ids, 1: np.ones_like(ids)})[0][0]
            its = model.encode(text)
            cosine = float(mine @ its / (np.linalg.norm(mine) * np.linalg.norm(its)))
            if cosine < _MIN_COSINE:
                raise ValueError(f"cosine {cosine:.4f} to the original on {text!r}")
    except Exception as error:  # whatever a foreign model's graph makes the converter raise
        log.warning("This embedder runs on torch: it did not convert (%s).", error)
        return
    save_network(network, path)


def _identity(model: Any, sha256: str, name: str) -> EmbedderIdentity:  # noqa: ANN401
    modules = [type(module).__name__ for module in model]
    pooling = next((m.pooling_mode for m in model if hasattr(m, "pooling_mode")), None)
    if pooling is None:
        pooling = next(
            (m.get_pooling_mode_str() for m in model if hasattr(m, "get_pooling_mode_str")), "none"
        )
    prompts = {kind: text for kind, text in (model.prompts or {}).items() if text}
    return EmbedderIdentity(
        name=name,
        sha256=sha256,
        dimension=int(model.get_embedding_dimension()),
        pooling=str(pooling),
        normalised="Normalize" in modules,
        max_tokens=int(model.max_seq_length or 512),
        prompts=prompts,
    )

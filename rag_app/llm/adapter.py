"""A low-rank adapter (LoRA, Hu et al. 2021) for a Hugging Face model, as peft saves it."""

import warnings
from pathlib import Path
from typing import Any

from rag_app.errors import MissingExtra, ModelError, ModelNotFound
from rag_app.llm.spec import ModelSpec


def adapted(model: Any, spec: ModelSpec) -> Any:  # noqa: ANN401
    """The model with its adapter beside its weights.

    Raises ModelNotFound, MissingExtra, and ModelError where the two do not fit.
    """
    folder = adapter_file(spec).parent
    try:
        import peft
    except ImportError as error:
        raise MissingExtra("An adapter (LoRA)", "lora") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of what peft asks of transformers
            return peft.PeftModel.from_pretrained(model, str(folder))
    except (RuntimeError, ValueError, KeyError, TypeError) as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(
            f"RAG_LLM: the adapter {folder} does not fit hf:{spec.target}: {said} Give the model"
            " that it was trained on."
        ) from error


def adapter_file(spec: ModelSpec) -> Path:
    """The weights of the spec's adapter. Raises ModelNotFound where the folder is none of peft's.

    Only safetensors: what else peft would read is a pickle.
    """
    folder = Path(spec.adapter).expanduser()
    weights = folder / "adapter_model.safetensors"
    if not weights.is_file() or not (folder / "adapter_config.json").is_file():
        raise ModelNotFound(
            f"RAG_LLM: the folder {folder} holds no adapter. Give one that peft saved, with"
            " adapter_config.json and adapter_model.safetensors."
        )
    return weights

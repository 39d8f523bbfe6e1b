"""Language models: a spec becomes a LangChain chat model."""

import threading
from functools import lru_cache
from typing import TYPE_CHECKING

from rag_app.llm.engine import Job, ModelCard
from rag_app.llm.spec import ModelSpec, parse_spec
from rag_app.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from rag_app.llm.process import ModelProcess

__all__ = ["ModelCard", "ModelSpec", "describe", "load_llm", "parse_spec"]

_loading = threading.Lock()


def load_llm(spec: str, settings: Settings) -> "BaseChatModel":
    """The chat model that ``spec`` names, such as ``packaged``; the same one for the same call.

    A local model starts when it is first used, in a process of its own, which calls under other
    limits (answer_tokens, max_waiting, model_stall_s) share. Raises SettingError on a spec that
    cannot be used, ModelNotFound on a file that is missing, and MissingExtra.
    """
    job = Job(spec, settings.device, settings.threads, str(settings.cache_dir))
    with _loading:
        return _load(job, settings.answer_tokens, settings.max_waiting, settings.model_stall_s)


def describe(llm: "BaseChatModel") -> str:
    """One line on a chat model: which, in what precision, where. May load the model."""
    from rag_app.llm.local import LocalChatModel

    if isinstance(llm, LocalChatModel):
        return str(llm.describe())
    name = getattr(llm, "model_name", "") or type(llm).__name__
    base = getattr(llm, "openai_api_base", "")
    return f"{name} at {base}" if base else str(name)


@lru_cache(maxsize=8)
def _load(job: Job, max_tokens: int, most_waiting: int, stall_s: float) -> "BaseChatModel":
    spec = parse_spec(job.spec)
    if spec.kind == "openai":
        from rag_app.llm.openai import open_endpoint

        return open_endpoint(spec, max_tokens)
    if spec.kind in {"packaged", "gguf"}:
        from rag_app.llm.gguf import gguf_path

        gguf_path(spec)  # a missing file is told now, not with the first question
    from rag_app.llm.local import LocalChatModel

    return LocalChatModel(
        _process(job), max_tokens=max_tokens, most_waiting=most_waiting, stall_s=stall_s
    )


@lru_cache(maxsize=8)
def _process(job: Job) -> "ModelProcess":
    from rag_app.llm.process import ModelProcess

    return ModelProcess(job)

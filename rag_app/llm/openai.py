"""A model behind an OpenAI-compatible endpoint: vLLM, llama.cpp's server, Ollama, a cloud."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rag_app.errors import MissingExtra, ModelError
from rag_app.llm.spec import ModelSpec

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_KEY = "RAG_OPENAI_API_KEY"  # from the environment alone: a key is no setting to write down
_TIMEOUT_S = 300.0


def open_endpoint(spec: ModelSpec, max_tokens: int) -> "BaseChatModel":
    """A streaming chat model at ``spec.target``; nothing is sent before the first question.

    Raises MissingExtra here, and ModelError with the first question where nobody answers.
    """
    try:
        from langchain_openai import ChatOpenAI
    except ImportError as error:
        raise MissingExtra(f"RAG_LLM=openai:{spec.target}", "openai") from error
    import openai
    from pydantic import SecretStr

    class Endpoint(ChatOpenAI):
        """ChatOpenAI whose failures say which endpoint failed, and what to look at."""

        def _stream(self, *args: Any, **kwargs: Any) -> Iterator[Any]:  # noqa: ANN401
            try:
                yield from super()._stream(*args, **kwargs)
            except openai.OpenAIError as error:
                raise ModelError(_told(spec, error)) from error

    return Endpoint(
        model=spec.model,
        base_url=spec.target,
        api_key=SecretStr(os.environ.get(_KEY) or "none"),
        max_completion_tokens=max_tokens,
        temperature=0,
        streaming=True,
        stream_usage=True,
        timeout=_TIMEOUT_S,
        max_retries=1,
        use_responses_api=False,
    )


def _told(spec: ModelSpec, error: Exception) -> str:
    return (
        f"The model {spec.model} at {spec.target} did not answer"
        f" ({type(error).__name__}: {error}). Is the server running, and is this the address"
        f" that RAG_LLM should name? A key goes into {_KEY}."
    )

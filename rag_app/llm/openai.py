"""A model behind an OpenAI-compatible endpoint: vLLM, llama.cpp's server, Ollama, a cloud."""

import json
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rag_app.errors import MissingExtra, ModelError
from rag_app.llm.spec import ModelSpec

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_KEY = "RAG_OPENAI_API_KEY"  # from the environment alone: a key is no setting to write down
_CONNECT_S = 5.0
_SILENCE_S = 300.0  # a server may load the model, or read a long prompt, before it says a word


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

        def _get_request_payload(self, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
            payload: dict[str, Any] = super()._get_request_payload(*args, **kwargs)
            # Its newer name is ignored by Ollama, among others, which then writes without end.
            if "max_completion_tokens" in payload:
                payload["max_tokens"] = payload.pop("max_completion_tokens")
            return payload

        def _stream(self, *args: Any, **kwargs: Any) -> Iterator[Any]:  # noqa: ANN401
            silent = True
            try:
                for chunk in super()._stream(*args, **kwargs):
                    silent = False
                    yield chunk
            except (openai.OpenAIError, json.JSONDecodeError) as error:
                raise ModelError(_told(spec, f"{type(error).__name__}: {error}")) from error
            if silent:
                raise ModelError(_told(spec, "it sent no chat completion"))

    return Endpoint(
        model=spec.model,
        base_url=spec.target,
        api_key=SecretStr(os.environ.get(_KEY) or "none"),
        max_completion_tokens=max_tokens,
        temperature=0,
        streaming=True,
        stream_usage=True,
        timeout=openai.Timeout(_SILENCE_S, connect=_CONNECT_S),
        max_retries=1,
        use_responses_api=False,
    )


def _told(spec: ModelSpec, why: str) -> str:
    return (
        f"The model {spec.model} at {spec.target} did not answer ({why.rstrip('.')}). Is the"
        " server running, does it know this model, and is this the address that RAG_LLM should"
        f" name? A key goes into {_KEY}."
    )

"""A model in a child process behind LangChain's ``BaseChatModel``."""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
)
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

from rag_app.errors import ModelError
from rag_app.llm.engine import Message, ModelCard, Outcome, Request
from rag_app.llm.process import ModelProcess


class LocalChatModel(BaseChatModel):
    """A chat model whose crash, hang or hunger for memory costs one answer, never this process.

    Calls take ``stop``, ``max_tokens``, ``temperature`` (0, greedy, by default), ``seed`` and
    ``cancel``, a threading.Event that stops the answer and makes the call raise Cancelled,
    ``enough``, one that ends it with what was written, and ``on_place``, a function that is told
    how many questions are before this one; within a chain all three may stand in the config's
    metadata. Closing the iterator of ``stream`` stops the answer too. Safe from any thread; where
    ``most_waiting`` wait, a call raises ModelBusy, and where the model says nothing for
    ``stall_s`` seconds, ModelCrashed. Several may share a process.
    """

    max_tokens: int
    most_waiting: int = 16
    stall_s: float = 300
    temperature: float = 0.0
    _process: ModelProcess = PrivateAttr()

    def __init__(self, process: ModelProcess, **fields: Any) -> None:  # noqa: ANN401
        super().__init__(**fields)
        self._process = process

    def describe(self) -> ModelCard:
        """Which model runs where; loads it where it is not yet. Raises ModelError."""
        return self._process.card()

    def close(self) -> None:
        """End the model's process and free its memory; the next call starts it again."""
        self._process.close()

    def count_tokens(self, text: str) -> int:
        """Tokens in ``text`` as the model counts them, no special ones added."""
        return self._process.count(text, stall_s=self.stall_s)

    def get_num_tokens(self, text: str) -> int:
        """LangChain's name for ``count_tokens``."""
        return self.count_tokens(text)

    @property
    def process_id(self) -> int:
        """Of the child that holds the model; 0 where none runs."""
        return self._process.pid

    @property
    def _llm_type(self) -> str:
        return "rag-app-local"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> ChatResult:
        text, end = "", None
        for name in ("cancel", "enough", "on_place"):
            if run_manager is not None and name in run_manager.metadata:
                kwargs.setdefault(name, run_manager.metadata[name])
        chunks = self._stream(messages, stop, **kwargs)
        try:
            for chunk in chunks:
                end = chunk.message
                text += chunk.text
                if run_manager is not None and chunk.text:
                    run_manager.on_llm_new_token(chunk.text, chunk=chunk)
        finally:
            chunks.close()  # type: ignore[attr-defined]
        assert isinstance(end, AIMessageChunk)
        message = AIMessage(
            content=text,
            usage_metadata=end.usage_metadata,
            response_metadata=end.response_metadata,
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        *,
        max_tokens: int | None = None,
        temperature: float | None = None,
        seed: int = 0,
        cancel: threading.Event | None = None,
        enough: threading.Event | None = None,
        on_place: Callable[[int], None] | None = None,
        **_: Any,  # noqa: ANN401
    ) -> Iterator[ChatGenerationChunk]:
        request = Request(
            messages=_plain(messages),
            max_tokens=max_tokens or self.max_tokens,
            stop=stop or (),
            temperature=self.temperature if temperature is None else temperature,
            seed=seed,
        )
        for piece in self._process.generate(
            request,
            most_waiting=self.most_waiting,
            stall_s=self.stall_s,
            cancel=cancel,
            enough=enough,
            on_place=on_place,
        ):
            if isinstance(piece, Outcome):
                yield ChatGenerationChunk(message=_end(piece))
            else:
                yield ChatGenerationChunk(message=AIMessageChunk(content=piece))


def _plain(messages: Sequence[BaseMessage]) -> list[Message]:
    plain = []
    for message in messages:
        if isinstance(message, SystemMessage):
            plain.append(Message("system", str(message.text)))
        elif isinstance(message, HumanMessage):
            plain.append(Message("user", str(message.text)))
        elif isinstance(message, AIMessage):
            plain.append(Message("assistant", str(message.text)))
        else:
            raise ModelError(f"A local model reads no {message.type} messages.")
    return plain


def _end(outcome: Outcome) -> AIMessageChunk:
    """The last chunk of a stream: no text, but what the answer took."""
    return AIMessageChunk(
        content="",
        chunk_position="last",
        usage_metadata=UsageMetadata(
            input_tokens=outcome.input_tokens,
            output_tokens=outcome.output_tokens,
            total_tokens=outcome.input_tokens + outcome.output_tokens,
        ),
        response_metadata={
            "finish_reason": outcome.finish,
            "prefill_s": outcome.prefill_s,
            "decode_s": outcome.decode_s,
        },
    )

"""LangChain's RetrievalQA over chosen passages; the one place that imports langchain-classic.

RetrievalQA left LangChain 1.x for langchain-classic, which gets security fixes until December
2026. All that the rest of the product knows of it is ``answer_from``.
"""

import logging
import threading
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, LLMResult
from langchain_core.prompts import (
    ChatPromptTemplate,
    HumanMessagePromptTemplate,
    PromptTemplate,
)
from langchain_core.retrievers import BaseRetriever

from rag_app.errors import Cancelled, ModelError
from rag_app.prompts import Prompt


@dataclass(frozen=True)
class Generated:
    """What the model wrote, and what that took."""

    text: str
    prompt_tokens: int
    completion_tokens: int


def answer_from(
    question: str,
    passages: Sequence[Document],
    llm: BaseChatModel,
    prompt: Prompt,
    *,
    on_token: Callable[[str], None] | None = None,
    on_place: Callable[[int], None] | None = None,
    cancel: threading.Event | None = None,
    until: Callable[[str], bool] = lambda _: False,
) -> Generated:
    """The model's answer to the question from the passages, which are numbered from 1.

    ``on_token`` gets each piece of text as it is written, ``on_place`` how many questions a local
    model answers before this one. A local model stops where ``until``, which is given all that it
    has written, says that this is enough. Raises Cancelled soon after ``cancel`` is set, and
    ModelError where the model fails.
    """
    cancel = cancel or threading.Event()
    watch = _Watch(on_token or (lambda _: None), cancel, until)
    chain = retrieval_qa(llm, _Chosen(passages=list(passages)), prompt)
    # A local model finds these in the metadata, and stops even before its first token.
    metadata = {
        "cancel": cancel, "enough": watch.enough, "on_place": on_place or (lambda _: None),
    }  # fmt: skip
    config = {"callbacks": [watch], "metadata": metadata}
    text = chain.invoke({"query": question}, config=config)["result"]
    written = watch.completion_tokens
    if watch.enough.is_set():
        # How many more it had written when it heard of it is chance, and nobody reads them.
        with suppress(ModelError):  # the next question may have ended it: the answer is here
            written = llm.get_num_tokens(text)
    return Generated(text.strip(), watch.prompt_tokens, written)


def retrieval_qa(llm: BaseChatModel, retriever: BaseRetriever, prompt: Prompt) -> Any:  # noqa: ANN401
    """A ``RetrievalQA`` chain: {"query": question} in, {"result": text} out.

    It works with any retriever, ``rag_app.retrieval.HybridRetriever`` for one; each document's
    ``number`` in the metadata is what the model may cite it by.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from langchain_classic.chains import RetrievalQA
    return RetrievalQA.from_chain_type(
        llm,
        retriever=_Numbered(inner=retriever),
        chain_type_kwargs={
            "prompt": _template(prompt),
            "document_prompt": PromptTemplate.from_template(
                prompt.passage.replace("{text}", "{page_content}")
            ),
            "document_variable_name": "context",
            "document_separator": "\n\n",
        },
    )


def _template(prompt: Prompt) -> ChatPromptTemplate:
    messages: list[HumanMessagePromptTemplate | BaseMessage] = []
    if prompt.system:
        messages.append(SystemMessage(prompt.system))
    for text, question, answer in prompt.examples:
        shown = prompt.passage.format(number=1, source="example.txt", text=text)
        messages.append(HumanMessage(prompt.user.format(context=shown, question=question)))
        messages.append(AIMessage(answer))
    messages.append(HumanMessagePromptTemplate.from_template(prompt.user))
    return ChatPromptTemplate.from_messages(messages)


def _is_no_stop(record: logging.LogRecord) -> bool:
    return "Cancelled(" not in record.getMessage()


# LangChain would report every stopped answer as an error of the callback that stops it.
logging.getLogger("langchain_core.callbacks.manager").addFilter(_is_no_stop)


class _Chosen(BaseRetriever):
    """Passages that were already retrieved and cut to the budget."""

    passages: list[Document]

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        return self.passages


class _Numbered(BaseRetriever):
    """Another retriever's documents, with ``number`` and ``source`` in their metadata."""

    inner: BaseRetriever

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        documents = self.inner.invoke(query, config={"callbacks": run_manager.get_child()})
        return [
            Document(
                page_content=document.page_content,
                metadata={"source": "", **document.metadata, "number": number},
            )
            for number, document in enumerate(documents, 1)
        ]


class _Watch(BaseCallbackHandler):
    """Passes tokens on, stops the model when asked, and keeps the count."""

    raise_error = True  # Cancelled must leave the chain

    def __init__(
        self,
        on_token: Callable[[str], None],
        cancel: threading.Event,
        until: Callable[[str], bool],
    ) -> None:
        self.prompt_tokens = 0
        self.completion_tokens = 0
        self.enough = threading.Event()
        self._until = until
        self._written = ""
        self._on_token = on_token
        self._cancel = cancel

    def on_llm_new_token(self, token: str | list[Any], **_: Any) -> None:  # noqa: ANN401
        if self._cancel.is_set():
            raise Cancelled
        if isinstance(token, str):
            self._on_token(token)
            self._written += token
            if self._until(self._written):
                self.enough.set()

    def on_llm_end(self, response: LLMResult, **_: Any) -> None:  # noqa: ANN401
        generation = response.generations[0][0]
        message = generation.message if isinstance(generation, ChatGeneration) else None
        if isinstance(message, AIMessage) and message.usage_metadata:
            self.prompt_tokens = message.usage_metadata["input_tokens"]
            self.completion_tokens = message.usage_metadata["output_tokens"]

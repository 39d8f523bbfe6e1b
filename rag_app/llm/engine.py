"""The words that the parent, the child and the engines share; no library behind them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from rag_app.errors import ModelError

Finish = Literal["stop", "length", "cancelled"]

# Takes a piece of text as it is written and says whether to go on. Engines also call it with ""
# between the steps that read the prompt, so that a long prompt can be cancelled too.
Write = Callable[[str], bool]

# What chat templates are told. An answer of some dozen tokens has no room for thoughts before it;
# the templates of models that do not think read nothing of this.
TEMPLATE_OPTIONS: dict[str, Any] = {"enable_thinking": False}


@dataclass(frozen=True)
class ModelCard:
    """Which model runs where, and in what precision."""

    name: str
    engine: str
    precision: str  # such as "int4 (GGUF Q4_1)"
    device: str
    size: int  # bytes of weights on disk
    sha256: str  # of the weights; empty where they are not at hand
    context_tokens: int  # prompt and answer together; 0 where it is not known

    def __str__(self) -> str:
        """One line for people."""
        return f"{self.name} ({self.precision}, {self.engine} on {self.device})"


@dataclass(frozen=True)
class Job:
    """What a child loads. All of it is plain text and numbers, for its way through a pipe."""

    spec: str
    device: str
    threads: int  # 0 means all cores
    cache_dir: str


@dataclass(frozen=True)
class Message:
    """One message of a chat."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class Request:
    """One generation."""

    messages: Sequence[Message]
    max_tokens: int
    stop: Sequence[str] = ()
    temperature: float = 0.0  # 0 is greedy: the same prompt gives the same answer
    seed: int = 0


@dataclass(frozen=True)
class Outcome:
    """What one generation took."""

    input_tokens: int
    output_tokens: int
    prefill_s: float  # until the first token
    decode_s: float  # from the first token to the last
    finish: Finish


class Engine(Protocol):
    """A loaded model. One thread generates at a time; any thread may count."""

    card: ModelCard

    def count(self, text: str) -> int:
        """Tokens in ``text``, no special ones added."""
        ...

    def generate(self, request: Request, write: Write) -> Outcome:
        """Answer, piece by piece, until the model ends or ``write`` says no.

        Raises ModelError where prompt and answer do not fit the context.
        """
        ...


def check_length(prompt_tokens: int, request: Request, card: ModelCard) -> None:
    """Raise ModelError where prompt and answer do not fit what the model reads."""
    if card.context_tokens and prompt_tokens + request.max_tokens > card.context_tokens:
        raise ModelError(
            f"The prompt of {prompt_tokens} tokens and an answer of {request.max_tokens} do"
            f" not fit the {card.context_tokens} tokens that {card.name} reads."
            " Lower RAG_EVIDENCE_TOKENS or RAG_ANSWER_TOKENS."
        )

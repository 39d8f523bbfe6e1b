"""A cross-encoder of the user's, where there is one, over the first passages found."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from rag_app.errors import ModelNotFound
from rag_app.settings import Settings
from rag_app.values import Passage

READS = 30  # passages; a cross-encoder reads each with the question, which takes its time


def rerank(question: str, passages: Sequence[Passage], settings: Settings) -> list[Passage]:
    """The passages in the order of RAG_RERANKER's scores; those past ``READS`` keep theirs.

    Raises ModelNotFound.
    """
    head, tail = list(passages[:READS]), list(passages[READS:])
    if not head or not settings.reranker:
        return [*head, *tail]
    model = _load(settings.reranker, settings.device)
    scores = model.predict([(question, _told(passage)) for passage in head])
    judged = [replace(p, score=float(score)) for p, score in zip(head, scores, strict=True)]
    judged.sort(key=lambda passage: -passage.score)
    lowest = judged[-1].score
    return judged + [replace(p, score=lowest - rank) for rank, p in enumerate(tail, 1)]


def _told(passage: Passage) -> str:
    return "\n".join([" > ".join([passage.title, *passage.headings]), passage.text]).strip(" >\n")


@lru_cache(maxsize=1)
def _load(name: str, device: str) -> Any:  # noqa: ANN401 -- sentence-transformers' own class
    from sentence_transformers import CrossEncoder

    try:
        return CrossEncoder(
            name,
            device=None if device == "auto" else device,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
    except (OSError, ValueError) as error:
        raise ModelNotFound(
            f"RAG_RERANKER={name}: no cross-encoder could be loaded ({error}). Give a folder, or"
            " a sentence-transformers name while the network is there, or leave it out."
        ) from error

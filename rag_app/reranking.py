"""A cross-encoder of the user's, where there is one, over the first passages found."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from rag_app.errors import ModelNotFound
from rag_app.models.hub import only_local
from rag_app.settings import Settings
from rag_app.values import Passage

READS = 30  # passages; a cross-encoder reads each with the question, which takes its time
_loading = threading.Lock()  # who comes meanwhile waits, and loads no second one


def rerank(question: str, passages: Sequence[Passage], settings: Settings) -> list[Passage]:
    """The passages in the order of RAG_RERANKER's scores, scaled to 0 to 1; others below 0.

    Raises ModelNotFound.
    """
    head, tail = list(passages[:READS]), list(passages[READS:])
    if not head or not settings.reranker:
        return [*head, *tail]
    with _loading:
        model = _load(settings.reranker, settings.device)
    scores = model.predict([(question, _told(passage)) for passage in head])
    low, width = min(scores), max(max(scores) - min(scores), 1e-9)
    judged = [
        _judged(passage, score=float((score - low) / width), said=float(score))
        for passage, score in zip(head, scores, strict=True)
    ]
    judged.sort(key=lambda passage: -passage.score)
    return judged + [replace(p, score=-rank / READS) for rank, p in enumerate(tail, 1)]


def _judged(passage: Passage, score: float, said: float) -> Passage:
    why = passage.explanation
    explanation = replace(why, reranked=said) if why else None
    return replace(passage, score=score, explanation=explanation)


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
            local_files_only=only_local(name),
            model_kwargs={"use_safetensors": True},
        )
    except (OSError, ValueError) as error:
        raise ModelNotFound(
            f"RAG_RERANKER={name}: no cross-encoder could be loaded ({error}). Give a folder, or"
            " a sentence-transformers name while the network is there, or leave it out."
        ) from error

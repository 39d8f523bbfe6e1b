"""Private question answering over your own documents, every sentence cited.

>>> from rag_app import ask, retrieve
>>> answer = ask("What was Pfizer's revenue in 2021?")  # doctest: +SKIP
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag_app.answering import ask
    from rag_app.retrieval import retrieve

__all__ = ["ask", "retrieve"]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    # Loaded when first used, so that `import rag_app.settings` costs milliseconds.
    if name == "ask":
        from rag_app.answering import ask

        return ask
    if name == "retrieve":
        from rag_app.retrieval import retrieve

        return retrieve
    raise AttributeError(f"module 'rag_app' has no attribute {name!r}")

"""Limits and choices for loading one file."""

from collections.abc import Callable
from dataclasses import dataclass, field

from rag_app.errors import FileRejected, Reason


def _no_progress() -> None:
    pass


@dataclass(frozen=True)
class LoadingOptions:
    """Limits and choices for loading one file."""

    pdf_reader: str = "pypdfium2"  # or "pypdf"
    max_pages: int = 20_000
    max_characters: int = 50_000_000
    community_loaders: dict[str, str] = field(default_factory=dict)  # suffix -> class name
    pdf_passwords: tuple[str, ...] = ()  # tried one after another on a locked PDF
    on_progress: Callable[[], None] = _no_progress  # called with every page, row or block

    def check_characters(self, count: int) -> None:
        """Raise FileRejected where a document of ``count`` characters is too long."""
        if count > self.max_characters:
            raise FileRejected(
                Reason.TOO_LARGE,
                f"it holds over {self.max_characters:,} characters (RAG_MAX_CHARACTERS raises the"
                " limit)",
            )

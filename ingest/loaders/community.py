"""Loaders of langchain-community, named by suffix in the settings; its only importer.

The package was archived in June 2026: what it still reads is an extra, not a foundation.
"""

import warnings
from pathlib import Path

from ingest.loaders.options import LoadingOptions
from ingest.loaders.visible import visible
from rag_app.errors import FileRejected, MissingExtra, Reason, SettingError
from rag_app.values import LoadedDocument, Page


def load_community(path: Path, options: LoadingOptions) -> LoadedDocument:
    """The file by the loader class that the settings name for its suffix.

    Raises MissingExtra, SettingError or FileRejected.
    """
    name = options.community_loaders[path.suffix.lower()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from langchain_community import document_loaders
        except ImportError as error:
            raise MissingExtra(f"Reading {path.suffix} files with {name}", "community") from error
        loader = getattr(document_loaders, name, None)
        if loader is None:
            raise SettingError(
                f"RAG_COMMUNITY_LOADERS: langchain-community has no document loader {name!r}."
            )
        try:
            documents = loader(str(path)).load()
        except MemoryError:
            raise
        except Exception as error:  # a foreign loader may raise anything
            what = f"{type(error).__name__}: {error}"
            raise FileRejected(Reason.CORRUPT, f"{name} cannot read it ({what})") from error
    numbers = [document.metadata.get("page") for document in documents]
    if len(numbers) > 1 and all(isinstance(number, int) for number in numbers):
        pages = tuple(
            Page(int(number) + 1, visible(document.page_content))
            for number, document in zip(numbers, documents, strict=True)
        )
    else:
        joined = "\n\n".join(document.page_content for document in documents)
        pages = (Page(None, visible(joined)),)
    return LoadedDocument("", pages, name)

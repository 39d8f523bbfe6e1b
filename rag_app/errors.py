"""Every error that the product raises on purpose.

RagError                        commands print it and exit with 2
├── SettingError                a setting, or a spec in one, cannot be used
├── MissingExtra                an optional dependency is not installed
├── QuestionError               the question cannot be asked (empty, too long, of no file)
│   └── ContentRefused          the content filter does not let it pass
├── StoreError                  something about an index
│   ├── IndexNotFound           no index of that name
│   ├── IndexBusy               another process is writing it
│   ├── IndexDamaged            its database cannot be read
│   ├── IndexNotWritten         the disk is full, or the folder may not be written
│   ├── VectorStoreError        the database that holds its vectors does not do as it is asked
│   └── EmbedderMismatch        it was built by another model
├── LogError                    the log of exchanges cannot be read or written
├── WatchError                  the list of watched questions cannot be read or written
├── AccountError                an account cannot be made, used or read
├── DocumentsError              the folder to ingest is missing, empty or not a folder
├── FileRejected                one file cannot be indexed, for a named Reason
├── PictureError                a page cannot be shown as a picture; its text still can
│   ├── FileChanged             the file is gone, or not what was indexed
│   └── PageNotDrawn            it has no pages to draw, or ended or outlasted who drew it
└── ModelError
    ├── ModelNotFound           the model's files are not there
    ├── CacheNotWritten         a converted model finds no room on the disk
    ├── ModelBusy               too many questions wait for it
    ├── ModelCrashed            the process that runs the model died
    └── Cancelled               the user stopped the answer
"""

from enum import StrEnum


class RagError(Exception):
    """The root; its text says what is wrong and what to do."""


class SettingError(RagError):
    """A setting has a value that cannot be used."""


class MissingExtra(RagError):
    """A feature needs an optional dependency."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs an extra: pip install 'rag-app[{extra}]'.")


class QuestionError(RagError):
    """The question is empty or too long, or what narrows it cannot be used."""


class ContentRefused(QuestionError):
    """The content filter does not let the question pass."""


class StoreError(RagError):
    """Something about an index."""


class IndexNotFound(StoreError):
    """No index of that name exists."""


class IndexBusy(StoreError):
    """Another process holds the writer's lock."""


class IndexDamaged(StoreError):
    """The index's database cannot be read."""


class IndexNotWritten(StoreError):
    """The disk is full or the folder read-only; what was in the index before is whole."""


class VectorStoreError(StoreError):
    """Milvus or Pinecone, which holds the index's vectors, does not do as it is asked."""


class EmbedderMismatch(StoreError):
    """The index was built by another embedding model than the one set now."""


class LogError(RagError):
    """The log of exchanges cannot be read or written; answers come without it."""


class WatchError(RagError):
    """The list of watched questions is empty, damaged, or cannot be written."""


class AccountError(RagError):
    """An account cannot be made, used or read."""


class DocumentsError(RagError):
    """The folder of documents cannot be ingested."""


class PictureError(RagError):
    """A page cannot be shown as a picture; its text still can."""


class FileChanged(PictureError):
    """The file is gone, or its bytes are others than those that were indexed."""


class PageNotDrawn(PictureError):
    """The format has no pages to draw, or drawing this one failed or took too long."""


class ModelError(RagError):
    """Something about the language model."""


class ModelNotFound(ModelError):
    """The model's files are not where the spec says."""


class CacheNotWritten(ModelError):
    """The folder of converted models is full or may not be written."""


class ModelBusy(ModelError):
    """Too many questions wait for the model; the same one may be asked again."""


class ModelCrashed(ModelError):
    """The process that ran the model ended while it answered."""


class Cancelled(ModelError):
    """The user stopped the answer."""

    def __init__(self, said: str = "The answer was stopped.") -> None:
        super().__init__(said)


class Reason(StrEnum):
    """Why a file is not indexed."""

    ENCRYPTED = "encrypted"
    NO_TEXT_LAYER = "no_text_layer"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TIMED_OUT = "timed_out"
    UNSUPPORTED = "unsupported"
    CORRUPT = "corrupt"
    UNREADABLE = "unreadable"  # the system does not let it be opened
    OUTSIDE_FOLDER = "outside_folder"
    NAME_TAKEN = "name_taken"  # by a file of another folder of the same index


class FileRejected(RagError):
    """One file cannot be indexed; the others go on."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail

"""Which part of an index is meant, told from what a caller gave; no part is silently empty."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from rag_app.errors import QuestionError
from rag_app.store.database import Database
from rag_app.values import Scope

_NAMED = 5  # files and folders of an index that an error shows


def scope_of(
    sources: Sequence[str] | str | None,
    pages: tuple[int, int] | None,
    modified_after: datetime | date | None,
) -> Scope | None:
    """The part of an index that is meant; None is the whole of it.

    Raises QuestionError naming what cannot be used.
    """
    if sources is None and pages is None and modified_after is None:
        return None
    return Scope(_patterns(sources), _page_range(pages), _moment(modified_after))


def check_sources(scope: Scope | None, database: Database, index: str) -> None:
    """Raise QuestionError where no file of the index is within the scope's sources.

    Of no file the documents cannot be said not to speak.
    """
    if scope is None or scope.sources is None or database.holds_any(scope.sources):
        return
    tops = {record.source.partition("/") for record in database.documents()}
    names = sorted({top + slash for top, slash, _ in tops})
    shown = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
    asked = ", ".join(source or '""' for source in scope.sources) or "an empty list"
    raise QuestionError(
        f"No file of index {index!r} matches the sources {asked}. It holds {shown or 'no file'};"
        " the chat's page of documents lists every file. Name a file or a folder as it stands"
        " there, or use a pattern such as *.pdf."
    )


def _patterns(sources: Sequence[str] | str | None) -> tuple[str, ...] | None:
    if sources is None:
        return None
    given = (sources,) if isinstance(sources, str) else sources
    try:
        patterns = tuple(_pattern(source) for source in given)
    except (TypeError, AttributeError) as error:
        raise QuestionError(
            f"sources={sources!r} cannot be used: give a file, a folder or a pattern,"
            ' such as "2022/*", or a list of these.'
        ) from error
    return patterns


def _pattern(source: str) -> str:
    """As the index names files: from the folder ingested, a folder without its last "/"."""
    bare = source.strip()
    while bare.startswith("./"):
        bare = bare[2:].lstrip("/")
    if bare.endswith("/") and set(bare) & set("*?["):
        return bare + "*"
    bare = bare.rstrip("/")
    return "*" if bare in ("", ".") and source.strip() else bare


def _page_range(pages: tuple[int, int] | None) -> tuple[int, int] | None:
    if pages is None:
        return None
    try:
        first, last = pages
        if 1 <= first <= last:
            return int(first), int(last)
    except (TypeError, ValueError):
        pass
    raise QuestionError(
        f"pages={pages!r} cannot be used: give the first page and the last, counted from 1,"
        " such as (10, 12)."
    )


def _moment(modified_after: datetime | date | None) -> datetime | None:
    if modified_after is None:
        return None
    if isinstance(modified_after, datetime):
        try:
            modified_after.timestamp()  # without a zone, the first and last days may have none
        except (ValueError, OverflowError, OSError):
            pass
        else:
            return modified_after
    elif isinstance(modified_after, date):
        return datetime.combine(modified_after, time(), UTC)
    raise QuestionError(
        f"modified_after={modified_after!r} cannot be used: give a date or a datetime,"
        " such as datetime.date(2026, 1, 31)."
    )

"""Every file that the index knows: found, read, read again, added, taken out."""

from pathlib import Path

import streamlit as st

from ingest.removal import UPLOADS
from rag_app.errors import RagError
from rag_app.invisible import without_invisible
from rag_app.store.places import index_folder, noted_roots, real_folder
from rag_app.values import INDEXED
from ui import ingesting, resources, session
from ui.clock import local
from ui.document_actions import actions, say, taken_out
from ui.document_preview import preview
from ui.ingesting import Work
from ui.language import LANGUAGES, number, t
from ui.listing import ORDERS, PAGE, Filter, Listing, Row, chosen, listing, pages_of
from ui.upload import begin, job_progress, upload_box
from ui.wording import told, worded


def documents() -> None:
    """Draw the page."""
    st.set_page_config(layout="wide")
    st.title(t("page_documents"))
    index = session.chosen_index(resources.indexes())
    say()
    if index is None:
        st.info(t("no_index"))
    with st.expander(t("upload"), icon=":material/upload_file:", expanded=index is None):
        upload_box(index or "default")
    job_progress(index or "default")
    if index is None:
        return
    try:
        held = listing(index)
        _draw(held, index)
    except RagError as error:
        st.error(t("error", error=told(error)))


def _draw(held: Listing, index: str) -> None:
    good = held.outcomes.get(INDEXED, 0)
    st.caption(
        t(
            "documents_sum",
            files=number(len(held.rows)),
            indexed=number(good),
            rejected=number(len(held.rows) - good),
            chunks=number(held.chunks),
            tokens=number(held.tokens),
        )
    )
    _up_to_date(index)
    if not held.rows:
        st.info(t("empty_index"))
    else:
        found = chosen(held.rows, _filters(held))
        selected = _table(found, index) or (found if len(found) == 1 else [])
        if selected:
            actions(selected, index)
        if len(selected) == 1:
            preview(selected[0], index)
    taken_out(index)


def _up_to_date(index: str) -> None:
    home = index_folder(resources.settings(), index)
    works = [Work(Path(root)) for root in noted_roots(home) if _holds_files(Path(root), home)]
    if not works:
        return
    st.button(
        t("up_to_date"), key="up_to_date", icon=":material/sync:", help=t("up_to_date_help"),
        disabled=ingesting.is_running(index), on_click=begin, args=(index, works),
    )  # fmt: skip


def _holds_files(root: Path, home: Path) -> bool:
    """A folder of uploads that were all deleted is nothing to complain of."""
    return root != real_folder(home / UPLOADS) or any(path.is_file() for path in root.rglob("*"))


def _filters(held: Listing) -> Filter:
    words_box, outcome_box, language_box, order_box = st.columns([3, 2, 2, 2])
    words = words_box.text_input(
        t("find_file"), key="find", placeholder=t("find_file"), icon=":material/search:",
        bind="query-params",
    )  # fmt: skip
    outcomes = outcome_box.multiselect(
        t("column_outcome"),
        list(held.outcomes),
        key="outcomes",
        format_func=_outcome,
        placeholder=t("all"),
    )
    languages = language_box.multiselect(
        t("column_language"),
        list(held.languages),
        key="languages",
        format_func=_language,
        placeholder=t("all"),
    )
    order = order_box.selectbox(
        t("order"), list(ORDERS), key="order", format_func=lambda order: t(f"order_{order}")
    )
    return Filter(words, tuple(outcomes), tuple(languages), order)


def _table(found: list[Row], index: str) -> list[Row]:
    """Draw one page of the rows; the selected ones."""
    pages = pages_of(len(found))
    # What is selected counts within what is shown: other rows, another table.
    key = f"documents:{index}:{hash(tuple(row.record.source for row in found))}"
    page = min(st.session_state.get(f"page:{key}", 1), pages)
    shown = found[(page - 1) * PAGE : page * PAGE]
    event = st.dataframe(
        [_cells(row) for row in shown],
        key=f"{key}:{page}",
        hide_index=True,
        width="stretch",
        height=min(38 + 35 * max(1, len(shown)), 440),
        on_select="rerun",
        selection_mode="multi-row",
        placeholder="",
        alt=t("documents_intro"),
        column_config={
            t("column_size"): st.column_config.NumberColumn(format="localized"),
            t("column_pages"): st.column_config.NumberColumn(format="localized"),
            t("column_passages"): st.column_config.NumberColumn(format="localized"),
            t("column_tokens"): st.column_config.NumberColumn(format="localized"),
            t("column_date"): st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
        },
    )
    if pages > 1:
        st.pagination(pages, key=f"page:{key}")
    first = (page - 1) * PAGE
    st.caption(
        t(
            "rows_shown",
            first=first + bool(shown),
            last=first + len(shown),
            count=number(len(found)),
        )
    )
    rows = event["selection"]["rows"]
    return [shown[number] for number in rows if number < len(shown)]


def _cells(row: Row) -> dict[str, object]:
    record = row.record
    return {
        t("column_file"): without_invisible(record.source),
        t("column_outcome"): _outcome(record.outcome),
        t("column_pages"): record.pages,
        t("column_passages"): record.chunks,
        t("column_tokens"): row.tokens,
        t("column_size"): round(record.size / 1000, 1),
        # Without its zone, in which the browser would not show it.
        t("column_date"): local(record.modified).replace(tzinfo=None) if record.modified else None,
        t("column_language"): _language(record.language) if record.language else "",
        t("reason"): without_invisible(worded(record.detail)),
    }


def _outcome(outcome: str) -> str:
    return t(f"outcome_{outcome}")


def _language(language: str) -> str:
    return {str(key): name for key, name in LANGUAGES.items()}.get(language, language)

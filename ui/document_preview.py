"""One document of the index: what was read of it, page by page, and the passages made of it."""

import streamlit as st

from rag_app.content_filter import veiled
from rag_app.rendering import marked_html, one_line, page_html
from rag_app.values import Chunk
from ui import resources
from ui.language import t
from ui.listing import Row
from ui.wording import worded

_CUT = 8000  # characters of a text without pages that are drawn at a time


def preview(row: Row, index: str) -> None:
    """Draw the document's facts, its text and its passages."""
    record = row.record
    st.subheader(one_line(record.source, 200))
    if record.detail:
        st.warning(one_line(worded(record.detail), 500))
    facts = [
        (t("fact_title"), one_line(record.title, 200)),
        (t("fact_folder"), one_line(row.folder, 200)),
        (t("fact_reader"), one_line(record.loader)),
        ("SHA-256", f"`{record.sha256}`" if record.sha256 else ""),
    ]
    st.caption("  \n".join(f"{name}: {value}" for name, value in facts if value))
    with resources.opened(index) as database:
        numbers = database.page_numbers(record.source)
        if not numbers:
            st.info(t("preview_nothing"))
            return
        ordinal = 0
        if len(numbers) > 1:
            ordinal = st.pagination(len(numbers), key=f"preview_page:{record.sha256}") - 1
        text = database.page_text(record.source, numbers[ordinal]) or ""
        chunks = database.chunks_of_page(record.source, ordinal)
    text = veiled(text, resources.settings())
    pages, passages = st.tabs([t("preview_text"), t("preview_passages")])
    with pages:
        _draw_text(text, record.sha256)
    with passages:
        _draw_passages(chunks, text, f"{record.sha256}:{ordinal}")


def _draw_text(text: str, key: str) -> None:
    parts = max(1, -(-len(text) // _CUT))
    part = st.pagination(parts, key=f"preview_part:{key}") - 1 if parts > 1 else 0
    shown = text[part * _CUT : (part + 1) * _CUT]
    if shown.strip():
        st.html(page_html(shown))
    else:
        st.caption(t("preview_empty_page"))


def _draw_passages(chunks: list[Chunk], text: str, key: str) -> None:
    if not chunks:
        st.caption(t("preview_no_passages"))
        return
    number = 0
    if len(chunks) > 1:
        number = st.pagination(len(chunks), key=f"preview_chunk:{key}") - 1
    chunk = chunks[number]
    path = " › ".join(one_line(heading) for heading in chunk.headings)
    size = t("preview_passage", tokens=chunk.tokens, start=chunk.start, end=chunk.end)
    st.caption(f"{path} · {size}" if path else size)
    st.html(marked_html(text, chunk.start, chunk.end, around=300))

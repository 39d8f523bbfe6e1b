"""The evidence of an answer: the page that a quote stands on, with the quote marked."""

from functools import partial

import streamlit as st

from rag_app.content_filter import veiled
from rag_app.errors import PictureError, RagError
from rag_app.export import evidence_pack
from rag_app.pdf.picture import draw_page, has_picture
from rag_app.rendering import marked_html, one_line
from rag_app.values import Answer, Citation, Exchange
from ui import conversation, resources, session
from ui.language import t
from ui.scripts import scroll_to_quote, show_top_of_evidence
from ui.wording import told

_NEAREST = 3  # passages that stand for evidence where the documents do not say
_AROUND = 1500  # characters of the page on either side of a quote
_PICTURE_WIDTH = 1000  # pixels; the browser draws it smaller, and whole when it is enlarged
_LONGEST_ALT = 200  # characters of a quote
_HASH = 12  # digits of a file's SHA-256 that are shown


def evidence_of(answer: Answer) -> tuple[Citation, ...]:
    """What can be looked at beside an answer: its citations, or else the nearest passages."""
    if answer.citations:
        return answer.citations
    return tuple(
        Citation(number, p.source, p.page, p.text, p.start, p.end)
        for number, p in enumerate(answer.passages[:_NEAREST], 1)
    )


def place_of(citation: Citation) -> str:
    """Page of a citation, or that its file has none."""
    return t("no_page") if citation.page is None else t("page", page=citation.page)


def draw_evidence(exchange: Exchange, position: int) -> None:
    """Draw one citation of an answer, with the way to the next and the one before."""
    answer = exchange.answer
    assert answer is not None
    held = evidence_of(answer)
    citation = held[position]
    with st.container(border=True, key="evidence"):
        _header(exchange, position, len(held), is_cited=bool(answer.citations))
        st.markdown(f"**{one_line(citation.source, 200)}** · {place_of(citation)}")
        try:
            _draw_place(citation, exchange.index, f"{exchange.id}-{position}")
        except RagError as error:
            st.caption(f":orange[{told(error)}]")
            st.markdown(f"> {one_line(citation.quote, 2000)}")
        if session.evidence() is not None:
            show_top_of_evidence(f"{exchange.id}-{position}")
        with st.container(horizontal=True, vertical_alignment="center"):
            _pack_button(exchange, answer)
            if citation.sha256:
                digest = t("file_hash", digest=citation.sha256[:_HASH])
                st.caption(digest, help=citation.sha256, width="content")


def _header(exchange: Exchange, position: int, count: int, *, is_cited: bool) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", gap="xxsmall", key="evidence-bar"
    ):
        title = "evidence_title" if is_cited else "nearest_title"
        st.markdown(f"**{t(title, number=position + 1, count=count)}**", width="stretch")
        for icon, key, to in (
            (":material/chevron_left:", "previous", position - 1),
            (":material/chevron_right:", "next", position + 1),
        ):
            st.button(
                t(f"evidence_{key}"),
                key=f"evidence-{key}",
                icon=icon,
                help=t(f"evidence_{key}"),
                type="tertiary",
                disabled=not 0 <= to < count,
                on_click=session.show_evidence,
                args=(exchange.id, to),
            )
        st.button(
            t("evidence_close"),
            key="evidence-close",
            icon=":material/close:",
            help=t("evidence_close"),
            type="tertiary",
            on_click=session.show_evidence,
            args=(0, 0),
        )


def _draw_place(citation: Citation, index: str, occasion: str) -> None:
    """The page as a picture, where there is one, and its text; raises StoreError."""
    # A picture cannot be veiled.
    if not has_picture(citation) or resources.settings().content_filter:
        _draw_text(citation, index, occasion)
        return
    try:
        picture = draw_page(
            citation, index=index, settings=resources.settings(), width=_PICTURE_WIDTH
        )
    except PictureError as error:
        st.caption(f":orange[{told(error)}]")
        _draw_text(citation, index, occasion)
        return
    quote = " ".join(citation.quote.split())[:_LONGEST_ALT]
    st.image(
        picture.png,
        width="stretch",
        alt=t("page_alt", page=citation.page, source=citation.source, quote=quote),
    )
    if not picture.is_complete:
        st.caption(t("page_incomplete"))
    with st.expander(t("page_text"), type="compact"):
        _draw_text(citation, index, occasion)


def _draw_text(citation: Citation, index: str, occasion: str) -> None:
    """The page's text with the quote marked and scrolled to. Raises StoreError."""
    text = resources.database(index).page_text(citation.source, citation.page)
    if text is None or text[citation.start : citation.end] != citation.quote:
        st.caption(t("quote_moved"))
        st.markdown(f"> {one_line(citation.quote, 2000)}")
        return
    text = veiled(text, resources.settings())
    st.html(marked_html(text, citation.start, citation.end, around=_AROUND))
    scroll_to_quote(occasion)


def _pack_button(exchange: Exchange, answer: Answer) -> None:
    """Downloads all of the answer's evidence as one file; it is made when it is asked for."""
    make = partial(
        evidence_pack, answer, index=exchange.index, settings=conversation.current_settings()
    )
    st.download_button(
        t("pack"),
        make,
        file_name=f"evidence-{exchange.id}.html",
        mime="text/html",
        key="evidence-pack",
        icon=":material/inventory_2:",
        help=t("pack_help"),
        on_click="ignore",
    )

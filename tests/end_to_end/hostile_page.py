"""A Streamlit page that draws hostile texts as the product does; ``?raw=1`` as it must not."""

import streamlit as st

from rag_app.rendering import answer_markdown, inert, marked_html, one_line
from tests.end_to_end.hostile_texts import hostile_texts

BATCH = 52


def main() -> None:
    """One batch, and a line that tells that all of it is there."""
    batch = int(st.query_params.get("batch", "0"))
    texts = hostile_texts()[batch * BATCH : (batch + 1) * BATCH]
    for number, text in enumerate(texts):
        if "raw" in st.query_params:
            st.markdown(text, unsafe_allow_html=True)
            st.html(text)
        else:
            _draw(number, text)
    st.text("END OF BATCH")


def _draw(number: int, text: str) -> None:
    with st.container(key=f"answer-{number}"):
        st.markdown(answer_markdown(text))
    with st.container(key=f"page-{number}"):
        st.html(marked_html(text, len(text) // 3, 2 * len(text) // 3, around=400))
    st.markdown(f"> {inert(text)}")
    st.markdown(f":gray[{inert(text)}▌]", help=inert(text))
    st.markdown(f"- {one_line(text)}")
    with st.container(key=f"list-{number}"):
        st.caption(inert(text))
    if number % 4 == 0:
        with st.expander(inert(f"[1] {text} · p. 4"), expanded=True):
            st.error(inert(text))
    if number % 4 == 2:
        st.button(one_line(text, 200), key=f"button-{number}")
        st.info(f"Error: {inert(text)}")


main()

"""Why these pages: how each passage of an answer came up in the search."""

import streamlit as st

from rag_app.errors import RagError
from rag_app.identity import scope_in
from rag_app.question.follow_ups import is_cited
from rag_app.rendering import inert
from rag_app.values import Answer, Exchange, Passage, Scope
from ui import resources
from ui.language import t
from ui.wording import told


def draw_explanation(exchange: Exchange, answer: Answer) -> None:
    """A folded table; nothing is searched before it is opened."""
    fold = st.expander(
        t("why"),
        type="compact",
        key=f"why-{exchange.id}",
        on_change="rerun",
        icon=":material/help:",
    )
    if not fold.open:
        return
    with fold:
        try:
            passages = _explained(exchange, answer)
        except RagError as error:
            st.error(told(error))
            return
        st.caption(t("why_intro"))
        narrow = ("rank", "page", "cited", "dense", "lexical", "routed")
        st.dataframe(
            _rows(passages, answer),
            hide_index=True,
            width="stretch",
            placeholder="",  # else "None", in every language
            column_config={
                t(f"why_{key}"): st.column_config.Column(width="small") for key in narrow
            },
        )
        added = next((p.explanation.expansion for p in passages if p.explanation), "")
        if added:
            st.caption(t("why_glossary", words=inert(added)))


def _explained(exchange: Exchange, answer: Answer) -> list[Passage]:
    """The answer's passages as the search that it was made from, done again, explains them."""
    if not answer.passages:  # it was told from the whole index
        return []
    found = _searched(
        answer.rewritten or answer.question,
        exchange.index,
        scope_in(exchange.identity),
        resources.database(exchange.index).commit_number(),
    )
    again = {(p.source, p.page, p.start, p.end): p for p in found}
    return [again.get((p.source, p.page, p.start, p.end), p) for p in answer.passages]


@st.cache_data(show_spinner=False, max_entries=64)
def _searched(
    question: str,
    index: str,
    scope: Scope | None,
    commit: int,  # another one is another search
) -> list[Passage]:
    from rag_app.answering import passages_read
    from rag_app.retrieval import find

    settings = resources.settings()
    return find(
        question, passages_read(settings), index, settings, scope, explain=True, to_read=True
    )


def _rows(passages: list[Passage], answer: Answer) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for rank, passage in enumerate(passages, 1):
        why = passage.explanation
        share = why.routed / why.fused if why and why.fused else 0.0
        rows.append(
            {
                t("why_rank"): rank,
                t("column_file"): passage.source.rsplit("/", 1)[-1],
                t("why_page"): "" if passage.page is None else str(passage.page),
                t("why_dense"): passage.dense_rank,
                t("why_lexical"): passage.lexical_rank,
                t("why_routed"): f"{share:.0%}",
                t("why_cited"): is_cited(passage, answer),
                t("why_score"): round(passage.score, 4),
            }
        )
    return rows

"""One evaluation drawn, alone or beside another: scores, seconds, failures, differences."""

from collections import Counter

import streamlit as st

from rag_app.content_filter import veiled
from rag_app.evaluate import Scored
from rag_app.evaluation.questions import Place, document_name
from rag_app.evaluation.runs import Run, changes, faults
from rag_app.invisible import without_invisible
from rag_app.rendering import inert, one_line
from ui import resources
from ui.language import number, t

_KEY_SCORES = ("hit@1", "hit@5", "token F1", "contains", "abstention recall")


def results(run: Run, before: Run | None) -> None:
    """Draw a run, with what is different from ``before`` where that is given."""
    from ui.charts import (  # the plotting library takes a while
        score_chart,
        score_name,
        seconds_chart,
    )

    evaluation = run.evaluation
    st.caption(
        t(
            "run_sum",
            count=number(len(evaluation.questions)), questions=one_line(run.questions),
            index=one_line(evaluation.index), commit=number(run.commit),
        )
    )  # fmt: skip
    shown = [name for name in _KEY_SCORES if name in evaluation.means]
    for column, name in zip(st.columns(max(1, len(shown))), shown, strict=False):
        change = None
        if before is not None and name in before.evaluation.means:
            delta = evaluation.means[name] - before.evaluation.means[name]
            change = f"{'+' * (delta > 0)}{number(delta, 3)}" if abs(delta) >= 0.0005 else None
        low, high = evaluation.intervals[name]
        column.metric(
            score_name(name),
            number(evaluation.means[name], 3),
            change,
            help=f"{score_name(name)}: [{number(low, 3)}; {number(high, 3)}]",
        )
    left, right = st.columns([3, 2])
    runs = [run] if before is None else [before, run]
    with left:
        st.altair_chart(score_chart(runs), width="stretch")
        st.caption(t("scores_help"))
    with right:
        st.altair_chart(seconds_chart(runs), width="stretch")
        st.caption(t("seconds_help"))
    if before is not None:
        _differences(before, run)
    _failures(run)


def _differences(before: Run, run: Run) -> None:
    from ui.charts import score_name

    st.subheader(t("run_differences"))
    found = changes(before.evaluation, run.evaluation)
    if not found:
        st.caption(t("run_no_differences"))
        return
    better = sum(change.gain > 0 for change in found)
    st.caption(t("run_better_worse", better=number(better), worse=number(len(found) - better)))
    st.dataframe(
        [
            {
                t("question"): without_invisible(change.question),
                t("score"): score_name(change.score),
                t("before"): change.before,
                t("now"): change.now,
            }
            for change in found
        ],
        hide_index=True,
        width="stretch",
        alt=t("run_differences"),
    )


def _failures(run: Run) -> None:
    st.subheader(t("failures"))
    failed = [item for item in run.evaluation.questions if faults(item)]
    if not failed:
        st.success(t("no_failures"))
        return
    kinds = Counter(fault for item in failed for fault in faults(item))
    wanted = st.pills(
        t("failures"), list(kinds), selection_mode="multi", key=f"faults:{run.name}",
        format_func=lambda kind: f"{t(f'fault_{kind}')} ({kinds[kind]})",
        label_visibility="collapsed",
    )  # fmt: skip
    failed = [item for item in failed if not wanted or set(wanted) & set(faults(item))]
    at = st.pagination(len(failed), key=f"failure:{run.name}:{wanted}") if len(failed) > 1 else 1
    _failure(failed[at - 1])


def _failure(item: Scored) -> None:
    st.markdown(f"**{one_line(item.question, 500)}**")
    st.caption(" · ".join([one_line(item.id), *(t(f"fault_{fault}") for fault in faults(item))]))
    asked, wanted = st.columns(2)
    with asked:
        st.caption(t("answer_given"))
        st.markdown(inert(item.answer) if item.answer else "–")
    with wanted:
        st.caption(t("answer_expected"))
        st.markdown(" / ".join(one_line(text, 300) for text in item.expected) or "–")
        st.caption(", ".join(_place(place) for place in item.evidence))
    right = {document for document, _ in item.evidence}
    for rank, seen in enumerate(item.passages, 1):
        stem = document_name(seen.source)
        place = _place((stem, seen.page))
        hit = (stem, seen.page) in item.evidence or (stem in right and seen.page is None)
        icon = ":material/check_circle:" if hit else ":material/description:"
        with st.expander(f"{rank}. {place}", icon=icon):
            st.markdown(inert(veiled(seen.text, resources.settings())))


def _place(place: Place) -> str:
    document, page = place
    return one_line(document) if page is None else f"{one_line(document)}, {t('page', page=page)}"

"""What runs here: the models, the index, the machine, and how long answers took."""

import os
from typing import TYPE_CHECKING

import streamlit as st

from rag_app.embedding import PACKAGED, load_embedder, weights_size
from rag_app.errors import MissingExtra, RagError
from rag_app.llm import load_llm
from rag_app.log import open_log
from rag_app.monitoring import (
    Machine,
    Past,
    StageTime,
    gpus,
    load_between,
    machine,
    memory_of,
    past,
    stage_times,
)
from rag_app.processor import cores
from rag_app.rendering import one_line
from rag_app.store.schema import DATABASE_FILE, VECTORS_FILE
from ui import resources, session
from ui.language import number, t
from ui.listing import listing
from ui.wording import told

if TYPE_CHECKING:
    from rag_app.llm.local import LocalChatModel

_LATEST = 500  # exchanges that the figures are made of
_BEFORE = "machine_before"


def system() -> None:
    """Draw the page."""
    st.set_page_config(layout="wide")
    st.title(t("page_system"))
    st.fragment(_machine, run_every=2.0)()
    for draw in (_models, _index, _answers):
        try:
            draw()
        except RagError as error:
            st.error(t("error", error=told(error)))


def _machine() -> None:
    st.subheader(t("machine"))
    now = machine()
    if now is None:
        st.info(t("machine_unknown"))
    else:
        before: Machine = st.session_state.get(_BEFORE, now)
        st.session_state[_BEFORE] = now
        busy, memory, here, model = st.columns(4)
        busy.metric(t("cpu", cores=cores()), f"{load_between(before, now):.0%}")
        memory.metric(
            t("memory"), _gigabytes(now.memory_used), _of(now.memory_total), delta_color="off",
            delta_arrow="off",
        )  # fmt: skip
        here.metric(t("memory_here"), _gigabytes(memory_of(os.getpid())))
        child = _local_model()
        held = memory_of(child.process_id) if child and child.process_id else 0
        model.metric(t("memory_model"), _gigabytes(held) if held else t("not_loaded"))
    try:
        cards = gpus()
    except MissingExtra as error:
        st.caption(told(error))
        return
    if not cards:
        st.caption(t("no_gpu"))
    for card in cards:
        name, busy, memory = st.columns([2, 1, 1])
        name.metric(t("gpu"), card.name)
        busy.metric(t("gpu_busy"), f"{card.busy:.0%}")
        memory.metric(
            "VRAM", _gigabytes(card.memory_used), _of(card.memory_total), delta_color="off",
            delta_arrow="off",
        )  # fmt: skip


def _models() -> None:
    st.subheader(t("models"))
    settings = resources.settings()
    embedder = load_embedder(settings)
    rows = [
        {
            t("model_part"): t("embedder"),
            t("model_name"): _named(embedder.identity.name),
            t("model_size"): weights_size(settings.embedder) / 1e6,
            t("model_precision"): embedder.precision,
            t("model_device"): embedder.device,
            "SHA-256": embedder.identity.sha256,
        }
    ]
    model = _local_model()
    if model is not None and model.process_id:
        card = model.describe()
        rows.append(
            {
                t("model_part"): t("language_model"),
                t("model_name"): card.name,
                t("model_size"): card.size / 1e6,
                t("model_precision"): card.precision,
                t("model_device"): f"{card.device} ({card.engine})",
                "SHA-256": card.sha256,
            }
        )
    st.dataframe(
        rows, hide_index=True, width="stretch", alt=t("models"),
        column_config={t("model_size"): st.column_config.NumberColumn(format="%.0f")},
    )  # fmt: skip
    if settings.answerer == "extractive":
        st.caption(t("no_model"))
    elif model is None:
        st.caption(t("model_elsewhere", model=one_line(settings.llm)))
    elif model.process_id:
        st.button(
            t("free_memory"), key="free_memory", icon=":material/memory:", help=t("free_help"),
            on_click=model.close,
        )  # fmt: skip
    else:
        st.caption(t("model_not_loaded", model=one_line(settings.llm)))


def _index() -> None:
    st.subheader(t("index"))
    name = session.chosen_index(resources.indexes())
    if name is None:
        st.info(t("no_index"))
        return
    held = listing(name)
    with resources.opened(name) as database:
        made, commit = database.embedder(), database.commit_number()
        files = [database.folder / file for file in (DATABASE_FILE, VECTORS_FILE)]
    size = sum(file.stat().st_size for file in files if file.exists())
    st.dataframe(
        [
            {
                t("index"): name,
                t("file_count"): len(held.rows),
                t("column_passages"): held.chunks,
                t("column_tokens"): held.tokens,
                t("model_size"): size / 1e6,
                t("commit"): commit,
                t("embedder"): f"{_named(made.name)} ({made.sha256[:12]})",
            }
        ],
        hide_index=True, width="stretch", alt=t("index"),
        column_config={
            t("model_size"): st.column_config.NumberColumn(format="%.0f"),
            t("column_passages"): st.column_config.NumberColumn(format="localized"),
            t("column_tokens"): st.column_config.NumberColumn(format="localized"),
        },
    )  # fmt: skip


def _answers() -> None:
    from ui.charts import stage_chart, tokens_chart  # the plotting library takes a while

    st.subheader(t("answers"))
    answered, times = _figures()
    if not answered:
        st.info(t("no_answers"))
        return
    cached = sum(item.cached for item in answered)
    good = sum(item.rating == 1 for item in answered)
    bad = sum(item.rating == 0 for item in answered)
    st.caption(
        t(
            "answers_sum",
            count=number(len(answered)), cached=number(cached), good=number(good), bad=number(bad),
            abstained=number(sum(item.abstained for item in answered)),
            share=f"{cached / len(answered):.0%}",
        )
    )  # fmt: skip
    stages, tokens = st.columns(2)
    with stages:
        if times:
            st.altair_chart(stage_chart(times), width="stretch")
    with tokens:
        st.altair_chart(tokens_chart(answered), width="stretch")


@st.cache_resource(ttl=10, show_spinner=False)
def _figures() -> tuple[list[Past], list[StageTime]]:
    exchanges = open_log(resources.settings()).latest(_LATEST)
    return past(exchanges), stage_times(exchanges)


def _local_model() -> "LocalChatModel | None":
    """The model's process, whether it runs or not; None where the model is not of this machine."""
    from rag_app.llm.local import LocalChatModel

    settings = resources.settings()
    if settings.answerer == "extractive":
        return None
    try:
        model = load_llm(settings.llm, settings)
    except RagError:
        return None
    return model if isinstance(model, LocalChatModel) else None


def _named(embedder: str) -> str:
    return "all-MiniLM-L6-v2" if embedder == PACKAGED else embedder


def _gigabytes(size: float) -> str:
    return f"{number(size / 1e9, 1)} GB"


def _of(total: int) -> str:
    return t("of_total", total=_gigabytes(total))

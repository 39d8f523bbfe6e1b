"""Plots: seconds by stage, tokens over time, scores with their intervals."""

from collections.abc import Sequence

import altair as alt

from rag_app.monitoring import Past, StageTime
from ui.language import t

_MAIN, _OTHER = "#0b8a86", "#c46a2b"  # both stand out on white and on the dark background
_STAGES = ("searching", "reading", "writing", "checking", "retrieve", "total")
_HEIGHT = 260  # pixels


def stage_chart(times: Sequence[StageTime]) -> alt.LayerChart | alt.FacetChart:
    """A bar to the median of each stage, a line to where 95 of 100 answers end."""
    rows = [{"stage": stage_name(x.stage), "half": x.half, "most": x.most} for x in times]
    order = [stage_name(x.stage) for x in times]
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=alt.Y("stage:N", sort=order, title=None))
    bars = base.mark_bar(color=_MAIN).encode(x=alt.X("half:Q", title=t("stage_seconds")))
    lines = base.mark_rule(color=_OTHER, strokeWidth=3).encode(x="half:Q", x2="most:Q")
    return alt.layer(bars, lines).properties(height=_HEIGHT)


def tokens_chart(answered: Sequence[Past]) -> alt.Chart:
    """A point for each answer: when it was asked, and the tokens that it took."""
    kinds = [t("computed"), t("from_cache")]
    rows = [
        {
            "asked": 1000 * item.asked,
            "tokens": item.tokens,
            "seconds": round(item.seconds, 2),
            "kind": kinds[item.cached],
        }
        for item in answered
    ]
    chart: alt.Chart = alt.Chart(alt.InlineData(values=rows)).mark_circle(size=60)
    drawn: alt.Chart = chart.encode(
        x=alt.X("asked:T", title=t("asked")),
        y=alt.Y("tokens:Q", title=t("tokens_in_out")),
        color=alt.Color(
            "kind:N", title=None, legend=alt.Legend(orient="top"),
            scale=alt.Scale(domain=kinds, range=[_MAIN, _OTHER]),
        ),
        tooltip=["asked:T", "tokens:Q", "seconds:Q"],
    )  # fmt: skip
    return drawn.properties(height=_HEIGHT)


def stage_name(stage: str) -> str:
    """A stage in the reader's language; its own name where it is not one of the usual."""
    return t(f"timed_{stage}") if stage in _STAGES else stage

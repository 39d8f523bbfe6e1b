"""Plots: seconds by stage, tokens over time, scores with their intervals."""

from collections.abc import Sequence

import altair as alt

from rag_app.evaluation.runs import Run
from rag_app.monitoring import Past, StageTime
from ui.language import t

_MAIN, _OTHER = "#0b8a86", "#c46a2b"  # both stand out on white and on the dark background
_STAGES = ("searching", "reading", "writing", "checking", "retrieve", "total")
_SCORES = (
    "exact_match", "token_f1", "contains", "false_refusals", "abstention_recall",
    "abstention_precision", "citations_verbatim", "citations_on_evidence",
)  # fmt: skip
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


def score_chart(runs: Sequence[Run]) -> alt.LayerChart | alt.FacetChart:
    """For each score a point at its mean and a line over its 95% interval, a colour a run."""
    rows = [
        {"score": score_name(name), "mean": mean, "low": low, "high": high, "run": run.name}
        for run in runs
        for name, mean in run.evaluation.means.items()
        for low, high in [run.evaluation.intervals[name]]
    ]
    names = [score_name(name) for name in runs[-1].evaluation.means]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("score:N", sort=names, title=None, axis=alt.Axis(labelLimit=220)),
        yOffset=alt.YOffset("run:N", sort=[run.name for run in runs]),
        color=_by_run(runs),
        tooltip=["run:N", "score:N", "mean:Q", "low:Q", "high:Q"],
    )
    scale = alt.Scale(domain=[0, 1])
    lines = base.mark_rule(strokeWidth=3).encode(
        x=alt.X("low:Q", scale=scale, title=None), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=70).encode(x=alt.X("mean:Q", scale=scale))
    return alt.layer(lines, points).properties(height=max(_HEIGHT, 26 * len(names) * len(runs)))


def seconds_chart(runs: Sequence[Run]) -> alt.LayerChart | alt.FacetChart:
    """For each stage a point at the median and a line to the 95th percentile, a colour a run."""
    rows = [
        {"stage": stage_name(stage), "half": half, "most": most, "run": run.name}
        for run in runs
        for stage, (half, most) in run.evaluation.seconds.items()
    ]
    order = [stage_name(stage) for stage in runs[-1].evaluation.seconds]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("stage:N", sort=order, title=None),
        yOffset=alt.YOffset("run:N", sort=[run.name for run in runs]),
        color=_by_run(runs),
        tooltip=["run:N", "stage:N", "half:Q", "most:Q"],
    )
    lines = base.mark_rule(strokeWidth=3).encode(x=alt.X("half:Q", title=None), x2="most:Q")
    points = base.mark_point(filled=True, size=70).encode(x="half:Q")
    return alt.layer(lines, points).properties(height=_HEIGHT)


def score_name(score: str) -> str:
    """A score in the reader's language; its own name where that is the same in all."""
    key = score.lower().replace(" ", "_")
    return t(f"score_{key}") if key in _SCORES else score


def _by_run(runs: Sequence[Run]) -> alt.Color:
    legend = alt.Legend(orient="top", columns=1, labelLimit=400) if len(runs) > 1 else None
    scale = alt.Scale(domain=[run.name for run in runs], range=[_OTHER, _MAIN][-len(runs) :])
    return alt.Color("run:N", title=None, legend=legend, scale=scale)


def stage_name(stage: str) -> str:
    """A stage in the reader's language; its own name where it is not one of the usual."""
    return t(f"timed_{stage}") if stage in _STAGES else stage

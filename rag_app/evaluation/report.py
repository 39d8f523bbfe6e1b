"""An evaluation as text for a terminal and as one HTML file that needs nothing else. Pure."""

import html
from typing import Any

from rag_app.evaluation.metrics import gain

_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;
padding:0 1rem;color:#16282b}
table{border-collapse:collapse;width:100%;margin:1rem 0}td,th{padding:.3rem .6rem;text-align:left;
border-bottom:1px solid #dde5e5;vertical-align:top}svg{width:16rem;height:1.1rem}
.good{color:#0b6e3e}.bad{color:#a3341f}small{color:#4d6164}
"""


def as_text(run: dict[str, Any], before: dict[str, Any] | None = None) -> str:
    """A line a score: mean, 95% interval, number of questions, change; then seconds a stage."""
    lines = []
    for name, mean in run["means"].items():
        low, high = run["intervals"][name]
        line = f"{name:26} {mean:.3f} [{low:.3f}, {high:.3f}]  n={run['counts'][name]}"
        if before and name in before["means"]:
            line += f"  {mean - before['means'][name]:+.3f}"
        lines.append(line)
    lines.append("")
    lines += [
        f"{stage:26} p50 {p50:.3f} s, p95 {p95:.3f} s"
        for stage, (p50, p95) in run["seconds"].items()
    ]
    changed = _changes(run, before)
    if before:
        better = sum(_is_better(name, delta) for _, name, delta in changed)
        lines.append(
            f"\nAgainst the other run: {better} scores better, {len(changed) - better} worse."
        )
    return "\n".join(lines)


def as_html(run: dict[str, Any], before: dict[str, Any] | None) -> str:
    """Scores with plotted intervals, seconds, what changed, and every question."""
    scores = "".join(
        f"<tr><td>{_e(name)}<td>{mean:.3f}<td>{_bar(mean, *run['intervals'][name])}"
        f"<td>{run['counts'][name]}</tr>"
        for name, mean in run["means"].items()
    )
    seconds = "".join(
        f"<tr><td>{_e(stage)}<td>{p50:.3f}<td>{p95:.3f}</tr>"
        for stage, (p50, p95) in run["seconds"].items()
    )
    changes = "".join(
        f"<tr><td>{_e(question)}<td>{_e(name)}"
        f"<td class={'good' if _is_better(name, delta) else 'bad'}>{delta:+.2f}</tr>"
        for question, name, delta in _changes(run, before)
    )
    questions = "".join(
        f"<tr><td>{_e(item['id'])}<td>{_e(item['question'])}<br><small>{_e(item['answer'])}</small>"
        f"<td>{'<br>'.join(f'{_e(n)} {v:.2f}' for n, v in item['scores'].items())}"
        f"<td>{'<br>'.join(_e(_shown(place)) for place in item['retrieved'][:5])}</tr>"
        for item in run["questions"]
    )
    compared = (
        f"<h2>Against the other run</h2><table><tr><th>Question<th>Score<th>Change{changes}</table>"
        if before
        else ""
    )
    return (
        f'<!doctype html><meta charset="utf-8"><title>Evaluation of {_e(run["index"])}</title>'
        f"<style>{_STYLE}</style><h1>Evaluation of index {_e(run['index'])}</h1>"
        f"<p>{len(run['questions'])} questions. Bars: mean and 95% bootstrap interval.</p>"
        f"<table><tr><th>Score<th>Mean<th>0 to 1<th>Questions{scores}</table>"
        f"<h2>Seconds</h2><table><tr><th>Stage<th>p50<th>p95{seconds}</table>{compared}"
        f"<h2>Questions</h2><table><tr><th>Id<th>Question and answer<th>Scores<th>First places"
        f"{questions}</table>"
    )


def _is_better(name: str, delta: float) -> bool:
    return gain(name, 0.0, delta) > 0


def _changes(run: dict[str, Any], before: dict[str, Any] | None) -> list[tuple[str, str, float]]:
    """Question, score and difference, where a question's score is not what it was."""
    old = {item["id"]: item["scores"] for item in before["questions"]} if before else {}
    return [
        (item["question"], name, value - old[item["id"]][name])
        for item in run["questions"]
        for name, value in item["scores"].items()
        if name in old.get(item["id"], {}) and value != old[item["id"]][name]
    ]


def _bar(mean: float, low: float, high: float) -> str:
    return (
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img"'
        f' aria-label="{mean:.2f}, {low:.2f} to {high:.2f}">'
        '<rect width="100" height="10" fill="#eef3f3"/>'
        f'<rect width="{100 * mean:.1f}" height="10" fill="#7fb8b4"/>'
        f'<rect x="{100 * low:.1f}" y="4" width="{max(0.6, 100 * (high - low)):.1f}" height="2"'
        ' fill="#16282b"/></svg>'
    )


def _shown(place: list[Any]) -> str:
    document, page = place
    return str(document) if page is None else f"{document}, p. {page}"


def _e(text: object) -> str:
    return html.escape(str(text))

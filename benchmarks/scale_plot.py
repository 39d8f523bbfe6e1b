"""Milliseconds against the size of the index, as an SVG that needs nothing else."""

import math
from collections.abc import Sequence
from pathlib import Path

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP, _RIGHT = 640, 360, 60, 40, 24, 130
_LINES = {"dense": "#2563eb", "lexical": "#b45309", "retrieve": "#15803d"}


def plot(results: Sequence[dict[str, float]], path: Path) -> None:
    """The p95 on the clock (full lines) and of the processor (dashed) of each search."""
    sizes = [math.log10(result["chunks"]) for result in results]
    most = max(result[f"{name}_p95_ms"] for result in results for name in _LINES)
    ceiling = 25 * math.ceil(max(most, 100) / 25)

    def at(size: float, value: float) -> tuple[float, float]:
        width, height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
        share = (size - sizes[0]) / ((sizes[-1] - sizes[0]) or 1)
        return _LEFT + share * width, _HEIGHT - _BOTTOM - value / ceiling * height

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<text x="{_LEFT}" y="16">p95 in ms by chunks: full on the clock, dashed CPU</text>',
    ]
    for value in range(0, ceiling + 1, ceiling // 5):
        (left, y), (right, _) = at(sizes[0], value), at(sizes[-1], value)
        parts.append(f'<path d="M{left:.0f} {y:.0f}H{right:.0f}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 8:.0f}" y="{y + 4:.0f}" text-anchor="end">{value}</text>')
    for size, result in zip(sizes, results, strict=True):
        x, y = at(size, 0)
        label = f"{result['chunks']:,.0f}"
        parts.append(f'<text x="{x:.0f}" y="{y + 20:.0f}" text-anchor="middle">{label}</text>')
    for name, colour in _LINES.items():
        for kind, dashes in (("", ""), ("_cpu", ' stroke-dasharray="5 4"')):
            values = [result[f"{name}_p95{kind}_ms"] for result in results]
            points = [at(size, value) for size, value in zip(sizes, values, strict=True)]
            line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}"{dashes}/>')
            if not kind:
                x, y = points[-1]
                parts.append(f'<text x="{x + 8:.0f}" y="{y:.0f}" fill="{colour}">{name}</text>')
    path.write_text("\n".join([*parts, "</svg>"]) + "\n")

"""The report's charts, drawn as vectors."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reportlab.graphics.shapes import Circle, Drawing, Line, Polygon, PolyLine, Rect, String
from reportlab.lib.colors import Color, HexColor

INK = HexColor("#1c2733")
GRID = HexColor("#d5dde5")
BLUE = HexColor("#1f4e79")
ORANGE = HexColor("#c8641b")
GREEN = HexColor("#3c7d4f")
GREY = HexColor("#7d8b99")
PALE = HexColor("#eef3f8")
MODELS = Path(__file__).with_name("data") / "models.csv"


@dataclass(frozen=True)
class Scale:
    """Maps values to positions, straight or by their logarithm."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """Give the position of a value."""
        if self.log:
            part = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            part = (value - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)


class Chart:
    """A drawing with two axes, a light grid and labels."""

    def __init__(self, width: float, height: float, x: Scale, y: Scale) -> None:
        self.drawing = Drawing(width, height)
        self.x = x
        self.y = y

    def text(self, x: float, y: float, words: str, anchor: str = "start", **style: object) -> None:
        """Write words at a position of the drawing."""
        settings = {"fontName": "Helvetica", "fontSize": 7.8, "fillColor": INK} | style
        self.drawing.add(String(x, y, words, textAnchor=anchor, **settings))

    def axes(
        self,
        x_ticks: dict[float, str],
        y_ticks: dict[float, str],
        x_title: str,
        y_title: str,
    ) -> None:
        """Draw the grid, the two axes, their ticks and titles."""
        x, y = self.x, self.y
        for value, label in y_ticks.items():
            at = y(value)
            self.drawing.add(Line(x.start, at, x.end, at, strokeColor=GRID, strokeWidth=0.5))
            self.text(x.start - 5, at - 2.7, label, "end")
        for value, label in x_ticks.items():
            at = x(value)
            self.drawing.add(Line(at, y.start, at, y.start - 3, strokeColor=INK, strokeWidth=0.6))
            self.text(at, y.start - 12, label, "middle")
        self.drawing.add(Line(x.start, y.start, x.end, y.start, strokeColor=INK, strokeWidth=0.8))
        self.drawing.add(Line(x.start, y.start, x.start, y.end, strokeColor=INK, strokeWidth=0.8))
        self.text((x.start + x.end) / 2, y.start - 25, x_title, "middle", fontSize=8.2)
        self.text(x.start, y.end + 9, y_title, fontSize=8.2)

    def point(self, x: float, y: float, colour: Color = BLUE) -> None:
        """Mark one point."""
        mark = Circle(self.x(x), self.y(y), 2.8, fillColor=colour, strokeColor=None)
        self.drawing.add(mark)

    def line(self, points: list[tuple[float, float]], colour: Color, dash: bool = False) -> None:
        """Join points by a line."""
        flat = [part for x, y in points for part in (self.x(x), self.y(y))]
        pattern = [4, 3] if dash else None
        stroke = {"strokeColor": colour, "strokeWidth": 1.3, "strokeDashArray": pattern}
        self.drawing.add(PolyLine(flat, **stroke))

    def bar(self, x: float, value: float, width: float, colour: Color) -> None:
        """Draw a bar from the axis up to a value; ``x`` is a position of the drawing."""
        foot = self.y.start
        height = self.y(value) - foot
        self.drawing.add(Rect(x, foot, width, height, fillColor=colour, strokeColor=None))


def models() -> list[dict[str, str]]:
    """Read the table of models."""
    with MODELS.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def sizes(width: float) -> Drawing:
    """Parameters of models by year, on a logarithmic scale."""
    x = Scale(2017.5, 2024.8, 50, width - 10)
    y = Scale(0.05, 1000, 40, 235, log=True)
    chart = Chart(width, 255, x, y)
    years = {float(year): str(year) for year in range(2018, 2025)}
    ticks = {0.1: "0.1", 1.0: "1", 10.0: "10", 100.0: "100", 1000.0: "1,000"}
    chart.axes(years, ticks, "Year of publication", "Parameters, billions (logarithmic scale)")
    labels = {
        "GPT-1": (6, -8),
        "BERT-large": (6, 3),
        "GPT-2": (6, -3),
        "T5-11B": (6, -3),
        "GPT-3": (6, -3),
        "GPT-J-6B": (6, -3),
        "Gopher": (6, -3),
        "Megatron-Turing NLG": (-78, -3),
        "Chinchilla": (6, -3),
        "PaLM": (6, -3),
        "BLOOM": (6, -4),
        "LLaMA 65B": (6, 0),
        "Mistral 7B": (6, -6),
        "Phi-2": (6, -4),
        "TinyLlama 1.1B": (-24, -13),
        "Llama 3 8B": (-18, 7),
        "Llama 3.1 405B": (-40, 7),
    }
    for row in models():
        year, size = float(row["year"]), float(row["parameters_billion"])
        is_open = row["licence"] != "closed"
        chart.point(year, size, BLUE if is_open else ORANGE)
        if row["name"] in labels:
            dx, dy = labels[row["name"]]
            chart.text(x(year) + dx, y(size) + dy, row["name"], fontSize=7.2)
    for at, (colour, words) in enumerate(((BLUE, "weights published"), (ORANGE, "closed"))):
        left = width - 170 + at * 100
        chart.drawing.add(Circle(left, 247, 2.8, fillColor=colour, strokeColor=None))
        chart.text(left + 6, 244, words)
    return chart.drawing


def data(width: float) -> Drawing:
    """Training tokens against parameters, both logarithmic, with the line of twenty to one."""
    x = Scale(1, 1000, 50, width - 20, log=True)
    y = Scale(100, 40000, 40, 225, log=True)
    chart = Chart(width, 245, x, y)
    x_ticks = {1.0: "1", 10.0: "10", 100.0: "100", 1000.0: "1,000"}
    y_ticks = {100.0: "100", 1000.0: "1,000", 10000.0: "10,000"}
    chart.axes(
        x_ticks, y_ticks, "Parameters, billions (log)", "Training tokens, billions (logarithmic)"
    )
    chart.line([(5, 100), (1000, 20000)], GREY, dash=True)
    chart.text(x(9.6), y(150), "20 tokens per parameter", fontSize=7.2, fillColor=GREY)
    labels = {
        "T5-11B": (6, -3),
        "GPT-3": (-26, -9),
        "GPT-J-6B": (6, -3),
        "Gopher": (-12, 7),
        "Megatron-Turing NLG": (-56, -12),
        "Chinchilla": (7, -6),
        "PaLM": (6, -3),
        "BLOOM": (-12, 7),
        "LLaMA 7B": (-14, 7),
        "LLaMA 65B": (-46, -3),
        "Llama 2 70B": (-14, 7),
        "Phi-2": (6, -3),
        "TinyLlama 1.1B": (7, -3),
        "Llama 3 8B": (6, -3),
        "Llama 3.1 405B": (-30, 7),
    }
    for row in models():
        if row["training_tokens_billion"] and row["name"] in labels:
            size, tokens = float(row["parameters_billion"]), float(row["training_tokens_billion"])
            chart.point(size, tokens, BLUE if row["licence"] != "closed" else ORANGE)
            dx, dy = labels[row["name"]]
            chart.text(x(size) + dx, y(tokens) + dy, row["name"], fontSize=7.2)
    return chart.drawing


def memory(width: float) -> Drawing:
    """Memory for the weights of three sizes of model in four precisions."""
    x = Scale(0, 3, 50, width - 10)
    y = Scale(0, 280, 40, 205)
    chart = Chart(width, 240, x, y)
    y_ticks = {float(value): str(value) for value in range(0, 281, 40)}
    groups = {7: "7 billion", 13: "13 billion", 70: "70 billion"}
    x_ticks = {at + 0.5: f"{words} parameters" for at, words in enumerate(groups.values())}
    chart.axes(x_ticks, y_ticks, "", "Gigabytes for the weights alone")
    kinds = (("FP32", 4, BLUE), ("FP16", 2, GREEN), ("INT8", 1, ORANGE), ("INT4", 0.5, GREY))
    for group, billions in enumerate(groups):
        for place, (_, size, colour) in enumerate(kinds):
            left = x(group + 0.5) + (place - 2) * 27
            value = billions * size
            chart.bar(left + 2, value, 23, colour)
            chart.text(left + 13.5, y(value) + 3, f"{value:g}", "middle", fontSize=7.2)
    for place, (name, _, colour) in enumerate(kinds):
        left = width - 200 + place * 50
        chart.drawing.add(Rect(left, 224, 8, 8, fillColor=colour, strokeColor=None))
        chart.text(left + 12, 225, name)
    return chart.drawing


def cache(width: float) -> Drawing:
    """Size of the key-value cache by context, with and without grouped queries."""
    x = Scale(0, 32768, 50, width - 100)
    y = Scale(0, 16, 40, 195)
    chart = Chart(width, 215, x, y)
    x_ticks = {float(tokens): f"{tokens:,}" for tokens in (4096, 8192, 16384, 24576, 32768)}
    y_ticks = {float(value): str(value) for value in range(0, 17, 4)}
    chart.axes(x_ticks, y_ticks, "Tokens in the context", "Gibibytes of cache (16-bit values)")
    lines = ((0.5, BLUE, "32 key-value heads"), (0.125, ORANGE, "8 key-value heads"))
    for mebibytes, colour, words in lines:
        end = 32768 * mebibytes / 1024
        chart.line([(0, 0), (32768, end)], colour)
        for tokens in (4096, 8192, 16384, 32768):
            chart.point(tokens, tokens * mebibytes / 1024, colour)
        chart.text(x.end + 7, y(end) - 3, words, fillColor=colour)
    return chart.drawing


def pipeline(width: float) -> Drawing:
    """The two halves of retrieval augmented generation: indexing and answering."""
    drawing = Drawing(width, 150)
    rows = (
        (100, "Indexing, once", ("Documents", "Chunks", "Embeddings", "Vector index")),
        (18, "Answering, each time", ("Question", "Nearest chunks", "Prompt", "Cited answer")),
    )
    box, gap = 88.0, (width - 4 * 88.0) / 3
    style = {"fontName": "Helvetica", "fillColor": INK}
    for foot, name, steps in rows:
        drawing.add(String(0, foot + 38, name, fontSize=8.2, **style))
        for at, step in enumerate(steps):
            left = at * (box + gap)
            frame = {"fillColor": PALE, "strokeColor": BLUE, "strokeWidth": 0.8}
            drawing.add(Rect(left + 0.5, foot, box - 1, 30, rx=3, ry=3, **frame))
            middle = {"textAnchor": "middle", "fontSize": 8.6} | style
            drawing.add(String(left + box / 2, foot + 12, step, **middle))
            if at:
                _arrow(drawing, left - gap + 2, foot + 15, left - 2, foot + 15)
    _arrow(drawing, 3 * (box + gap) + box / 2, 98, box + gap + box * 0.8, 51)
    return drawing


def _arrow(drawing: Drawing, x1: float, y1: float, x2: float, y2: float) -> None:
    angle = math.atan2(y2 - y1, x2 - x1)
    drawing.add(Line(x1, y1, x2, y2, strokeColor=BLUE, strokeWidth=1))
    corners = [x2, y2]
    for turn in (2.7, -2.7):
        corners += [x2 + 6 * math.cos(angle + turn), y2 + 6 * math.sin(angle + turn)]
    drawing.add(Polygon(corners, fillColor=BLUE, strokeColor=BLUE, strokeWidth=0.5))


FIGURES: dict[str, Callable[[float], Drawing]] = {
    "sizes": sizes,
    "data": data,
    "memory": memory,
    "cache": cache,
    "pipeline": pipeline,
}

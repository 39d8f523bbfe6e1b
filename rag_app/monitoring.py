"""What the machine is doing, and what answers took: figures to draw.

Processor and memory are read from Linux's /proc; elsewhere they are not known. Graphics cards
answer through NVML (extra ``gpu``).
"""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rag_app.errors import MissingExtra
from rag_app.evaluation.metrics import percentile
from rag_app.values import Exchange

_PROC = Path("/proc")


@dataclass(frozen=True)
class Machine:
    """Processor time since the start, and memory now."""

    busy: float  # seconds of all cores together, since the start of the machine
    total: float
    memory_used: int  # bytes
    memory_total: int


@dataclass(frozen=True)
class Gpu:
    """One graphics card."""

    name: str
    busy: float  # 0 to 1
    memory_used: int  # bytes
    memory_total: int


@dataclass(frozen=True)
class StageTime:
    """How long a stage of answering took, in seconds."""

    stage: str
    half: float  # of the answers took no longer
    most: float  # 95 of 100 took no longer
    count: int


@dataclass(frozen=True)
class Past:
    """One answered question, for a plot over time."""

    asked: float  # seconds since the epoch
    seconds: float
    tokens: int  # in and out
    cached: bool
    abstained: bool
    rating: int | None


def machine() -> Machine | None:
    """The machine's figures; None where the system does not tell them."""
    try:
        times = [float(part) for part in (_PROC / "stat").read_text().splitlines()[0].split()[1:9]]
        memory = dict(
            line.split(":", 1) for line in (_PROC / "meminfo").read_text().splitlines() if line
        )
        total, free = (1024 * int(memory[name].split()[0]) for name in ("MemTotal", "MemAvailable"))
    except (OSError, ValueError, KeyError, IndexError):
        return None
    ticks = os.sysconf("SC_CLK_TCK")
    idle = times[3] + times[4]
    return Machine((sum(times) - idle) / ticks, sum(times) / ticks, total - free, total)


def load_between(before: Machine, now: Machine) -> float:
    """The share of all cores that was busy between two looks, 0 to 1."""
    passed = now.total - before.total
    return min(1.0, max(0.0, (now.busy - before.busy) / passed)) if passed > 0 else 0.0


def memory_of(process: int) -> int:
    """Bytes of memory that a process holds; 0 where that is not known."""
    with suppress(OSError, ValueError, IndexError):
        pages = int((_PROC / str(process) / "statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 0


def gpus() -> list[Gpu]:
    """Every NVIDIA card; none where there is no driver. Raises MissingExtra where it is needed."""
    if not Path("/dev/nvidiactl").exists():
        return []
    try:
        import pynvml
    except ImportError as error:
        raise MissingExtra("Showing the graphics card", "gpu") from error
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return []
    try:
        return [_gpu(pynvml, number) for number in range(pynvml.nvmlDeviceGetCount())]
    finally:
        pynvml.nvmlShutdown()


def past(exchanges: Iterable[Exchange]) -> list[Past]:
    """The answered ones, oldest first."""
    found = [
        Past(
            exchange.asked,
            exchange.answer.usage.seconds.get("total", 0.0),
            exchange.answer.usage.prompt_tokens + exchange.answer.usage.completion_tokens,
            exchange.answer.cached,
            exchange.answer.abstained,
            exchange.rating,
        )
        for exchange in exchanges
        if exchange.answer is not None
    ]
    return sorted(found, key=lambda item: item.asked)


def stage_times(exchanges: Sequence[Exchange]) -> list[StageTime]:
    """Seconds by stage, in the order of the stages; answers from the cache are left out."""
    seconds: dict[str, list[float]] = {}
    for exchange in exchanges:
        if exchange.answer is not None and not exchange.answer.cached:
            for stage, spent in exchange.answer.usage.seconds.items():
                seconds.setdefault(stage, []).append(spent)
    return [
        StageTime(stage, percentile(spent, 0.5), percentile(spent, 0.95), len(spent))
        for stage, spent in sorted(seconds.items(), key=lambda item: item[0] == "total")
    ]


def _gpu(nvml, number: int) -> Gpu:  # type: ignore[no-untyped-def]  # noqa: ANN001 -- untyped
    handle = nvml.nvmlDeviceGetHandleByIndex(number)
    memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    name = nvml.nvmlDeviceGetName(handle)
    try:
        busy = nvml.nvmlDeviceGetUtilizationRates(handle).gpu / 100
    except nvml.NVMLError:  # a slice of a card does not say
        busy = 0.0
    return Gpu(str(name), busy, int(memory.used), int(memory.total))

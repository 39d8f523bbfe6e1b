import os
import sys

import pytest

from rag_app.monitoring import (
    Machine,
    gpus,
    load_between,
    machine,
    memory_of,
    past,
    stage_times,
)
from rag_app.values import Answer, Exchange, Usage


def exchange(asked: float, seconds: dict[str, float], *, cached: bool = False) -> Exchange:
    answer = Answer(
        "?", "", (), False, (), 0.9, "en", "quotation", "", Usage(10, 5, seconds), cached=cached
    )
    return Exchange(1, "", "default", asked, "?", "answered", answer)


def test_load_is_the_share_of_time_that_was_busy():
    before, after = Machine(100, 1000, 0, 1), Machine(103, 1004, 0, 1)
    assert load_between(before, after) == pytest.approx(0.75)
    assert load_between(before, before) == 0


def test_stages_are_summed_up_without_answers_from_the_cache():
    log = [
        exchange(3, {"writing": 0.2, "total": 0.3}),
        exchange(2, {"writing": 0.4, "total": 0.5}),
        exchange(1, {"total": 0.001}, cached=True),
        Exchange(1, "", "default", 4, "?", "stopped"),
    ]
    writing, total = stage_times(log)
    assert (writing.stage, writing.half, writing.most, writing.count) == ("writing", 0.2, 0.4, 2)
    assert total.stage == "total"
    assert [item.asked for item in past(log)] == [1, 2, 3]
    assert [item.cached for item in past(log)] == [True, False, False]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
def test_this_machine_tells_its_figures():
    first, second = machine(), machine()
    assert first is not None
    assert second is not None
    assert 0 < first.memory_used < first.memory_total
    assert second.total >= first.total >= first.busy
    assert memory_of(os.getpid()) > 1e6
    assert memory_of(2**30) == 0
    assert gpus() == [] or gpus()[0].memory_total > 0

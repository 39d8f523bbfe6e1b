"""A converted network on the processor: one row an inference, as many at a time as cores.

Rows are never padded into a batch: what comes out for one is then a function of it alone.
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from rag_app.processor import cores

Row = tuple[npt.NDArray[np.int64], ...]  # one array an input of the network, each (1, tokens)
Outputs = Sequence[npt.NDArray[np.float32]]  # one array an output, without the batch dimension
Taken = TypeVar("Taken")


class Network:
    """An OpenVINO network, in bf16 where the processor computes in it."""

    def __init__(self, path: Path, threads: int = 0) -> None:
        """Compile it; ``threads`` 0 means all cores."""
        import openvino

        core = openvino.Core()
        has_bf16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        self.precision = "bf16" if has_bf16 else "f32"
        streams = threads or cores()
        compiled = core.compile_model(
            str(path),
            "CPU",
            {
                "INFERENCE_PRECISION_HINT": self.precision,
                "NUM_STREAMS": streams,
                "INFERENCE_NUM_THREADS": streams,
            },
        )
        self.outputs = len(compiled.outputs)
        self._queue = openvino.AsyncInferQueue(compiled, streams)
        self._lock = threading.Lock()

    def run(self, rows: Sequence[Row], take: Callable[[int, Outputs], Taken]) -> list[Taken]:
        """What ``take`` makes of each row's outputs, in order.

        It is told the row's number, and the outputs in memory that the next row is written to.
        """
        taken: list[Taken | None] = [None] * len(rows)

        def keep(request: Any, row: int) -> None:  # noqa: ANN401
            tensors = (request.get_output_tensor(at) for at in range(self.outputs))
            taken[row] = take(row, [tensor.data[0] for tensor in tensors])

        with self._lock:
            self._queue.set_callback(keep)
            # The longest first, so that no core ends the round waiting for one long text.
            for row in sorted(range(len(rows)), key=lambda row: -rows[row][0].shape[1]):
                self._queue.start_async(dict(enumerate(rows[row])), row)
            self._queue.wait_all()
        return cast(list[Taken], taken)

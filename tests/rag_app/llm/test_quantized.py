"""The quantized layers against the exact ones."""

import weakref

import pytest
import torch
from torch import nn

from rag_app.llm import quantized
from rag_app.llm.quantized import Int4Linear, Int8Linear, quantize_linears


@pytest.mark.parametrize("rows", [1, 63, 64, 200])  # few rows and many take different kernels
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32, torch.float16])
@pytest.mark.parametrize("bias", [True, False])
def test_layers_compute_nearly_what_they_did(rows: int, dtype: torch.dtype, bias: bool):
    torch.manual_seed(0)
    linear = nn.Linear(128, 64, bias=bias, dtype=dtype)
    given = torch.randn(1, rows, 128, dtype=dtype)
    exact = linear(given)
    for made, tolerance in ((Int8Linear(linear), 0.02), (Int4Linear(linear, 32), 0.2)):
        got = made(given)
        assert (got.shape, got.dtype) == (exact.shape, exact.dtype)
        assert (got - exact).norm() / exact.norm() < tolerance


def test_layers_that_the_kernel_cannot_read_stay_exact():
    model = nn.Sequential(nn.Linear(48, 64), nn.Linear(64, 7))
    assert quantize_linears(model, 4) == 0
    assert quantize_linears(model, 8) == 2


def test_a_weight_is_freed_before_the_next_but_one_is_quantized(monkeypatch):
    seen: list[weakref.ref] = []
    pack = quantized._packed

    def watch(linear: nn.Linear, bits: int) -> nn.Module | None:
        assert all(weight() is None for weight in seen[:-1])
        seen.append(weakref.ref(linear.weight))
        return pack(linear, bits)

    monkeypatch.setattr(quantized, "_packed", watch)
    model = nn.Sequential(*(nn.Linear(64, 64) for _ in range(4)))
    assert quantize_linears(model, 8) == len(seen) == 4
    assert model(torch.zeros(2, 64)).shape == (2, 64)

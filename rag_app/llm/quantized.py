"""Linear layers with weights of 8 or 4 bits on the CPU, by kernels that torch ships itself.

Weights are rounded to the nearest, symmetrically by row in 8 bits, and by group of a row with a
zero point in 4 (as in "LLM.int8()", Dettmers et al. 2022, and llama.cpp's Q4_1). Activations
stay in bfloat16.
"""

import torch
from torch import Tensor, nn

_GROUPS = (32, 64, 128)  # weights that share a scale in 4 bits; the kernel knows these sizes
_MANY = 64  # rows from which on it is faster to widen the weights and multiply in bfloat16


def quantize_linears(model: nn.Module, bits: int) -> int:
    """Replace the linear layers of ``model`` in place; how many were.

    The layer that gives the logits keeps its precision: it often shares its weights with the
    embeddings, and errors there cost most. Frees each weight as soon as it is replaced.
    """
    find_head = getattr(model, "get_output_embeddings", None)  # of transformers' models
    head = find_head() if find_head else None
    # By name, since a list of the layers would keep every weight alive until the end.
    names = [
        name
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear) and module is not head
    ]
    replaced = 0
    for name in names:
        packed = _packed(model.get_submodule(name), bits)
        if packed is not None:
            model.set_submodule(name, packed)
            replaced += 1
    return replaced


def _packed(linear: nn.Module, bits: int) -> nn.Module | None:
    assert isinstance(linear, nn.Linear)
    if bits == 8:
        return Int8Linear(linear)
    group = next((size for size in _GROUPS if linear.in_features % size == 0), None)
    if group is None or linear.out_features % 16:
        return None  # the kernel wants whole groups and blocks of 16 rows
    return Int4Linear(linear, group)


class Int8Linear(nn.Module):
    """Weights in 8 bits, one scale a row."""

    weight: Tensor
    scale: Tensor

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        weight = linear.weight.detach().float()
        scale = weight.abs().amax(1).clamp(min=1e-8) / 127
        rounded = (weight / scale[:, None]).round().clamp(-127, 127).to(torch.int8)
        self.register_buffer("weight", rounded.contiguous())
        self.register_buffer("scale", scale.to(torch.bfloat16))
        self.bias = linear.bias

    def forward(self, x: Tensor) -> Tensor:
        """Shape (..., in) to (..., out), in the precision of ``x``."""
        flat = x.reshape(-1, x.shape[-1]).to(torch.bfloat16)
        if len(flat) < _MANY:
            out: Tensor = torch.ops.aten._weight_int8pack_mm(flat, self.weight, self.scale)
        else:
            out = nn.functional.linear(flat, self.weight.to(flat.dtype)) * self.scale
        out = out.to(x.dtype).reshape(*x.shape[:-1], -1)
        return out if self.bias is None else out + self.bias


class Int4Linear(nn.Module):
    """Weights in 4 bits, two to a byte; a scale and a zero point for each group of a row."""

    weight: Tensor
    scales_and_zeros: Tensor

    def __init__(self, linear: nn.Linear, group: int) -> None:
        super().__init__()
        weight = linear.weight.detach().float()
        rows, columns = weight.shape
        grouped = weight.reshape(rows, columns // group, group)
        low, high = grouped.amin(2, keepdim=True), grouped.amax(2, keepdim=True)
        scale = (high - low).clamp(min=1e-8) / 15
        rounded = ((grouped - low) / scale).round().clamp(0, 15).to(torch.int32)
        packed = torch.ops.aten._convert_weight_to_int4pack_for_cpu(
            rounded.reshape(rows, columns).contiguous(), 2
        )
        # The kernel computes (q - 8) * scale + zero.
        zero = low + 8 * scale
        pairs = torch.cat([scale, zero], 2).transpose(0, 1).contiguous().to(torch.bfloat16)
        self.group = group
        self.register_buffer("weight", packed)
        self.register_buffer("scales_and_zeros", pairs)
        self.bias = linear.bias

    def forward(self, x: Tensor) -> Tensor:
        """Shape (..., in) to (..., out), in the precision of ``x``."""
        flat = x.reshape(-1, x.shape[-1]).to(torch.bfloat16)
        out: Tensor = torch.ops.aten._weight_int4pack_mm_for_cpu(
            flat, self.weight, self.group, self.scales_and_zeros
        ).to(x.dtype)
        out = out.reshape(*x.shape[:-1], -1)
        return out if self.bias is None else out + self.bias

"""``python -m training FOLDER``: train the sentence reader's adapter on questions in a folder.

A low-rank adapter (LoRA, Hu et al. 2021) of rank 16 on every linear layer but the first block's,
for one epoch, by two losses: cross-entropy among a question's sentences, and binary
cross-entropy of each, so that the scores also mean something from question to question.
"""

import argparse
import random
import time
from pathlib import Path
from typing import Any

import openvino
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import AutoTokenizer, BertModel

from rag_app.embedding import packaged_model
from rag_app.models.network import Row
from rag_app.models.sentence_reader import ADAPTER, SCALE, pair, reader_module
from training.questions import Group, load_groups

_RANK = 16
_FIRST = 1  # layers below stay as they are
_GROUPS = 16  # a step
_TOGETHER = 8  # sentences of like length that are read at once
_RATE = 6e-4
_AMONG = 0.3  # weight of the loss among a question's sentences
_HELD_OUT = 300  # passages
_PARTS = ("attention.self.query", "attention.self.key", "attention.self.value",
          "attention.output.dense", "intermediate.dense", "output.dense")  # fmt: skip


def main() -> None:
    """Train, tell how well it reads what was held out, and save."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("folder", type=Path, help="of the sets as gzipped JSONL")
    parser.add_argument("--questions", type=int, default=11_200, help="most to train on")
    parser.add_argument("--start", type=Path, help="an adapter to go on from")
    parser.add_argument("--out", type=Path, default=ADAPTER)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    groups = load_groups(arguments.folder)
    passages = sorted({group.passage for group in groups})
    held_out = set(random.Random(0).sample(passages, _HELD_OUT))
    seen = [group for group in groups if group.passage not in held_out][: arguments.questions]
    unseen = [group for group in groups if group.passage in held_out]
    model, tokenizer = _model(), AutoTokenizer.from_pretrained(packaged_model())
    if arguments.start:
        _load(model, arguments.start)
    _train(model, tokenizer, seen)
    first, separation = _judge(model, tokenizer, unseen)
    print(f"held out: right sentence first {first:.3f}, AUROC answerable {separation:.3f}")
    trained = {name: p.detach() for name, p in model.named_parameters() if p.requires_grad}
    halved = {
        name.removeprefix("bert."): tensor.half() if name[-2:] in {".A", ".B"} else tensor
        for name, tensor in trained.items()
    }
    save_file({name: tensor.contiguous() for name, tensor in halved.items()}, arguments.out)


class _Adapted(nn.Module):
    """A linear layer with a product of two small matrices added to its weights."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.linear = linear
        self.A = nn.Parameter(torch.randn(_RANK, linear.in_features) * linear.in_features**-0.5)
        self.B = nn.Parameter(torch.zeros(linear.out_features, _RANK))

    def forward(self, x: Tensor) -> Tensor:
        added: Tensor = (x @ self.A.T) @ self.B.T
        return self.linear(x) + SCALE * added  # type: ignore[no-any-return]


def _model() -> Any:  # noqa: ANN401
    bert = BertModel.from_pretrained(packaged_model(), add_pooling_layer=False).requires_grad_(
        False
    )
    for layer in bert.encoder.layer[_FIRST:]:
        for name in _PARTS:
            linear: Any = layer.get_submodule(name)
            layer.set_submodule(name, _Adapted(linear))
    for module in bert.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0  # it would cost as much time as the layers themselves
    return reader_module(bert, nn.Linear(2 * bert.config.hidden_size, 1))


def _train(model: Any, tokenizer: Any, groups: list[Group]) -> None:  # noqa: ANN401
    weights = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=_RATE, weight_decay=0.01)
    steps = len(groups) // _GROUPS
    bf16 = _has_bf16()
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, _RATE, total_steps=steps + 1, pct_start=0.08
    )
    began = time.monotonic()
    for step in range(steps):
        some = groups[step * _GROUPS : (step + 1) * _GROUPS]
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            scores = _scores(model, tokenizer, some)
        loss = _loss(scores, some)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        schedule.step()
        if step % 25 == 0:
            print(f"{step}/{steps} loss {loss:.3f} {time.monotonic() - began:.0f} s", flush=True)


def _loss(scores: Tensor, groups: list[Group]) -> Tensor:
    right = torch.tensor([float(c.answers) for group in groups for c in group.choices])
    loss = nn.functional.binary_cross_entropy_with_logits(scores, right)
    among = []
    parts = [len(group.choices) for group in groups]
    for part, answers in zip(torch.split(scores, parts), torch.split(right, parts), strict=True):
        if answers.any():
            among.append(nn.functional.cross_entropy(part, answers.argmax()))
    return loss + _AMONG * torch.stack(among).mean() if among else loss


def _judge(model: Any, tokenizer: Any, groups: list[Group]) -> tuple[float, float]:  # noqa: ANN401
    """How often the right sentence comes first; how well answerable is told from not."""
    firsts, best, answerable = [], [], []
    for group in groups:
        with torch.no_grad():
            scores = _scores(model, tokenizer, [group])
        best.append(float(scores.max()))
        answerable.append(any(choice.answers for choice in group.choices))
        if answerable[-1]:
            firsts.append(group.choices[int(scores.argmax())].answers)
    yes = torch.tensor([b for b, a in zip(best, answerable, strict=True) if a])
    no = torch.tensor([b for b, a in zip(best, answerable, strict=True) if not a])
    return sum(firsts) / len(firsts), float((yes[:, None] > no[None]).float().mean())


def _scores(model: Any, tokenizer: Any, groups: list[Group]) -> Tensor:  # noqa: ANN401
    """A number for each sentence of the groups, in order; those of like length read together."""
    rows = _rows(groups, tokenizer)
    order = sorted(range(len(rows)), key=lambda number: rows[number][0].shape[1])
    scores: list[Tensor] = []
    for at in range(0, len(order), _TOGETHER):
        scores.append(model(*_padded([rows[n] for n in order[at : at + _TOGETHER]])).float())
    places = torch.tensor(order).argsort()
    return torch.cat(scores).squeeze(-1)[places]


def _rows(groups: list[Group], tokenizer: Any) -> list[Row]:  # noqa: ANN401
    def ids(text: str) -> list[int]:
        return list(tokenizer(text, add_special_tokens=False).input_ids)

    return [
        pair(ids(group.question), ids(choice.before), ids(choice.text))
        for group in groups
        for choice in group.choices
    ]


def _padded(rows: list[Row]) -> tuple[Tensor, Tensor]:
    width = max(row[0].shape[1] for row in rows)
    both = torch.zeros(2, len(rows), width, dtype=torch.long)
    for number, row in enumerate(rows):
        for part in (0, 1):
            both[part, number, : row[part].shape[1]] = torch.from_numpy(row[part][0])
    return both[0], both[1]


def _has_bf16() -> bool:
    """Whether the processor computes in bf16; where it does not, autocast would be slower."""
    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def _load(model: Any, adapter: Path) -> None:  # noqa: ANN401
    trained = {name for name, p in model.named_parameters() if p.requires_grad}
    weights = {
        name if name.startswith("head.") else f"bert.{name}": tensor.float()
        for name, tensor in load_file(adapter).items()
    }
    if weights.keys() != trained:
        raise SystemExit(f"{adapter} is no adapter of this shape")
    model.load_state_dict(weights, strict=False)


if __name__ == "__main__":
    main()

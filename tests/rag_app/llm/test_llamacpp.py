"""llama.cpp as the engine, on the packaged file."""

import importlib.util
import threading

import pytest
from langchain_core.messages import HumanMessage

from rag_app.errors import Cancelled, MissingExtra, ModelError
from rag_app.llm import load_llm
from rag_app.llm.engine import Job
from rag_app.llm.gguf import gguf_path, load_gguf
from rag_app.llm.spec import ModelSpec, parse_spec
from rag_app.settings import load_settings

QUESTION = [HumanMessage("Tell me a long story about a river and a boat.")]
LONG = [HumanMessage(" ".join(map(str, range(700))))]  # seconds to read


@pytest.fixture(scope="module")
def llm():
    pytest.importorskip("xllamacpp")
    path = gguf_path(ModelSpec("packaged"))
    made = load_llm(f"gguf:{path}?engine=llamacpp", load_settings(device="cpu"))
    yield made
    made.close()


def test_streams_the_same_words_that_it_answers(llm):
    answer = llm.invoke(QUESTION, max_tokens=12)
    streamed = "".join(chunk.text for chunk in llm.stream(QUESTION, max_tokens=12))
    assert answer.content == streamed != ""
    assert answer.usage_metadata["output_tokens"] == 12
    assert answer.usage_metadata["input_tokens"] > 10
    assert answer.response_metadata["finish_reason"] == "length"
    assert llm.get_num_tokens("hello world") == 2


def test_says_what_runs_where(llm):
    card = llm.describe()
    assert (card.engine, card.device, card.precision) == ("llama.cpp", "CPU", "int4 (GGUF Q4_1)")


def test_stop_sequences_end_the_answer(llm):
    whole = llm.invoke(QUESTION, max_tokens=12).content
    stop = whole.split()[3]
    assert llm.invoke(QUESTION, max_tokens=12, stop=[stop]).content == whole[: whole.index(stop)]


@pytest.mark.parametrize("prompt", [QUESTION, LONG], ids=["while it writes", "while it reads"])
def test_a_cancelled_answer_does_not_cost_the_process(llm, prompt, monkeypatch):
    monkeypatch.setattr("rag_app.llm.process._GRACE_S", 60.0)  # on a busy machine
    process, cancel = llm.describe() and llm.process_id, threading.Event()
    threading.Timer(0.2, cancel.set).start()
    with pytest.raises(Cancelled):
        llm.invoke(prompt, max_tokens=400, cancel=cancel)
    assert llm.invoke("Hi", max_tokens=2).content
    assert llm.process_id == process


def test_what_does_not_fit_the_context_names_the_settings(llm):
    with pytest.raises(ModelError, match="RAG_EVIDENCE_TOKENS"):
        llm.invoke("word " * 9000)


def test_a_missing_wheel_names_its_extra(monkeypatch):
    path = gguf_path(ModelSpec("packaged"))
    spec = f"gguf:{path}?engine=llamacpp"
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "xllamacpp" else find(name)
    )
    with pytest.raises(MissingExtra, match=r"rag-app\[llamacpp\]"):
        load_gguf(parse_spec(spec), Job(spec, "cpu", 0, "unused"))

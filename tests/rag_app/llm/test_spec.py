import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag_app.errors import SettingError
from rag_app.llm import parse_spec


def test_every_form_is_understood():
    assert parse_spec("packaged").kind == "packaged"
    assert parse_spec("gguf:/m/a.gguf?engine=llamacpp").engine == "llamacpp"
    assert parse_spec("hf:org/name?quantize=int4&dtype=float32").quantize == "int4"
    assert parse_spec("hf:org/name").quantize == "int8"
    endpoint = parse_spec("openai:http://127.0.0.1:8000/v1#my/model")
    assert (endpoint.target, endpoint.model) == ("http://127.0.0.1:8000/v1", "my/model")


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "gpt-9",
        "gguf:",
        "hf:x?quantize=int3",
        "hf:x?bits=4",
        "openai:ftp://x#m",
        "openai:http://x",
        "openai:http://#m",
        "openai:http://[::1/v1#m",
        "openai:http://x:port/v1#m",
    ],
)
def test_what_cannot_be_used_is_refused_with_every_form(spec: str):
    with pytest.raises(SettingError, match=r"RAG_LLM=.*packaged, gguf:PATH"):
        parse_spec(spec)


@given(st.sampled_from(["", "gguf:", "hf:", "openai:", "openai:http://"]), st.text(max_size=20))
def test_any_text_is_a_spec_or_is_refused(kind: str, rest: str):
    with contextlib.suppress(SettingError):
        assert parse_spec(kind + rest).kind

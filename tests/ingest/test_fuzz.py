"""Any bytes and any text: what is read keeps its offsets, what is refused says why."""

import io
import json
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.loaders.options import LoadingOptions
from ingest.loading import suffixes
from ingest.parser import _loaded
from ingest.splitting import embedded_text, split
from rag_app.child import read_frame, write_frame
from rag_app.embedding import load_embedder
from rag_app.errors import Reason
from rag_app.settings import load_settings
from rag_app.values import Heading, LoadedDocument, Page
from tests.ingest.hostile import MUTATIONS, inner, seeds

embedder = load_embedder(load_settings())
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bytes]:
    files = seeds(tmp_path_factory.mktemp("seeds"))
    return lambda suffix: files[suffix]  # whose repr, unlike the files', is short


def frame_of(suffix: str, data: bytes) -> dict:
    """What the child would send of a file, by way of the pipe's own format."""
    with tempfile.NamedTemporaryFile(suffix=suffix) as file:
        file.write(data)
        file.flush()
        pipe = io.BytesIO()
        write_frame(pipe, _loaded(Path(file.name), LoadingOptions()))
    pipe.seek(0)
    return read_frame(pipe)


@patient
@given(st.sampled_from(suffixes()), st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_with_a_reason(suffix: str, data: bytes):
    frame = frame_of(suffix, data)
    assert "pages" in frame or (Reason(frame["reason"]) and frame["detail"])


@settings(patient, max_examples=60)
@given(
    st.sampled_from([".pdf", ".docx", ".pptx", ".xlsx", ".epub", ".html", ".csv", ".md"]),
    st.integers(0, 2**32),
    st.lists(st.sampled_from(MUTATIONS), min_size=1, max_size=2),
)
def test_any_mutant_is_read_or_refused_with_a_reason(sound, suffix: str, seed: int, mutations):
    generator = random.Random(seed)
    mutated = sound(suffix)
    for mutation in sorted(mutations, key=lambda m: m is not inner):
        mutated = mutation(mutated + b"  ", generator)
    frame = frame_of(suffix, mutated)
    assert "pages" in frame or (Reason(frame["reason"]) and frame["detail"])


@patient
@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(
    inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)))  # fmt: skip
def test_any_json_is_text_without_an_error(value: object):
    frame = frame_of(".json", json.dumps(value).encode())
    assert "pages" in frame or frame["reason"] == "empty"


@patient
@given(st.text(max_size=600), st.lists(st.tuples(st.integers(0, 600), st.text(max_size=80))))
def test_offsets_of_any_text_hold(text: str, titles: list[tuple[int, str]]):
    headings = tuple(Heading(min(at, len(text)), 1, title) for at, title in sorted(titles))
    document = LoadedDocument("T", (Page(1, text, headings),), "test")
    for chunk in split(document, embedder.token_ends, max_tokens=48):
        assert text[chunk.start : chunk.end] == chunk.text != ""
        assert all(chunk.start <= start < end <= chunk.end for start, end in chunk.sentences)
        read = embedded_text("T", chunk, embedder.token_ends, max_tokens=48)
        assert embedder.count_tokens(read) <= 48

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from rag_app.embedding import load_embedder, packaged_model
from rag_app.errors import ModelNotFound, SettingError
from rag_app.models.conversion import converted
from rag_app.models.embedding_engines import OpenVINOEngine
from rag_app.models.sentence_reader import load_sentence_reader
from rag_app.settings import load_settings

TEXTS = [
    "Revenue grew by ten percent last year.",
    "A receita cresceu dez por cento no ano passado.",
    "Cats sleep for most of the day.",
    "Turnover rose 10% over the previous twelve months.",
]


@pytest.fixture(scope="module")
def embedder():
    return load_embedder(load_settings())


def test_vectors_have_unit_length_and_meaning(embedder):
    vectors = embedder.encode(TEXTS)
    assert vectors.shape == (4, embedder.identity.dimension)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert vectors[0] @ vectors[3] > 0.6 > vectors[0] @ vectors[2]


def test_a_vector_depends_on_its_text_alone(embedder):
    together = embedder.encode([*TEXTS, *TEXTS * 3])
    alone = np.vstack([embedder.encode([text]) for text in TEXTS])
    assert np.array_equal(together[: len(TEXTS)], alone)


def test_agrees_with_sentence_transformers(embedder):
    from sentence_transformers import SentenceTransformer

    from rag_app.embedding import _model_folder

    reference = SentenceTransformer(str(_model_folder("packaged")), device="cpu").encode(
        TEXTS, normalize_embeddings=True
    )
    assert (np.sum(reference * embedder.encode(TEXTS), axis=1) > 0.999).all()


CHUNK = "Lisbon was founded by traders. It lies on the north bank of the Tagus."
SENTENCES = [(0, 30), (31, 70)]


def test_a_sentence_knows_what_its_chunk_speaks_of(embedder):
    (chunk,) = embedder.encode_chunks([CHUNK], [SENTENCES])
    assert np.array_equal(chunk.vector, embedder.encode([CHUNK])[0])
    assert np.allclose(np.linalg.norm(chunk.sentences, axis=1), 1, atol=1e-3)
    question = embedder.query_vectors(["On which river does Lisbon lie?"])[0]
    first, second = chunk.sentences @ question
    alone = embedder.encode([CHUNK[31:]])[0] @ question
    assert second > first
    assert second > alone + 0.1


def test_the_network_as_converted_pools_sentences_as_torch_does(embedder):
    from rag_app.embedding import _model_folder
    from rag_app.models.embedding_engines import TorchEngine

    texts, spans = [CHUNK, TEXTS[0], "?"], [SENTENCES, [(0, len(TEXTS[0]))], []]
    torches = TorchEngine(_model_folder("packaged"), "cpu", embedder._tokenizer)
    theirs = torches.encode_sentences(texts, spans)
    for mine, other in zip(embedder.encode_chunks(texts, spans), theirs, strict=True):
        assert mine.vector @ other.vector > 0.99
        assert mine.sentences.shape == other.sentences.shape
        assert (np.sum(mine.sentences * other.sentences, axis=1) > 0.99).all()


def test_a_model_that_pools_in_another_way_has_no_vectors_of_sentences(tmp_path):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling

    from rag_app.embedding import _model_folder

    model = SentenceTransformer(str(_model_folder("packaged")), device="cpu")
    model[1] = Pooling(model[1].embedding_dimension, pooling_mode="cls")
    model.save_pretrained(str(tmp_path / "cls"))
    other = load_embedder(load_settings(embedder=str(tmp_path / "cls"), cache_dir=tmp_path))
    assert not other.pools_sentences
    (chunk,) = other.encode_chunks([CHUNK], [SENTENCES])
    assert chunk.sentences is None
    assert np.array_equal(chunk.vector, other.encode([CHUNK])[0])


def test_a_question_is_embedded_once(embedder, monkeypatch):
    first = embedder.query_vectors(["How long is the bridge?", "Who paid for it?"])
    monkeypatch.setattr(embedder, "encode", lambda texts, kind: np.zeros((len(texts), 384)))
    again = embedder.query_vectors(["Who paid for it?", "How long is the bridge?"])
    assert (again == first[::-1]).all()
    assert not embedder.query_vectors(["When did it open?"]).any()  # that one is new


@pytest.mark.parametrize("load", [load_embedder, load_sentence_reader])
def test_threads_that_ask_at_the_same_time_load_one_model(load):
    settings = load_settings(threads=1)  # which no other test has loaded
    with ThreadPoolExecutor(3) as threads:
        loaded = list(threads.map(load, [settings] * 3))
    assert len({id(model) for model in loaded}) == 1


def test_a_system_that_limits_no_cores_embeds_too(embedder, monkeypatch):
    monkeypatch.delattr("os.sched_getaffinity", raising=False)  # as on macOS
    settings = load_settings()
    model = converted(packaged_model(), embedder.identity.sha256, "packaged", settings.cache_dir)
    engine = OpenVINOEngine(model.network, embedder._tokenizer, 256, settings.threads)
    assert np.allclose(engine.encode(TEXTS), embedder.encode(TEXTS))


def test_counts_tokens_and_cuts_at_one(embedder):
    text = "one two three four five"
    assert embedder.count_tokens(text) == 5
    assert embedder.head(text, 3) == "one two three"


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_device_that_is_not_there_is_named():
    with pytest.raises(SettingError, match=r"RAG_DEVICE=cuda.*RAG_DEVICE=auto"):
        load_embedder(load_settings(device="cuda"))


def test_a_model_that_is_not_there_is_named():
    with pytest.raises(ModelNotFound, match="no-such-model"):
        load_embedder(load_settings(embedder="/no/no-such-model"))

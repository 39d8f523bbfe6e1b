import pytest

from rag_app import retrieve
from rag_app.embedding import load_embedder
from rag_app.errors import DocumentsError, SettingError
from rag_app.store.vectorstore import IndexVectorStore

TEXTS = ["The kestrel hovers before it strikes.", "Basalt cools into columns of six sides."]


def test_texts_in_and_nearest_texts_out(own):
    store = IndexVectorStore.from_texts(TEXTS, load_embedder(own), index="birds", settings=own)
    document, score = store.similarity_search_with_score("a bird of prey", 1)[0]
    assert document.page_content == TEXTS[0]
    assert 0 < score < 1
    assert store.get_by_ids([document.id]) == [
        document.model_copy(update={"metadata": {**document.metadata}})
    ]
    assert retrieve("basalt columns", 1, index="birds", settings=own)[0].text == TEXTS[1]


def test_as_a_retriever_and_by_vector(own):
    store = IndexVectorStore.from_texts(TEXTS, load_embedder(own), settings=own)
    assert store.as_retriever(search_kwargs={"k": 1}).invoke("stone")[0].page_content == TEXTS[1]
    vector = load_embedder(own).embed_query("falcon")
    assert store.similarity_search_by_vector(vector, 1)[0].page_content == TEXTS[0]


def test_replaced_by_source_and_deleted(own):
    store = IndexVectorStore.from_texts(["old"], load_embedder(own), ids=["note"], settings=own)
    store.add_texts(["new words"], ids=["note"])
    assert [d.page_content for d in store.similarity_search("note", 5)] == ["new words"]
    store.delete(["note"])
    assert store.similarity_search("note", 5) == []


def test_what_the_embedder_would_cut_is_refused(own):
    store = IndexVectorStore(settings=own)
    with pytest.raises(DocumentsError, match="split it"):
        store.add_texts(["word " * 400])


def test_another_embedder_is_refused(own):
    from langchain_core.embeddings import DeterministicFakeEmbedding

    with pytest.raises(SettingError, match="RAG_EMBEDDER"):
        IndexVectorStore.from_texts(["x"], DeterministicFakeEmbedding(size=384), settings=own)

"""Passages ordered once more by the sentence of each that is nearest to the question."""

from rag_app import retrieve
from rag_app.embedding import Embedder, load_embedder
from rag_app.nearest_sentence import FIRST, favour_near_sentences
from rag_app.retrieval import find
from rag_app.sentences import sentences
from rag_app.settings import load_settings
from rag_app.values import Passage

QUESTION = "Aspirin prevents recurrent stroke in patients"
LEAFLET = (
    "Stroke is an illness of later life. Nurses look after the patients, and a helpline is there"
    " for their relatives. A leaflet tells how a stroke is noticed, and who is to be called."
)
REPORT = (
    "The ward opened in the spring with twelve beds. Visitors may park behind the laundry. In the"
    " trial, tablets of aspirin made a second stroke rarer. The garden is kept by volunteers."
)


def passage(source: str, text: str, score: float) -> Passage:
    spans = tuple(sentences(text))
    return Passage(text, source, None, score, 0, len(text), sentences=spans)


def kept_vectors(embedder: Embedder, passages: list[Passage]):
    """The vectors of sentences as an index keeps them."""
    made = embedder.encode_chunks([p.text for p in passages], [p.sentences for p in passages])
    return {
        (p.source, p.page, start): vector
        for p, item in zip(passages, made, strict=True)
        for (start, _), vector in zip(p.sentences, item.sentences, strict=True)
    }


def test_one_sentence_that_answers_lifts_its_passage():
    embedder = load_embedder(load_settings())
    ranked = [passage("leaflet.md", LEAFLET, 0.7), passage("report.md", REPORT, 0.6)]
    ordered = favour_near_sentences(QUESTION, ranked, embedder, kept_vectors(embedder, ranked))
    assert [p.source for p in ordered] == ["report.md", "leaflet.md"]
    assert all(0 <= p.score <= 1 for p in ordered)


def test_passages_behind_the_first_ones_stay_there_in_order():
    embedder = load_embedder(load_settings())
    ranked = [passage(f"{n}.md", LEAFLET, 1 - n / 20) for n in range(FIRST)]
    ranked += [passage(f"{n}.md", REPORT, 1 - n / 20) for n in range(FIRST, 20)]
    ordered = favour_near_sentences(QUESTION, ranked, embedder, kept_vectors(embedder, ranked))
    assert [p.source for p in ordered] == [p.source for p in ranked]
    assert [p.score for p in ordered] == sorted((p.score for p in ordered), reverse=True)


def test_portuguese_passages_are_left_in_order():
    embedder = load_embedder(load_settings())
    texts = [
        "O AVC é uma doença comum na velhice. As enfermeiras cuidam dos pacientes e das famílias.",
        "A ala abriu na primavera com doze leitos. A aspirina previne um segundo AVC em pacientes.",
    ]
    ranked = [passage(f"{n}.md", text, 0.7 - n / 100) for n, text in enumerate(texts)]
    kept = kept_vectors(embedder, ranked)
    assert favour_near_sentences("A aspirina previne o AVC?", ranked, embedder, kept) == ranked


def test_without_vectors_of_sentences_nothing_changes():
    ranked = [passage("leaflet.md", LEAFLET, 0.7), passage("report.md", REPORT, 0.6)]
    assert favour_near_sentences(QUESTION, ranked, load_embedder(load_settings()), {}) == ranked


def test_the_same_passages_come_first_however_many_are_asked_for(settings):
    question = "Why do long prompts make an answer slow?"
    many = retrieve(question, 12, settings=settings, explain=True)
    assert any(p.explanation.nearest for p in many)  # else this question says nothing
    assert [p.chunk_id for p in retrieve(question, 3, settings=settings)] == [
        p.chunk_id for p in many[:3]
    ]


def test_documents_that_a_question_names_are_ordered_by_both_searches_alone(settings):
    named = retrieve("What does lora.md say of rank?", 5, settings=settings, explain=True)
    assert any(p.explanation.routed for p in named)
    assert not any(p.explanation.nearest for p in named)


def test_passages_that_are_read_whole_afterwards_are_left_in_order(settings):
    read = find(
        "Why do long prompts make an answer slow?", 5, "default", settings,
        explain=True, to_read=True,
    )  # fmt: skip
    assert read and not any(p.explanation.nearest for p in read)

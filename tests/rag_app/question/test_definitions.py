import pytest

from rag_app.question.definitions import defined_by, defines


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("What is LoRA?", "LoRA"),
        ("what are word embeddings?", "word embeddings"),
        ("O que é a tokenização?", "tokenização"),
        ("Quem foi Alan Turing?", "Alan Turing"),
        ("What does RAG stand for?", "RAG"),
        ("Explique o dropout.", "dropout"),
        ("What is the capital of France?", ""),
        ("What is the toll for a car?", ""),
        ("How is INT4 quantization done?", ""),
        ("O que é preciso para renovar o passaporte?", ""),
    ],
)
def test_what_is_to_be_defined(question: str, topic: str):
    assert defined_by(question) == topic


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("LoRA (low-rank adaptation) is a way of tuning few weights.", 1),
        ("A **LoRA**, publicada em 2021, é um ajuste de posto baixo.", 1),
        ("Such small matrices are called a LoRA.", 1),
        ("LoRA trains 65,536 weights.", 0),
        ("FLoRAs are flowers.", 0),
        ("| LoRA | 2021 | 8 |", -1),
        ('between Ash Ltd (the "LoRA") and Elm Ltd (the "Tenant")', 1),
        ("entre Ash Ltda (doravante “LoRA”) e Elm Ltda (“Locatária”)", 1),
        ('between Ash Ltd (the "Landlord") and Elm Ltd (the LoRA)', -1),
    ],
)
def test_sentences_that_define(text: str, says: int):
    assert defines(text, "LoRA") == says

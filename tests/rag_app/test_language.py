import pytest

from rag_app.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Which documents mention São Paulo?", "en"),
        ("Who runs São Paulo?", "en"),
        ("Does Márcia work in Belém?", "en"),
        ("Quem governa São Paulo?", "pt"),
        ("São válidos os contratos?", "pt"),
        ("margem de lucro líquido", "pt"),
        ("net margin", "en"),
    ],
)
def test_a_name_has_its_accents_in_every_language(text: str, language: str):
    assert detect(text) == language

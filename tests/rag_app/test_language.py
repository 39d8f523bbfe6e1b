import pytest

from rag_app.language import detect, is_surely


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


def test_a_list_of_names_is_surely_in_no_language():
    prose = "Quem fez a ponte foi a prefeitura, e não o estado, como se diz na cidade."
    assert is_surely(prose, "pt")
    assert not is_surely(prose, "en")
    names = "Judith A. McGrath, Director; Jonathan J. Rubinstein; Amazon Services LLC, Nevada"
    assert not is_surely(names, "pt")
    assert not is_surely(names, "en")

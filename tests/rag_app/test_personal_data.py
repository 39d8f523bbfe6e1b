import pytest

from rag_app.personal_data import find_personal_data


def kinds(text: str) -> list[tuple[str, str]]:
    return [
        (finding.kind, text[finding.start : finding.end]) for finding in find_personal_data(text)
    ]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("e-mail", "ana.souza+rh@correio.exemplo.com.br"),
        ("CPF", "529.982.247-25"),
        ("CPF", "52998224725"),
        ("CNPJ", "11.222.333/0001-81"),
        ("CNPJ", "11222333000181"),
        ("CNPJ", "12.ABC.345/01DE-35"),  # with letters, as issued since July 2026
        ("card", "4111 1111 1111 1111"),
        ("card", "378282246310005"),
        ("IBAN", "DE89 3704 0044 0532 0130 00"),
        ("IBAN", "BR1800360305000010009795493C1"),
        ("SSN", "219-09-9999"),
        ("phone", "(11) 98765-4321"),
        ("phone", "(21) 3456-7890"),
        ("phone", "11 98765-4321"),
        ("phone", "+55 11 98765-4321"),
        ("phone", "+44 20 7946 0958"),
        ("phone", "(415) 555-2671"),
        ("phone", "0800 123 4567"),
    ],
)
def test_each_kind_is_found_where_it_stands(kind: str, data: str):
    assert kinds(f"Contato: {data}, de Ana.") == [(kind, data)]
    assert kinds(f"It is {data}.") == [(kind, data)]


@pytest.mark.parametrize(
    "text",
    [
        "CPF 529.982.247-26 and 111.111.111-11",  # wrong check digits; all the same
        "CNPJ 11.222.333/0001-82",
        "card 4111 1111 1111 1112",
        "IBAN DE89 3704 0044 0532 0130 01",
        "SSN 000-12-3456 or 666-12-3456",
        "Total revenues 81,288 41,651 40,905 in 2019-2020 (in millions)",
        "R$ 1.488.920,00 em 31/12/2021; 12.345.678.901,00 no total",
        "page 12-3456, section 4.1.2, ISBN 978-3-16-148410-0, arXiv:1706.03762",
        "attention @ 32 heads, 175 billion, 3.14e-05, 2020-05-28T10:00:00",
    ],
)
def test_figures_that_are_nobodys_number_pass(text: str):
    assert kinds(text) == []


def test_the_example_documents_hold_none(settings):
    from rag_app.store.database import Database

    database = Database(settings.indexes_dir / "default")
    for document in database.documents():
        for page in [None, *range(1, document.pages + 1)]:
            text = database.page_text(document.source, page)
            assert kinds(text or "") == [], document.source

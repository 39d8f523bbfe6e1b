"""Every reason that ingest gives has its words in each language of the UI."""

import ast
from collections.abc import Iterator
from itertools import product

import pytest

from ingest.loading import _KINDS
from tests.conftest import PROJECT
from ui import language
from ui.wording import worded

_LEFT = "7.5"  # what a placeholder becomes


@pytest.fixture
def portuguese(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("ui.wording", "ui.language"):
        monkeypatch.setattr(f"{module}.current_language", lambda: "pt")


def values(node: ast.AST | None, within: ast.AST) -> list[str]:
    """The texts that an expression of a function may have; none where they come from elsewhere."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            choices = [
                [part.value] if isinstance(part, ast.Constant) else filled(part.value, within)
                for part in parts
            ]
            return ["".join(chosen) for chosen in product(*choices)]
        case ast.IfExp(body=one, orelse=other):
            return values(one, within) + values(other, within)
        case ast.Name(id=name):
            return [
                text
                for set_ in ast.walk(within)
                if isinstance(set_, ast.Assign) and getattr(set_.targets[0], "id", "") == name
                for text in values(set_.value, within)
            ]
    return []


def filled(node: ast.AST, within: ast.AST) -> list[str]:
    return values(node, within) or [_LEFT]


def reasons() -> Iterator[str]:
    """All that stands in the programs as a file's reason."""
    for folder in ("ingest", "rag_app/pdf"):
        for path in (PROJECT / folder).rglob("*.py"):
            for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(function, ast.FunctionDef):
                    for node in ast.walk(function):
                        yield from said_by(node, function)


def said_by(node: ast.AST, function: ast.FunctionDef) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id="FileRejected"), args=[_, detail]):
            yield from values(detail, function)
        case ast.Call(func=ast.Name(id="_refused"), args=[detail]):
            yield from values(detail, function)
        case ast.Call(keywords=[*_, ast.keyword(arg="detail", value=detail)]):
            yield from values(detail, function)
        case ast.Dict(keys=[*_, ast.Constant(value="detail")], values=[*_, detail]):
            yield from values(detail, function)
        case ast.Return(value=text) if function.name == "_unreadable":
            yield from values(text, function)
        case ast.Assign(targets=[ast.Name(id="detail")], value=detail):
            yield from values(detail, function)


@pytest.mark.usefixtures("portuguese")
def test_every_reason_is_said_in_portuguese():
    found = {text for text in reasons() if any(char.isalpha() for char in text)}
    assert len(found) >= 40
    assert {text for text in found if worded(text) == text} == set()
    assert {kind for kind in _KINDS.values() if worded(kind) == kind} == set()


@pytest.mark.usefixtures("portuguese")
@pytest.mark.parametrize(
    ("english", "portuguese_words"),
    [
        ("it is no readable PDF (Data format error)", "não é um PDF legível (Data format error)"),
        ("it is named .pdf but is a PNG picture", "chama-se .pdf, mas é uma imagem PNG"),
        (
            "it has 20,001 pages; the limit is 20,000 (RAG_MAX_PAGES raises it)",
            "tem 20.001 páginas; o limite é 20.000 (RAG_MAX_PAGES o aumenta)",
        ),
        (
            "it holds no text; what was read before stays in the index",
            "não contém texto; o que foi lido antes continua no índice",
        ),
        (
            "embedder: M (bf16, CPU); answers by quotation",
            "embeddings: M (bf16, CPU); responde por citação",
        ),
        ("KeyError: 'x {0}'", "KeyError: 'x {0}'"),
    ],
)
def test_a_text_is_said_with_its_parts(english: str, portuguese_words: str):
    assert worded(english) == portuguese_words


def test_in_english_all_stays_as_it_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ui.wording.current_language", lambda: "en")
    text = "it has 20,001 pages; the limit is 20,000 (RAG_MAX_PAGES raises it)"
    assert worded(text) == text
    assert language.catalogue("en")["said_no_text"] == "it holds no text"

"""Every reason and error that the programs give has its words in each language of the UI."""

import ast
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from ingest.loading import _KINDS
from ingest.pipeline import plan_only
from rag_app import errors
from rag_app.content_filter import screen_question
from rag_app.embedding import load_embedder
from rag_app.evaluation.questions import read_questions
from rag_app.llm import load_llm
from rag_app.log import ExchangeLog
from rag_app.retrieval import retrieve
from rag_app.settings import Settings
from rag_app.store.database import Database
from rag_app.store.lock import writer_lock
from rag_app.store.schema import DATABASE_FILE
from rag_app.watched import WATCHED_FILE, watched_questions
from tests.conftest import PROJECT
from ui import language
from ui.wording import worded

_LEFT = "7.5"  # what a placeholder becomes
_RAISED = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.RagError)
} - {"FileRejected", "Cancelled"}  # a file's reasons are looked at apart; a stop is a state
_WITHIN = {  # modules whose ValueError or OSError stands within an error's text
    "rag_app/evaluation/questions.py", "rag_app/llm/gguf_header.py",
    "rag_app/models/model_cache.py",
}  # fmt: skip
_NOT_SHOWN = {  # functions that commands, and callers from Python, alone meet
    "rag_app/accounts.py": {"add", "remove"},
    "rag_app/evaluate.py": {"main", "_read_run", "_check_folder"},
    "rag_app/watch.py": {"_run"},
    "rag_app/retrieval.py": {"retrieve", "as_text"},
    "rag_app/narrowing.py": {"_patterns", "_page_range", "_moment"},
}
_NAMES = {"RAG_LLM=openai:7.5", "llama.cpp: 7.5", "7.5: 7.5"}  # a setting's, or a library's words
_OF_COMMANDS = {  # and whole modules
    "rag_app/accounts_command.py", "rag_app/log_command.py", "rag_app/store/vectorstore.py",
    "ingest/__main__.py", "ingest/command_line.py", "ingest/checkup.py", "ingest/repair.py",
    "rag_app/doctor.py", "rag_app/command.py",
}  # fmt: skip


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
        case ast.BoolOp(values=either):
            return [text for one in either for text in filled(one, within)]
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
        case ast.Dict(keys=[ast.Constant(value="changed" | "refused")], values=[detail]):
            yield from values(detail, function)


def faults() -> Iterator[str]:
    """The texts of all errors that a page of the UI may show, and what stands within them."""
    for folder in ("rag_app", "ingest", "ui"):
        for path in (PROJECT / folder).rglob("*.py"):
            name = str(path.relative_to(PROJECT))
            if name in _OF_COMMANDS:
                continue
            module = ast.parse(path.read_text(encoding="utf-8"))
            functions = {f.name: f for f in ast.walk(module) if isinstance(f, ast.FunctionDef)}
            for function in functions.values():
                if function.name not in _NOT_SHOWN.get(name, ()):
                    for node in ast.walk(function):
                        yield from raised(node, function, functions)
                        if name in _WITHIN:
                            yield from within_one(node, function)


def raised(
    node: ast.AST, function: ast.FunctionDef, functions: dict[str, ast.FunctionDef]
) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id="MissingExtra"), args=[feature, extra]):
            for text in values(feature, function):
                yield from (text, str(errors.MissingExtra(text, *filled(extra, function))))
        case ast.Call(func=ast.Name(id=kind), args=[ast.Call(func=ast.Name(id=helper)), *_]) if (
            kind in _RAISED and helper in functions
        ):
            yield from returned(functions[helper])
        case ast.Call(func=ast.Name(id=kind), args=[text, *_]) if kind in _RAISED:
            yield from values(text, function)
        case ast.Assign(targets=[ast.Name(id="cure")], value=text) if function.name != "_strange":
            yield from values(text, function)
    match node:  # what a helper puts into an error's text
        case ast.Call(func=ast.Name(id=helper) | ast.Attribute(attr=helper), args=given) if (
            helper in functions
            and {"why", "reason"} & {argument.arg for argument in functions[helper].args.args}
        ):
            yield from (text for one in given for text in values(one, function) if " " in text)


def within_one(node: ast.AST, function: ast.FunctionDef) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id="ValueError" | "OSError"), args=[text]):
            yield from values(text, function)


def returned(helper: ast.FunctionDef) -> list[str]:
    return [
        text
        for node in ast.walk(helper)
        if isinstance(node, ast.Return)
        for text in values(node.value, helper)
    ]


@pytest.mark.usefixtures("portuguese")
def test_every_reason_is_said_in_portuguese():
    found = {text for text in reasons() if any(char.isalpha() for char in text)}
    assert len(found) >= 40
    assert {text for text in found if worded(text) == text} == set()
    assert {kind for kind in _KINDS.values() if worded(kind) == kind} == set()


@pytest.mark.usefixtures("portuguese")
def test_every_error_is_said_in_portuguese():
    found = set(faults())
    assert len(found) >= 100
    assert {text for text in found if worded(text) == text} <= _NAMES


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


def asked_of_no_file(settings: Settings) -> None:
    retrieve("Who?", index="default", settings=settings, sources="nada*.pdf")


def asked_at_length(settings: Settings) -> None:
    retrieve("Who? " * 500, index="default", settings=settings)


def asked_of_no_index(settings: Settings) -> None:
    retrieve("Who?", index="none", settings=settings)


def asked_with_a_number(settings: Settings) -> None:
    refusing = settings.model_copy(update={"content_filter": "refuse"})
    screen_question("What did 529.982.247-25 buy?", None, refusing)


def asked_a_model_that_is_not_there(settings: Settings) -> None:
    load_llm("gguf:/nowhere/model.gguf", settings).invoke("Who?")


def asked_a_model_of_no_kind(settings: Settings) -> None:
    load_llm("ollama:qwen", settings)


def asked_by_another_embedder(settings: Settings) -> None:
    with closing(Database(settings.indexes_dir / "default")) as database:
        database.check_embedder(replace(load_embedder(settings).identity, sha256="0" * 64))


def read_from_a_damaged_index(settings: Settings) -> None:
    folder = settings.indexes_dir / "damaged"
    folder.mkdir(exist_ok=True)
    (folder / DATABASE_FILE).write_text("This is no database at all. " * 99)
    Database(folder)


def written_by_two(settings: Settings) -> None:
    home = settings.indexes_dir / "default"
    with writer_lock(home), writer_lock(home):
        pass


def ingested_from(name: str) -> Callable[[Settings], None]:
    def act(settings: Settings) -> None:
        plan_only(settings.indexes_dir / name, settings=settings)

    return act


def evaluated(line: str) -> Callable[[Settings], None]:
    def act(settings: Settings) -> None:
        (settings.indexes_dir / "broken.jsonl").write_text(line)
        read_questions(settings.indexes_dir / "broken.jsonl")

    return act


def watched(settings: Settings) -> None:
    (settings.indexes_dir / WATCHED_FILE).write_text("{}")
    watched_questions(settings.indexes_dir)


def logged(settings: Settings) -> None:
    path = settings.indexes_dir / "no.sqlite"
    path.write_text("This is no database at all. " * 99)
    ExchangeLog(path).conversations("", "", 1)


@pytest.mark.usefixtures("portuguese")
@pytest.mark.parametrize(
    ("act", "said"),
    [
        (
            asked_of_no_file,
            r"Nenhum arquivo do índice 'default' corresponde a nada\*\.pdf\. O",
        ),
        (asked_at_length, r"A pergunta tem 2\.499 caracteres; o máximo é 2\.000 \(RAG_MAX_"),
        (asked_of_no_index, r"Não há índice 'none' em .*\. Índices ali: default\. Para fazer um"),
        (asked_with_a_number, r"A pergunta foi recusada pelo filtro de conteúdo \(CPF\)\."),
        (asked_a_model_that_is_not_there, r"RAG_LLM=gguf:/nowhere.*: esse arquivo não existe\."),
        (asked_a_model_of_no_kind, r"RAG_LLM=ollama:qwen não pode ser usado: não indica um tipo"),
        (asked_by_another_embedder, r"O índice 'default' foi feito com o modelo de embeddings '"),
        (
            read_from_a_damaged_index,
            r"/damaged/.* não pode ser lido \(o arquivo não é um",
        ),
        (
            written_by_two,
            r"O índice 'default' está sendo gravado por outro processo \(\d+, ",
        ),
        (ingested_from("nowhere"), r"/nowhere não existe\. Indique a pasta que contém os doc"),
        (ingested_from("."), r"Em .* ficam índices ou modelos \(RAG_INDEXES_DIR, RAG_CACHE_DIR\)"),
        (evaluated(""), r"/broken\.jsonl não contém perguntas\."),
        (evaluated("Who?"), r"jsonl, linha 1, não é uma pergunta: não é JSON válido \(Expecting"),
        (evaluated('{"id": 1}'), r"jsonl, linha 1, não é uma pergunta: não tem 'question'\."),
        (watched, r", linha 1, não é uma pergunta acompanhada\. Conserte ou exclua"),
        (
            logged,
            r"O registro .*no\.sqlite não pode ser usado \(o arquivo não é um ba",
        ),
    ],
)
def test_an_error_is_said_in_portuguese(
    act: Callable[[Settings], None], said: str, settings: Settings, tmp_path: Path
):
    (tmp_path / "default").symlink_to(settings.indexes_dir / "default")
    with pytest.raises(errors.RagError) as raised_one:
        act(settings.model_copy(update={"indexes_dir": tmp_path}))
    assert re.search(said, worded(str(raised_one.value)))


@pytest.mark.usefixtures("portuguese")
def test_a_name_stays_as_it_is(settings):
    with pytest.raises(errors.QuestionError) as raised_one:
        retrieve("Who?", index="default", settings=settings, sources=["a program", "1,000"])
    assert " corresponde a a program, 1,000. O índice" in worded(str(raised_one.value))


def test_in_english_all_stays_as_it_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ui.wording.current_language", lambda: "en")
    text = "it has 20,001 pages; the limit is 20,000 (RAG_MAX_PAGES raises it)"
    assert worded(text) == text
    assert language.catalogue("en")["said_no_text"] == "it holds no text"

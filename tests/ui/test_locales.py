import ast
import re
import string
import tomllib

import pytest

from tests.conftest import PROJECT
from ui.language import t

LOCALES = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in (PROJECT / "ui" / "locales").glob("*.toml")
}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_everything():
    assert LOCALES["en"].keys() == LOCALES["pt"].keys()
    for key, english in LOCALES["en"].items():
        assert placeholders(english) == placeholders(LOCALES["pt"][key]), key
        assert LOCALES["pt"][key].strip()


def test_every_text_that_is_used_is_there_and_every_one_there_is_used():
    used: set[str] = set()
    named: set[str] = set()  # in so many words where the text is asked for
    prefixes: set[str] = set()
    for path in (PROJECT / "ui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "t":
                if isinstance(node.args[0], ast.Constant):
                    named.add(node.args[0].value)
                for part in ast.walk(node.args[0]):
                    if isinstance(part, ast.JoinedStr):
                        prefixes.add(part.values[0].value)
                    elif isinstance(part, ast.Constant):
                        used.add(part.value)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                used.add(node.value)  # a key that is kept in a variable first
    keys = set(LOCALES["en"])
    assert named <= keys
    assert all(any(key.startswith(prefix) for key in keys) for prefix in prefixes)
    assert {key for key in keys - used if not key.startswith(tuple(prefixes))} == set()


def test_portuguese_has_one_word_for_deleting():
    assert {key for key, text in LOCALES["pt"].items() if re.search("(?i)apag", text)} == set()


@pytest.mark.parametrize(
    ("spoken", "count", "said"),
    [
        ("en", "1", "1 file, 1 passage"),
        ("en", "0", "0 files, 0 passages"),
        ("pt", "1", "1 arquivo, 1 trecho"),
        ("pt", "1.234", "1.234 arquivos, 1.234 trechos"),
    ],
)
def test_a_count_of_one_is_said_in_the_singular(monkeypatch, spoken, count, said):
    monkeypatch.setattr("ui.language.current_language", lambda: spoken)
    assert t("files_indexed", count=count, chunks=count) == said


@pytest.mark.parametrize("spoken", ["en", "pt"])
def test_one_answer_is_not_counted_in_the_plural(monkeypatch, spoken):
    monkeypatch.setattr("ui.language.current_language", lambda: spoken)
    filled = {name: "1" for name in placeholders(LOCALES[spoken]["answers_sum"])}
    one = t("answers_sum", **filled)
    assert not re.search(r"answers|times|respostas|vezes|avaliadas|ruins", one)
    assert re.search(r"12 (answers|respostas)", t("answers_sum", **filled | {"count": "12"}))

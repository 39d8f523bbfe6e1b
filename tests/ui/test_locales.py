import ast
import string
import tomllib

from tests.conftest import PROJECT

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

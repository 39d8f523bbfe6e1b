import os
import subprocess
import sys
from pathlib import Path

import pytest

from rag_app.errors import SettingError
from rag_app.settings import Settings, load_settings
from tests.conftest import PROJECT


def test_environment_over_file_over_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rag.toml").write_text("passages = 5\nchunk_tokens = 99\n")
    monkeypatch.setenv("RAG_PASSAGES", "7")
    settings = load_settings()
    assert (settings.passages, settings.chunk_tokens, settings.answer_tokens) == (7, 99, 64)


def test_a_bad_value_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RAG_PASSAGES", "many")
    with pytest.raises(SettingError, match="RAG_PASSAGES"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("RAG_COMMUNITY_LOADERS", '{".eml": 5}', r"RAG_COMMUNITY_LOADERS \(at \.eml\): "),
        ("RAG_SIGN_IN_ALLOW", "[1]", r"RAG_SIGN_IN_ALLOW \(at 0\): "),
        ("RAG_CONTENT_FILTER", "maks", "RAG_CONTENT_FILTER: It is 'mask', 'refuse' or"),
        ("RAG_PARSE_TIMEOUT_S", "inf", "RAG_PARSE_TIMEOUT_S: "),
        ("RAG_PARSE_STALL_S", "1e12", "RAG_PARSE_STALL_S: "),
        ("RAG_THREADS", "100000", "RAG_THREADS: .*less than or equal to 1024"),
        ("RAG_INDEXES_DIR", "", "RAG_INDEXES_DIR: It is empty"),
        ("RAG_CACHE_DIR", "", "RAG_CACHE_DIR: It is empty"),
    ],
)
def test_what_cannot_work_is_told_by_its_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError, match=says):
        load_settings()


def test_an_empty_glossary_is_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RAG_GLOSSARY", "")
    assert load_settings().glossary is None


def test_a_broken_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rag.toml").write_text("passages = = 5")
    with pytest.raises(SettingError, match=r"rag\.toml"):
        load_settings()


@pytest.mark.parametrize("readme", ["README.md", "README.pt-BR.md"])
def test_the_readme_lists_every_setting(readme: str):
    text = (PROJECT / readme).read_text(encoding="utf-8")
    missing = [name for name in Settings.model_fields if f"RAG_{name.upper()}" not in text]
    assert missing == []


def test_what_is_misspelt_is_told_with_the_nearest_setting(tmp_path: Path):
    (tmp_path / "rag.toml").write_text("pasages = 4\nzzz = 1\n")
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "RAG_MIN_SUPORT": "0.9",
                   "RAG_OPENAI_API_KEY": "k", "RAG_INDEXES_DIR": str(tmp_path)}  # fmt: skip
    for command in (["ingest"], ["rag_app", "Why?", "--index", "none"], ["rag_app", "watch"]):
        run = subprocess.run(
            [sys.executable, "-m", *command],
            capture_output=True, text=True, cwd=tmp_path, env=environment,
        )  # fmt: skip
        told = run.stderr.splitlines()
        assert "RAG_MIN_SUPORT is no setting" in told[0]
        assert told[0].endswith("The nearest is RAG_MIN_SUPPORT.")
        assert "pasages in rag.toml is no setting" in told[1]
        assert told[1].endswith("The nearest is passages.")
        assert told[2].startswith("zzz in rag.toml is no setting")
        assert told[3].startswith("error: ")


def test_commands_say_their_usage_without_loading_models():
    for module in ("ingest", "rag_app"):
        code = (
            f"import sys, {module}.__main__ as m\n"
            "try: m.main(['--help'])\n"
            "except SystemExit: pass\n"
            "heavy = {'torch', 'faiss', 'transformers', 'streamlit', 'langchain_core'}\n"
            "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
        )
        run = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT
        )
        assert run.stderr.strip() == "[]"
        assert "--index" in run.stdout
        assert "``" not in run.stdout

import json
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from rag_app.store.places import index_folder
from rag_app.watch import main
from rag_app.watched import WATCHED_FILE

LENGTH, SPECIES = "How long is the bridge?", "How many species does the garden hold?"


@pytest.fixture
def watched(own, documents: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index of ``documents`` with two watched questions, answered by quotation.

    What a small model makes of a sentence may change with the sentences beside it.
    """
    monkeypatch.setenv("RAG_INDEXES_DIR", str(own.indexes_dir))
    monkeypatch.setenv("RAG_ANSWERER", "extractive")
    ingest(documents, settings=own)
    assert main(["--add", LENGTH, "--add", SPECIES]) == 0
    return documents


def test_a_nightly_job_sees_what_changed_and_why(watched: Path, own, capsys):
    assert main([]) == 0
    assert "0 of 2 answers changed" in capsys.readouterr().out
    bridge = watched / "bridge.md"
    bridge.write_text(bridge.read_text().replace("503 metres", "504 metres"))
    ingest(watched, settings=own)
    assert main(["--json"]) == 1
    length, species = map(json.loads, capsys.readouterr().out.splitlines())
    assert length["changed"] and not species["changed"]
    assert "504" in length["answer"]
    assert any("the file changed" in found["why"] for found in length["differences"])
    assert any(cause.startswith("commit") for cause in length["causes"])
    assert main(["--accept"]) == 1
    capsys.readouterr()
    assert main([]) == 0


def test_the_file_is_for_people_and_its_faults_are_named(watched: Path, own, capsys):
    path = index_folder(own, "default") / WATCHED_FILE
    first, second = path.read_text("utf-8").splitlines()
    assert json.loads(first)["question"] == LENGTH
    assert "503" in json.loads(first)["answer"]["text"]
    path.write_text(f"{second}\n")  # whoever takes a line out watches that question no longer
    assert main([]) == 0
    assert "0 of 1 answer changed" in capsys.readouterr().out
    path.write_text(f"{second}\nnot a question\n")
    assert main([]) == 2
    assert "line 2, is no watched question" in capsys.readouterr().err


def test_a_question_is_watched_no_longer(watched: Path, capsys):
    assert main(["--remove", f" {LENGTH} "]) == 0
    assert main(["--remove", LENGTH]) == 2
    assert f"not watched in index 'default': {LENGTH}" in capsys.readouterr().err
    assert main([]) == 0
    assert "0 of 1 answer changed" in capsys.readouterr().out


def test_without_watched_questions_it_says_what_to_do(own, documents, monkeypatch, capsys):
    monkeypatch.setenv("RAG_INDEXES_DIR", str(own.indexes_dir))
    ingest(documents, settings=own)
    assert main([]) == 2
    assert "--add QUESTION" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["--remove", LENGTH], ["--add", LENGTH]])
def test_an_index_that_is_not_there_is_named(watched: Path, capsys, words: list[str]):
    assert main([*words, "--index", "nada"]) == 2
    assert "There is no index 'nada'" in capsys.readouterr().err

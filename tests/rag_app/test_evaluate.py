import errno
import json
import math
from pathlib import Path

import pytest

from rag_app.errors import QuestionError
from rag_app.evaluate import evaluate, main, read_questions
from rag_app.evaluation.runs import keep_questions, question_files
from rag_app.settings import Settings
from tests.conftest import PROJECT


@pytest.fixture
def questions(tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RAG_INDEXES_DIR", str(settings.indexes_dir))
    rows = (PROJECT / "examples" / "questions.jsonl").read_text("utf-8").splitlines()
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join([*rows[:3], *rows[-2:]]), "utf-8")
    return path


def test_scores_an_index_and_compares_two_runs(questions: Path, capsys):
    assert main([str(questions)]) == 0
    results = questions.with_name("questions-results.json")
    run = json.loads(results.read_text("utf-8"))
    assert run["means"]["citations verbatim"] == 1
    assert run["means"]["hit@10"] >= run["means"]["hit@1"]
    assert run["counts"]["abstention recall"] == 2
    again = ["--against", str(results), "--out", str(questions.parent / "b")]
    assert main([str(questions), *again]) == 0
    assert "0 scores better, 0 worse" in capsys.readouterr().out
    report = (questions.parent / "b.html").read_text("utf-8")
    assert "<svg" in report
    assert "src=" not in report  # it needs nothing else


def test_evidence_that_the_index_does_not_hold_is_told(questions: Path, capsys):
    rows = [json.loads(line) for line in questions.read_text("utf-8").splitlines()]
    assert main([str(questions), "--retrieval-only"]) == 0
    assert capsys.readouterr().err == ""
    name = rows[0]["evidence"][0]["doc"]
    strange = [f"{name}.md", f"{name[:-1]}x", "*", *"abcd"]
    rows[0]["evidence"] = [{"doc": document, "page": None} for document in strange]
    questions.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    assert main([str(questions), "--retrieval-only"]) == 0
    said = capsys.readouterr().err
    assert f"{name + '.md'!r} (give it without folder and suffix: {name!r})" in said
    assert f"{name[:-1] + 'x'!r} (the nearest is {name!r})" in said
    assert "'*', " in said
    assert "and 2 more" in said


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"answers": "300 dollars"}, "its 'answers' is '300 dollars', not a list of texts"),
        ({"answers": [300]}, "its 'answers' is [300], not a list of texts"),
        ({"question": 5}, "its 'question' is 5, not text"),
        ({"question": "  "}, "its 'question' is '  ', not text"),
        ({"answerable": "yes"}, "its 'answerable' is 'yes', not true or false"),
        ({"evidence": "a.pdf"}, "its 'evidence' is 'a.pdf', not a list"),
        ({"evidence": [{"page": 2}]}, "its 'evidence' has {'page': 2}, not an object with 'doc'"),
        ({"lang": "fr"}, "its 'lang' is 'fr', not one of en, pt"),
        ({"evidence": [{"doc": "a", "grade": -1}]}, "its 'evidence' has {'doc': 'a', 'grade': -1}"),
        ({"evidence": [{"doc": "a", "grade": math.nan}]}, "its 'evidence' has {'doc': 'a', 'gra"),
        ({"evidence": [{"doc": "a", "page": True}]}, "its 'evidence' has {'doc': 'a', 'page': Tr"),
        ({"question": "Half \ud800?"}, "'utf-8' codec can't encode character"),
    ],
)
def test_a_field_that_cannot_be_used_is_named_before_any_question_is_asked(
    tmp_path: Path, capsys, changed, told
):
    right = {"id": 1, "question": "How much?", "answerable": True, "evidence": []}
    path = tmp_path / "q.jsonl"
    path.write_text(f"{json.dumps(right)}\n\n{json.dumps(right | changed)}\n")
    assert main([str(path)]) == 2
    said = capsys.readouterr().err
    assert f"{path}, line 3, is no question: {told}" in said


def test_a_question_that_is_too_long_is_named_before_any_is_asked(questions: Path, settings):
    few = settings.model_copy(update={"max_question_chars": 30})
    asked: list[int] = []
    with pytest.raises(QuestionError, match=r"Question '.+': .*RAG_MAX_QUESTION_CHARS"):
        evaluate(
            read_questions(questions),
            index="default",
            settings=few,
            on_progress=lambda done, _: asked.append(done),
        )
    assert not asked


def test_a_folder_that_takes_no_report_is_told_before_any_question_is_asked(
    questions: Path, capsys
):
    nowhere = questions.parent / "nowhere" / "x"
    assert main([str(questions), "--out", str(nowhere)]) == 2
    assert f"written to {nowhere.parent}" in capsys.readouterr().err


def test_a_missing_file_is_told_in_words(questions: Path, tmp_path: Path, capsys):
    nowhere = tmp_path / "none.json"
    told = f"error: {nowhere} cannot be read: No such file or directory.\n"
    assert main([str(nowhere)]) == 2
    assert capsys.readouterr().err == told
    assert main([str(questions), "--against", str(nowhere)]) == 2
    assert capsys.readouterr().err == told


def test_a_broken_line_is_named(tmp_path: Path, capsys):
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": 1}\n')
    assert main([str(path)]) == 2
    assert "line 1, is no question: it has no 'question'" in capsys.readouterr().err


def test_a_file_that_a_spreadsheet_saved_as_utf_16_is_told_how_to_save(tmp_path: Path, capsys):
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": 1}\n', "utf-16")
    assert main([str(path)]) == 2
    assert "is not UTF-8 text. Save it as UTF-8." in capsys.readouterr().err


def test_a_line_separator_within_a_question_ends_no_line(tmp_path: Path):
    path = tmp_path / "q.jsonl"
    row = {"id": "1", "question": "How long\u2028is it?", "answerable": False, "evidence": []}
    path.write_text(json.dumps(row, ensure_ascii=False) + "\r\n", "utf-8")
    (question,) = read_questions(path)
    assert question.question == "How long\u2028is it?"


def test_a_field_that_is_null_is_one_left_out(tmp_path: Path):
    path = tmp_path / "questions.jsonl"
    row = {
        "id": 7, "lang": None, "question": "Why?", "answers": None, "answerable": False,
        "evidence": [{"doc": "a", "page": None, "grade": None}], "unanswerable_kind": None,
    }  # fmt: skip
    path.write_text(json.dumps(row) + "\n", "utf-8")
    (question,) = read_questions(path)
    assert (question.id, question.lang, question.answers, question.kind) == ("7", "en", (), "")
    assert question.evidence == {("a", None): 1.0}


def test_a_file_with_a_mark_of_its_encoding_is_read_and_one_nested_too_deep_is_named(
    tmp_path: Path, capsys
):
    path = tmp_path / "q.jsonl"
    row = {"id": 1, "question": "How much?", "answerable": True, "evidence": []}
    path.write_text(json.dumps(row), "utf-8-sig")
    assert [question.id for question in read_questions(path)] == ["1"]
    path.write_text("[" * 100_000)
    assert main([str(path)]) == 2
    assert "line 1, is no question: nested too deep" in capsys.readouterr().err


def test_scores_are_told_where_no_report_can_be_written_in_the_end(
    questions: Path, monkeypatch: pytest.MonkeyPatch, capsys
):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    assert main([str(questions), "--retrieval-only"]) == 2
    said = capsys.readouterr()
    assert "hit@5" in said.out
    assert "No space left on device" in said.err
    assert "--out" in said.err


def test_question_files_with_odd_names_never_take_each_others_place(tmp_path: Path):
    settings = Settings(indexes_dir=tmp_path)
    names = ["my questions", "my?questions", "my-questions", "???", "!!!", "..", "é", "e\u0301"]
    kept = [
        keep_questions(f"{name}.jsonl", name.encode(errors="replace"), settings) for name in names
    ]
    assert len(set(kept)) == len(names) - 1  # an accent on its letter and behind it is the same
    assert kept[2].name == "my-questions.jsonl"
    assert kept[0].read_bytes() == b"my questions"
    assert keep_questions("my questions.jsonl", b"later", settings) == kept[0]
    assert question_files(settings) == sorted(set(kept))

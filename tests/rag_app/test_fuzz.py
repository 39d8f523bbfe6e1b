"""Any value of a setting, any line of a question file: used, or refused by name."""

import os
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from rag_app.errors import DocumentsError, SettingError
from rag_app.evaluation.questions import read_questions
from rag_app.settings import Settings, load_settings

printable = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
odd = ["", "[]", "{}", "null", "[1]", '["a"]', "-1", "1e400"]
values = printable | st.integers().map(str) | st.floats().map(str) | st.sampled_from(odd)


@settings(deadline=None)
@given(st.sampled_from(sorted(Settings.model_fields)), values)
def test_any_value_of_a_setting_is_used_or_named(name: str, value: str):
    variable = f"RAG_{name.upper()}"
    before = os.environ.get(variable)
    os.environ[variable] = value
    try:
        load_settings()
    except SettingError as error:
        assert variable in str(error)
    finally:
        if before is None:
            del os.environ[variable]
        else:
            os.environ[variable] = before


@settings(deadline=None)
@given(st.lists(st.one_of(printable, st.sampled_from([
    '{"id": "1", "lang": "en", "question": "Why?", "answers": [], "answerable": true,'
    ' "evidence": []}', "[]", "{}", "null", '{"id": 1}',
    '{"id": "1", "lang": "en", "question": 7, "answers": 3, "answerable": "x", "evidence": [1]}',
]))), st.booleans())  # fmt: skip
def test_any_question_file_is_read_or_refused_by_line(lines: list[str], binary: bool):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "q.jsonl")
        data = "\n".join(lines).encode()
        path.write_bytes(b"\xff\xfe" + data if binary else data)
        try:
            questions = read_questions(path)
        except DocumentsError as error:
            assert "q.jsonl" in str(error)
        else:
            assert questions
            assert all(isinstance(question.question, str) for question in questions)

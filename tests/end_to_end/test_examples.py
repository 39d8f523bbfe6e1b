"""The example questions, asked as a user asks them."""

import json
from pathlib import Path

from rag_app import ask
from tests.conftest import PROJECT

QUESTIONS = [
    json.loads(line)
    for line in (PROJECT / "examples" / "questions.jsonl").read_text("utf-8").splitlines()
]


def flat(text: str) -> str:
    return " ".join(text.casefold().split())


def test_the_questions_are_what_they_should_be():
    for language in ("en", "pt"):
        asked = [q for q in QUESTIONS if q["lang"] == language]
        assert len(asked) == 20
        assert sum(not q["answerable"] for q in asked) == 5


def test_answers_cite_their_documents_and_the_rest_is_refused(settings):
    """Not every one: a bar that the product must not fall below."""
    right, refused, wrong = {"en": 0, "pt": 0}, {"en": 0, "pt": 0}, []
    for question in QUESTIONS:
        answer = ask(question["question"], settings=settings)
        language = question["lang"]
        if not question["answerable"]:
            refused[language] += answer.abstained
            continue
        cited = {Path(citation.source).stem for citation in answer.citations}
        expected = {evidence["doc"] for evidence in question["evidence"]}
        said = any(flat(gold) in flat(answer.text) for gold in question["answers"])
        right[language] += said and bool(cited & expected)
        if not said:
            wrong.append((question["id"], answer.text))
    assert min(right.values()) >= 10, wrong
    assert min(refused.values()) >= 3, refused

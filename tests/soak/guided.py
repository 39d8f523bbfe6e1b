"""``python -m tests.soak.guided TARGET -runs=N``: inputs that atheris makes by what they reach.

Each target takes any text and checks what must hold of it. atheris (Apache-2.0) has wheels for some
versions of Python on Linux alone, so it is an extra: ``pip install -e .[fuzz]``.
"""

import sys
from collections.abc import Callable

import atheris

with atheris.instrument_imports(include=["rag_app", "ingest"]):
    from ingest.loaders.decoding import text_from
    from ingest.loaders.visible import visible
    from rag_app.errors import FileRejected
    from rag_app.matching.figures import figures
    from rag_app.matching.periods import is_of_another_period
    from rag_app.matching.rows import cells, is_another_row
    from rag_app.question.inventories import inventory_of
    from rag_app.question.rewriting import stand_alone
    from rag_app.rendering import inert
    from rag_app.sentences import sentences
    from rag_app.terms import analyse


def check_sentences(text: str) -> None:
    """They follow one another, and none is blank."""
    last = 0
    for start, end in sentences(text):
        assert last <= start < end <= len(text)
        assert text[start:end].strip()
        last = end


def check_words(text: str) -> None:
    """Terms, figures and what is visible of a text are found in any."""
    for language in ("en", "pt"):
        analyse(text, language)
        for figure in figures(text, language):
            assert 0 <= figure.start < figure.end <= len(text)
    assert visible(visible(text)) == visible(text)


def check_questions(text: str) -> None:
    """Any question is understood somehow, after any other."""
    before, _, question = text.partition("\n")
    assert stand_alone(question, []) == question
    assert question.strip() == "" or stand_alone(question, [before]).strip()
    inventory_of(question)
    is_of_another_period(question, before, text)
    is_another_row(question, cells(before, text))


def check_rendering(text: str) -> None:
    """No markup is left of it."""
    assert "<" not in inert(text).replace("\\<", "").replace("&lt;", "")


TARGETS: dict[str, Callable[[str], None]] = {
    "sentences": check_sentences,
    "words": check_words,
    "questions": check_questions,
    "rendering": check_rendering,
}


def main() -> None:
    """Run one target until libFuzzer's own options say that it is enough."""
    check = TARGETS[sys.argv.pop(1)]

    def once(data: bytes) -> None:
        try:
            text = text_from(data)
        except FileRejected:
            return
        check(text)

    atheris.Setup(sys.argv, once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

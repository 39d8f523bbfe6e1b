"""``python -m rag_app "question"``: the answer, then its numbered sources.

``python -m rag_app doctor`` examines the installation, ``python -m rag_app log`` lists what was
asked, ``python -m rag_app --replay ID`` gives one of these answers again,
``python -m rag_app export`` writes an answer and its quoted pages as one HTML file,
``python -m rag_app evaluate`` scores an index by questions of a file, ``python -m rag_app watch``
says which watched answers changed, and ``python -m rag_app accounts`` who may sign in to the chat.
"""

import argparse
import importlib
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from rag_app.command import end, flat, usage
from rag_app.errors import RagError

if TYPE_CHECKING:
    from rag_app.values import Answer

_COMMANDS = {
    "accounts": "rag_app.accounts_command",
    "doctor": "rag_app.doctor",
    "evaluate": "rag_app.evaluate",
    "export": "rag_app.export",
    "log": "rag_app.log_command",
    "watch": "rag_app.watch",
}
_NEAREST = 3  # passages shown under an abstention
_ABSENT = {"en": "No document of this index has", "pt": "Nenhum documento deste índice tem"}
_HEADINGS = {"en": ("Sources", "Nearest passages"), "pt": ("Fontes", "Trechos mais próximos")}


def main(arguments: list[str] | None = None) -> int:
    """Run the command; its exit code: 0, or 2 after an error that the user can mend."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and arguments[0] in _COMMANDS:
        if arguments[0] != "doctor":  # it tells them as findings
            _warn()
        module = importlib.import_module(_COMMANDS[arguments[0]])
        return int(module.main(arguments[1:]))
    parser = _parser()
    options = parser.parse_args(arguments)
    if (options.question is None) == (options.replay is None):
        parser.error("give a question, or --replay with the number of an answer")
    if options.question in _COMMANDS:
        parser.error(f"'{options.question}' is a command: write it first, its options after it")
    _warn()
    try:
        if options.replay is not None:
            return _replay(options.replay, as_json=options.json)
        from rag_app.answering import ask

        answer = ask(options.question, index=options.index, sources=options.source or None)
    except RagError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped.\n")
        return 130
    if options.json:
        text = json.dumps(asdict(answer), ensure_ascii=False, indent=2)
    else:
        text = as_text(answer)
    sys.stdout.write(text + "\n")
    return 0


def as_text(answer: "Answer") -> str:
    """An answer for a terminal: its text, each source with page and quote, what it cost."""
    sources, nearest = _HEADINGS[answer.language]
    lines = [answer.text, ""]
    if answer.abstained and answer.passages:
        lines.append(f"{nearest}:")
        lines += [
            f"  {_place(passage.source, passage.page)}: “{flat(passage.text, 160)}”"
            for passage in answer.passages[:_NEAREST]
        ]
    elif answer.citations:
        lines.append(f"{sources}:")
        lines += [
            f"  [{c.number}] {_place(c.source, c.page)}: “{flat(c.quote, 600)}”"
            for c in answer.citations
        ]
    if answer.coverage and answer.coverage.passages:
        lines += ["", coverage_line(answer)]
    if answer.absent:
        words = ", ".join(f"“{flat(word, 60)}”" for word in answer.absent)
        lines += ["", f"{_ABSENT[answer.language]}: {words}."]
    usage = answer.usage
    cost = f"{usage.seconds.get('total', 0):.1f} s"
    if answer.coverage is None:
        cost += f", support {answer.support:.0%}"
    if usage.completion_tokens and answer.answered_by == "llm":
        cost += f", {usage.prompt_tokens} + {usage.completion_tokens} tokens"
    return "\n".join([*lines, "", f"({cost}; {answer.answered_by})"])


def coverage_line(answer: "Answer") -> str:
    """How much of the index a question over everything has read."""
    coverage = answer.coverage
    assert coverage is not None
    if answer.language == "pt":
        line = f"Lidos {coverage.read} de {coverage.passages} trechos em {coverage.files} arquivos"
        missing = f"; {len(coverage.unreadable)} arquivos ilegíveis"
    else:
        line = f"Read {coverage.read} of {coverage.passages} passages in {coverage.files} files"
        missing = f"; {len(coverage.unreadable)} files unreadable"
    return line + (missing if coverage.unreadable else "") + "."


def _warn() -> None:
    from rag_app.settings import warn_of_strange_settings

    warn_of_strange_settings()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rag_app", description=usage(__doc__))
    parser.add_argument("question", nargs="?")
    parser.add_argument("--index", default="default", help="name of the index (default: default)")
    parser.add_argument(
        "--source",
        action="append",
        help="read only these files: a path or a pattern such as 2022/*",
    )
    parser.add_argument("--replay", type=int, metavar="ID", help="give a logged answer again")
    parser.add_argument(
        "--json",
        action="store_true",
        help="print the whole answer as JSON",
    )
    return parser


def _replay(number: int, *, as_json: bool) -> int:
    """Its exit code: 0 where the answer is the same again, else 1."""
    from rag_app.replay import replay
    from rag_app.settings import load_settings

    made = replay(number, load_settings())
    if as_json:
        told = {
            "question": made.exchange.question,
            "same": made.same,
            "differences": made.differences,
            "answer": asdict(made.answer),
            "before": asdict(made.before),
        }
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
        return 0 if made.same else 1
    lines = [f"{made.exchange.question}", "", as_text(made.answer), ""]
    if made.same:
        lines.append(f"The same as answer {number}, in every part.")
    else:
        lines.append(f"Not the same as answer {number}, which said:")
        lines.append(made.before.text)
    lines += [f"  changed since: {difference}" for difference in made.differences]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if made.same else 1


def _place(source: str, page: int | None) -> str:
    return flat(source, 200) if page is None else f"{flat(source, 200)}, p. {page}"


if __name__ == "__main__":
    end(main)

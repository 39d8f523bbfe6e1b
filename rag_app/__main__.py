"""``python -m rag_app "question"``: the answer, then its numbered sources.

``python -m rag_app doctor`` examines the installation.
"""

import argparse
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from rag_app.errors import RagError

if TYPE_CHECKING:
    from rag_app.values import Answer

_NEAREST = 3  # passages shown under an abstention
_HEADINGS = {"en": ("Sources", "Nearest passages"), "pt": ("Fontes", "Trechos mais próximos")}


def main(arguments: list[str] | None = None) -> int:
    """Run the command; its exit code: 0, or 2 after an error that the user can mend."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["doctor"]:
        from rag_app.doctor import main as examine

        return examine(arguments[1:])
    options = _parser().parse_args(arguments)
    try:
        from rag_app.answering import ask

        answer = ask(options.question, index=options.index)
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
    if answer.abstained:
        lines.append(f"{nearest}:")
        lines += [
            f"  {_place(passage.source, passage.page)}: “{_flat(passage.text, 160)}”"
            for passage in answer.passages[:_NEAREST]
        ]
    else:
        lines.append(f"{sources}:")
        lines += [
            f"  [{c.number}] {_place(c.source, c.page)}: “{_flat(c.quote, 600)}”"
            for c in answer.citations
        ]
    usage = answer.usage
    cost = f"{usage.seconds.get('total', 0):.1f} s, support {answer.support:.0%}"
    if usage.completion_tokens:
        cost += f", {usage.prompt_tokens} + {usage.completion_tokens} tokens"
    return "\n".join([*lines, "", f"({cost}; {answer.answered_by})"])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rag_app", description=__doc__)
    parser.add_argument("question")
    parser.add_argument("--index", default="default", help="name of the index (default: default)")
    parser.add_argument("--json", action="store_true", help="print the whole answer as JSON")
    return parser


def _place(source: str, page: int | None) -> str:
    return _flat(source, 200) if page is None else f"{_flat(source, 200)}, p. {page}"


def _flat(text: str, most: int) -> str:
    """``text`` on one line, no control characters, cut to ``most`` characters."""
    flat = "".join(char if char.isprintable() else " " for char in " ".join(text.split()))
    return flat if len(flat) <= most else flat[: most - 1] + "…"


if __name__ == "__main__":
    sys.exit(main())

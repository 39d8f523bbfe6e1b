"""``python -m rag_app export``: writes an answer's evidence as one file.

``export "question"`` asks first, ``export --exchange ID`` takes an answer of the log.

The HTML file shows every quote on its page and needs nothing but a browser; the original files
are dropped on it to see that they are the ones that were quoted.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rag_app.command import usage
from rag_app.errors import PictureError, RagError
from rag_app.evidence_pack import AROUND, Exhibit, Origin, as_html
from rag_app.identity import identify
from rag_app.log import open_log
from rag_app.pdf.picture import draw_page, has_picture
from rag_app.rendering import beside
from rag_app.settings import Settings, load_settings
from rag_app.store.database import Database
from rag_app.store.places import index_folder
from rag_app.values import Answer, Citation, Request

_NEAREST = 3  # passages shown where the documents do not say


def evidence_pack(
    answer: Answer,
    *,
    index: str = "default",
    settings: Settings | None = None,
    made: datetime | None = None,
) -> str:
    """The answer's evidence as one HTML file that needs nothing else, in the answer's language.

    A quote whose page cannot be drawn stands in its page's text, with the reason. What decided
    the answer is taken from the log where it was logged. Raises StoreError, LogError and
    EmbedderMismatch.
    """
    settings = settings or load_settings()
    made = made or datetime.now(UTC)
    with closing(Database(index_folder(settings, index))) as database:
        exhibits = [
            _exhibit(citation, index, settings, database)
            for citation in _with_hashes(answer.citations or _nearest(answer), database)
        ]
    return as_html(answer, exhibits, _origin(answer, index, settings, made))


def main(arguments: list[str]) -> int:
    """Run the command; its exit code: 0, or 2 after an error that the user can mend."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if (options.question is None) == (options.exchange is None):
        parser.error("give a question, or --exchange with the number of an answer")
    made = datetime.now(UTC)
    path = options.output or Path(f"evidence-{made:%Y%m%d-%H%M%S}.html")
    try:
        settings = load_settings()
        answer, index = (
            _asked(options.question, options.index, settings)
            if options.exchange is None
            else _logged(options.exchange, settings)
        )
        pack = evidence_pack(answer, index=index, settings=settings, made=made)
        path.write_text(pack, encoding="utf-8")
    except RagError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"error: {path} cannot be written ({error.strerror}); -o names another.\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped.\n")
        return 130
    sys.stdout.write(f"{path}\n")
    return 0


def _asked(question: str, index: str, settings: Settings) -> tuple[Answer, str]:
    from rag_app.answering import ask

    return ask(question, index=index, settings=settings), index


def _logged(number: int, settings: Settings) -> tuple[Answer, str]:
    exchange, answer = open_log(settings).answered(number)
    return replace(answer, exchange=number), exchange.index


def _exhibit(citation: Citation, index: str, settings: Settings, database: Database) -> Exhibit:
    why = ""
    if has_picture(citation):
        try:
            picture = draw_page(citation, index=index, settings=settings)
            return Exhibit(citation, png=picture.png, is_complete=picture.is_complete)
        except PictureError as error:
            why = str(error)
    text = database.page_text(citation.source, citation.page) or ""
    if text[citation.start : citation.end] != citation.quote:  # indexed anew since then
        return Exhibit(citation, why=why)
    before, after = beside(text, citation.start, citation.end, AROUND)
    return Exhibit(citation, why=why, before=before, after=after)


def _nearest(answer: Answer) -> list[Citation]:
    return [
        Citation(
            number=number, source=passage.source, page=passage.page, quote=passage.text,
            start=passage.start, end=passage.end,
        )
        for number, passage in enumerate(answer.passages[:_NEAREST], start=1)
    ]  # fmt: skip


def _with_hashes(citations: Sequence[Citation], database: Database) -> list[Citation]:
    hashes = database.sha256_of(citation.source for citation in citations)
    return [
        replace(citation, sha256=citation.sha256 or hashes.get(citation.source, ""))
        for citation in citations
    ]


def _origin(answer: Answer, index: str, settings: Settings, made: datetime) -> Origin:
    logged = None if answer.exchange is None else open_log(settings).exchange(answer.exchange)
    identity = logged.identity if logged else ""
    parts = json.loads(identity or identify(Request(answer.question, index), settings))
    asked = datetime.fromtimestamp(logged.asked, UTC) if logged else None
    return Origin(
        made=_written(made),
        asked=_written(asked) if asked else "",
        program=f"rag-app {parts['version']}",
        index=parts["index"],
        commit=parts["commit"],
        contents=parts["contents"],
        embedder=parts["embedder"],
        reader=parts["reader"],
        prompts=parts["prompts"],
        settings=", ".join(f"{name} = {value}" for name, value in parts["settings"].items()),
    )


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rag_app export", description=usage(__doc__))
    parser.add_argument("question", nargs="?")
    parser.add_argument("--index", default="default", help="name of the index (default: default)")
    parser.add_argument(
        "--exchange", type=int, help="instead of a question, the number of an answer in the log"
    )
    parser.add_argument(
        "-o", "--output", type=Path, help="file to write (default: evidence-DATE.html)"
    )
    return parser

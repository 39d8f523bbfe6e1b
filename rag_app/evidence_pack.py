"""An answer and all that it rests on as one HTML file that needs nothing else. Pure.

The file shows the quoted pages, tells which files, models and index stand behind the answer, and
checks files that are dropped on it against the quoted ones. It loads nothing and sends nothing:
its policy allows the one script and the one style that are in it, by hash, and embedded pictures.
"""

import base64
import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rag_app.rendering import plain_html
from rag_app.values import Answer, Citation

_FOLDER = Path(__file__).parent / "pack"
AROUND = 600  # characters of the page's text on either side of a quote without a picture
_MARKER = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True)
class Exhibit:
    """One quote and its page."""

    citation: Citation
    png: bytes = b""  # the page, the quote marked in it; empty where there is no picture
    is_complete: bool = True  # whether all of the quote was found on the picture
    why: str = ""  # there is no picture; "" where the format has none
    before: str = ""  # the page's text around the quote
    after: str = ""


@dataclass(frozen=True)
class Origin:
    """What decided the answer, and when."""

    made: str  # when the file was made
    asked: str  # when the question was asked; "" where it was not logged
    program: str  # name and version
    index: str
    commit: int  # how many changes the index had seen
    contents: str  # SHA-256 of what the index held
    embedder: str  # name, SHA-256 of its weights, precision
    reader: str  # SHA-256 of the sentence reader
    prompts: str  # SHA-256 of all prompt files
    settings: str  # that change what is answered


def as_html(answer: Answer, exhibits: list[Exhibit], origin: Origin) -> str:
    """The whole file, in the answer's language."""
    words = _words()[answer.language]
    style, script = _part("pack.css"), _part("pack.js")
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_hash(style)}';"
        f" script-src '{_hash(script)}'; base-uri 'none'; form-action 'none'"
    )
    heading = words["nearest"] if answer.abstained else words["quotes"]
    body = [
        f"<h1>{words['title']}</h1>",
        f'<p class="question">{plain_html(answer.question)}</p>',
        f'<div class="answer">{_linked(answer.text, exhibits)}</div>',
        _claims(answer, words),
        f"<h2>{heading}</h2>",
        *(_exhibit(exhibit, words) for exhibit in exhibits),
        _files(exhibits, words),
        _making(answer, origin, words),
    ]
    return (
        f'<!doctype html>\n<html lang="{answer.language}"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="referrer" content="no-referrer">'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{words['title']}: {plain_html(answer.question)}</title>\n"
        f"<style>{style}</style></head><body>\n{''.join(body)}\n"
        f"<script>{script}</script></body></html>\n"
    )


def _claims(answer: Answer, words: Mapping[str, str]) -> str:
    """Each sentence with its label, where a model wrote and not every label is the best."""
    if all(claim.label == "supported" for claim in answer.claims):
        return ""
    rows = "".join(
        f"<tr><td>{plain_html(claim.text)}</td><td>{words.get(claim.label, claim.label)}</td></tr>"
        for claim in answer.claims
    )
    return f"<h2>{words['claims']}</h2><table>{rows}</table>"


def _exhibit(exhibit: Exhibit, words: Mapping[str, str]) -> str:
    citation = exhibit.citation
    source = plain_html(citation.source)
    page = "" if citation.page is None else f", {words['page']} {citation.page}"
    place = words["characters"].format(start=citation.start, end=citation.end)
    parts = [
        f'<h3 id="quote-{citation.number}">[{citation.number}] {source}{page}</h3>',
        f"<blockquote>{plain_html(citation.quote)}</blockquote>",
        f"<small>{place}; SHA-256 <code>{plain_html(citation.sha256)}</code></small>",
    ]
    if exhibit.png:
        data = base64.b64encode(exhibit.png).decode("ascii")
        alt = plain_html(words["picture"].format(page=citation.page, source=citation.source))
        note = "" if exhibit.is_complete else f"<figcaption>{words['unmarked']}</figcaption>"
        parts.append(f'<figure><img src="data:image/png;base64,{data}" alt="{alt}">{note}</figure>')
    else:
        if exhibit.why:
            why = plain_html(words["no_picture"].format(why=exhibit.why))
            parts.append(f'<p class="place">{why}</p>')
        parts.append(
            f'<div class="text">{plain_html(exhibit.before)}'
            f"<mark>{plain_html(citation.quote)}</mark>{plain_html(exhibit.after)}</div>"
        )
    return "".join(parts)


def _files(exhibits: list[Exhibit], words: Mapping[str, str]) -> str:
    """The quoted files, and where to drop those that are to be compared with them."""
    hashes = {exhibit.citation.source: exhibit.citation.sha256 for exhibit in exhibits}
    rows = "".join(
        f'<tr data-sha256="{plain_html(sha256)}"'
        f' data-name="{plain_html(source.rsplit("/", 1)[-1])}">'
        f"<td>{plain_html(source)}</td><td><code>{plain_html(sha256)}</code></td>"
        f"<td>{words['state_unchecked']}</td></tr>"
        for source, sha256 in hashes.items()
    )
    said = {state: words[f"state_{state}"] for state in ("same", "other", "unknown", "unreadable")}
    said |= {"summary": words["summary"], "by-hand": words["by_hand"]}
    data = "".join(f' data-{name}="{plain_html(text)}"' for name, text in said.items())
    return (
        f'<section id="files"{data}><h2>{words["files"]}</h2>'
        f'<label class="drop">{words["files_say"]}<br>'
        f'<input type="file" multiple aria-label="{words["choose"]}"></label>'
        f"<noscript><p>{words['by_hand']}</p></noscript>"
        f"<table><thead><tr><th>{words['file']}</th><th>SHA-256</th><th>{words['state']}</th></tr>"
        f'</thead><tbody>{rows}</tbody></table><p id="summary" role="status"></p></section>'
    )


def _making(answer: Answer, origin: Origin, words: Mapping[str, str]) -> str:
    rows = {
        "asked": origin.asked,
        "made": origin.made,
        "exchange": "" if answer.exchange is None else str(answer.exchange),
        "rewritten": answer.rewritten,
        "answered_by": words[f"answered_by_{answer.answered_by}"],
        "coverage": _coverage(answer, words),
        "support": f"{answer.support:.0%}",
        "model": answer.model or words["no_model"],
        "prompts": origin.prompts,
        "index": words["commit"].format(name=origin.index, commit=origin.commit),
        "contents": origin.contents,
        "embedder": origin.embedder,
        "reader": origin.reader,
        "settings": origin.settings,
        "program": origin.program,
    }
    shown = "".join(
        f"<tr><th>{words[name]}</th><td>{plain_html(value)}</td></tr>"
        for name, value in rows.items()
        if value
    )
    return f"<h2>{words['made_by']}</h2><table>{shown}</table>"


def _coverage(answer: Answer, words: Mapping[str, str]) -> str:
    """How much of the index a question over everything has read."""
    if answer.coverage is None:
        return ""
    parts = vars(answer.coverage) | {"unreadable": len(answer.coverage.unreadable)}
    return words["coverage_says"].format(**parts)


def _linked(text: str, exhibits: list[Exhibit]) -> str:
    """The answer's text, its numbers linked to their quotes."""
    numbers = {str(exhibit.citation.number) for exhibit in exhibits}
    return _MARKER.sub(
        lambda found: (
            f'<a href="#quote-{found[1]}">{found[0]}</a>' if found[1] in numbers else found[0]
        ),
        plain_html(text),
    )


@lru_cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads(_part("pack.toml"))


@lru_cache
def _part(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _hash(part: str) -> str:
    """A style or script as a Content-Security-Policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(part.encode()).digest()).decode("ascii")

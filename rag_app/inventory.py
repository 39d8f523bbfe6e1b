"""Questions over everything: "which documents mention ...", "list all ...", "how many files ...".

The first few passages cannot answer these. Every passage that holds all the words asked for, or
those of one part where documents with several parts are asked for, is read, and the answer says
how many that were, and which files nobody could read.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rag_app.catalogue import list_documents
from rag_app.injection import honest
from rag_app.language import Language
from rag_app.question.inventories import Inventory
from rag_app.quotation import spoken
from rag_app.store.database import Database
from rag_app.terms import all_words, analyse, joined_words, stands_in, stems_in, words_of
from rag_app.values import INDEXED, Answer, Citation, Claim, Coverage, Passage, Scope

_MOST_READ = 5_000  # passages; what is left unread is told
_MOST_SHOWN = 40  # lines of an answer
_FEWEST_LISTED = 3  # sentences; with fewer, "list all" is a question like any other
_SHOWN_PASSAGES = 8

_QUOTED = re.compile(r"^(?:\"([^\"]+)\"|“([^”]+)”|«([^»]+)»|'(.+)')$")
_WHITE = re.compile(r"\s+")


def take(
    inventory: Inventory, database: Database, scope: Scope | None, base: Answer
) -> Answer | None:
    """``base`` with what every passage that holds the topic's words says, and the coverage.

    None where the question is better answered as any other. Call it in a snapshot of the
    database.
    """
    if not inventory.alternatives:
        return list_documents(database, scope, base)
    language = base.language
    found = _sought(inventory, database, scope)
    ids = sorted(found)
    read = ids[:_MOST_READ]
    passages = database.passages_in_order(read)
    lines = _lines([(p, found[p.chunk_id]) for p in passages], inventory, language)
    if not inventory.certain and len(lines) < _FEWEST_LISTED:
        return None
    unreadable = tuple(r.source for r in database.documents() if r.outcome != INDEXED)
    files = list(dict.fromkeys(p.source for p in passages))
    unread = len(ids) - len(read)
    coverage = Coverage(len(passages) + unread, len(passages), len(files), unreadable)
    if not lines:
        return _replaced(base, _nothing(inventory, language), (), (), coverage, passages)
    hashes = database.sha256_of(files)
    shown = list(enumerate(lines[:_MOST_SHOWN], 1))
    citations = tuple(line.cited_as(number, hashes) for number, line in shown)
    claims = tuple(Claim(line.text, "supported", (number,)) for number, line in shown)
    times = _occurrences(inventory, passages) if inventory.how_often else None
    head = _head(inventory, coverage, len(lines), times, language)
    text = "\n".join([head, *(f"- {claim.text} [{claim.numbers[0]}]" for claim in claims)])
    return _replaced(base, text, citations, claims, coverage, passages)


@dataclass(frozen=True)
class _Line:
    """One line of the answer, and the words of the document that it shows."""

    passage: Passage
    start: int  # characters into the page's text
    end: int
    text: str

    def cited_as(self, number: int, hashes: Mapping[str, str]) -> Citation:
        """The citation of this number; ``hashes`` has each file's SHA-256."""
        passage = self.passage
        return Citation(
            number, passage.source, passage.page, passage.between(self.start, self.end),
            self.start, self.end, hashes.get(passage.source, ""),
        )  # fmt: skip


def _lines(
    found: Sequence[tuple[Passage, str]], inventory: Inventory, language: Language
) -> list[_Line]:
    """Each passage comes with the words that it was found by.

    By file, and by part where no passage of it holds every part: its first sentence that holds
    most of these words. Else each sentence that does.
    """
    if not inventory.by_file:
        said: dict[str, _Line] = {}
        for passage, words in found:
            for start, end in _best_spans(passage, words):
                quoted = spoken(passage.between(start, end), passage.source)
                said.setdefault(quoted, _Line(passage, start, end, f"“{quoted}”"))
        return list(said.values())
    by_file: dict[tuple[str, str], list[Passage]] = {}
    for passage, words in sorted(found, key=lambda it: it[0].source):
        by_file.setdefault((passage.source, words), []).append(passage)
    lines = []
    word = {"en": ("passage", "passages"), "pt": ("trecho", "trechos")}[language]
    several = len(inventory.alternatives) > 1 or len(inventory.alternatives[0]) > 1
    for (source, words), held in by_file.items():
        spans = [(p, span) for p in held for span in _best_spans(p, words)]
        if not spans:
            continue
        passage, (start, end) = next((it for it in spans if _is_prose(*it)), spans[0])
        quoted = spoken(passage.between(start, end), source)
        count = f"{len(held)} {word[len(held) > 1]}"
        name = f"{source}, “{_bare(words)}”" if several else source
        lines.append(_Line(passage, start, end, f"{name} ({count}): “{quoted}”"))
    return lines


def _best_spans(passage: Passage, words: str) -> list[tuple[int, int]]:
    """The passage's sentences that hold as many of these words as any of them does.

    Joined words come before others: where one says GPT-3, none is taken that says GPT-2.
    """
    spans = honest(passage, passage.spans)
    joined, wanted = joined_words(words)[0], words_of(words)

    def held(span: tuple[int, int]) -> tuple[int, int]:
        text = passage.between(*span)
        together = sum(stands_in(word, text) for word in joined)
        return together, sum(bool(word & stems_in(text)) for word in wanted)

    most = max((held(span) for span in spans), default=(0, 0))
    return [span for span in spans if held(span) == most]


def _is_prose(passage: Passage, span: tuple[int, int]) -> bool:
    """A sentence tells more of a file than the line of its table of contents."""
    text = passage.between(*span).rstrip()
    return text[-1:] in ".!?" and not text.startswith(("#", "|"))


def _sought(inventory: Inventory, database: Database, scope: Scope | None) -> dict[int, str]:
    """The chunks that hold what is looked for, each with the words that it was found by.

    Of a file with a passage that holds every part ("Johnson and Johnson" is a name), these
    passages alone.
    """
    found: dict[int, str] = {}
    for parts in inventory.alternatives:
        each = {part: _holding(part, database, scope) for part in parts}
        whole = set.intersection(*map(set, each.values()))
        told = " ".join(parts) if len(parts) == 1 else " + ".join(map(_bare, parts))
        found = dict.fromkeys(whole, told) | found
        if len(parts) == 1:
            continue
        files = _files_of(database, {chunk for ids in each.values() for chunk in ids})
        in_parts = set.intersection(*({files[i] for i in ids} for ids in each.values()))
        in_parts -= {files[chunk] for chunk in whole}
        for part, ids in each.items():
            found = dict.fromkeys((i for i in ids if files[i] in in_parts), part) | found
    return found


def _holding(words: str, database: Database, scope: Scope | None) -> list[int]:
    """The chunks with all the words; with those in quotation marks, word by word."""
    ids = database.matching(all_words(words), scope)
    quoted = _flat(_bare(words)) if _QUOTED.match(words) else ""
    joined = joined_words(words)[0]
    if not (quoted or joined):
        return ids
    kept = (
        passage.chunk_id
        for passage in database.passages_in_order(ids[:_MOST_READ])
        if quoted in _flat(passage.text) and all(stands_in(word, passage.text) for word in joined)
    )
    return [*kept, *ids[_MOST_READ:]]


def _files_of(database: Database, chunks: Iterable[int]) -> dict[int, int]:
    """The document of each chunk, by its row's id."""
    pages = database.pages_of(sorted(chunks))
    return {chunk: document for chunk, (document, _) in pages.items()}


def _nothing(inventory: Inventory, language: Language) -> str:
    """What was looked for in vain: words together in a passage, not a matter in a document."""
    said, both, either, and_, or_ = {
        "en": (
            "No document mentions {}.",
            "No document holds all of these, the words of each together in a passage: {}.",
            "No passage holds all of these words together: {}.",
            " and ", " or ",
        ),
        "pt": (
            "Nenhum documento menciona {}.",
            "Nenhum documento tem tudo isto, as palavras de cada um juntas num trecho: {}.",
            "Nenhum trecho tem todas estas palavras juntas: {}.",
            " e ", " ou ",
        ),
    }[language]  # fmt: skip
    told = or_.join(and_.join(f"“{_bare(p)}”" for p in ps) for ps in inventory.alternatives)
    parts = [part for parts in inventory.alternatives for part in parts]
    if all(_is_one(part) or _QUOTED.match(part) for part in parts):
        return said.format(told)
    return (either if len(parts) == len(inventory.alternatives) else both).format(told)


def _is_one(part: str) -> bool:
    """Whether it is one word, joined or not."""
    joined, rest = joined_words(part)
    return len(joined) + len(words_of(rest)) == 1


def _bare(words: str) -> str:
    """Without the quotation marks around them."""
    quoted = _QUOTED.match(words)
    return words if quoted is None else next(filter(None, quoted.groups()))


def _flat(text: str) -> str:
    return _WHITE.sub(" ", text).casefold()


def _occurrences(inventory: Inventory, passages: Sequence[Passage]) -> int | None:
    """How often the passages have the one word in any form, or what is in quotation marks.

    None for anything else: words that stand apart occur so often each.
    """
    topic = inventory.topic
    if _QUOTED.match(topic):
        phrase = re.compile(rf"(?<!\w){re.escape(_flat(_bare(topic)))}")
        return sum(len(phrase.findall(_flat(passage.text))) for passage in passages)
    if len(inventory.alternatives) > 1 or joined_words(topic)[0] or not _is_one(topic):
        return None
    (forms,) = words_of(topic)
    languages: tuple[Language, ...] = ("en", "pt")
    return sum(
        max(sum(term in forms for term in analyse(passage.text, by)) for by in languages)
        for passage in passages
    )


def _head(
    inventory: Inventory, coverage: Coverage, lines: int, times: int | None, language: Language
) -> str:
    topic = _bare(inventory.topic)
    shown = min(lines, _MOST_SHOWN)
    passages, files, often, of, first = {
        "en": (("passage", "passages"), ("file", "files"), ("time", "times"), "in",
               "The first {} of {}:"),
        "pt": (("trecho", "trechos"), ("arquivo", "arquivos"), ("vez", "vezes"), "em",
               "Os primeiros {} de {}:"),
    }[language]  # fmt: skip
    counted = f"{times} {often[times > 1]}, {of} " if times else ""
    head = (
        f"“{topic}”: {counted}{coverage.passages} {passages[coverage.passages > 1]}"
        f" {of} {coverage.files} {files[coverage.files > 1]}."
    )
    return head if shown == lines else f"{head} {first.format(shown, lines)}"


def _replaced(
    base: Answer,
    text: str,
    citations: tuple[Citation, ...],
    claims: tuple[Claim, ...],
    coverage: Coverage,
    passages: Sequence[Passage],
) -> Answer:
    return replace(
        base, text=text, citations=citations, claims=claims, coverage=coverage,
        abstained=not citations, passages=tuple(passages[:_SHOWN_PASSAGES]),
        answered_by="inventory" if citations else "abstention",
        support=1.0 if citations else 0.0,
    )  # fmt: skip

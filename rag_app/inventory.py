"""Questions over everything: "which documents mention ...", "list all ...", "how many files ...".

The first few passages cannot answer these. Every passage that holds all the words asked for is
read, and the answer says how many that were, and which files nobody could read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag_app.injection import flag
from rag_app.language import Language
from rag_app.store.contents import INDEXED
from rag_app.store.database import Database
from rag_app.terms import all_words, analyse, words_of
from rag_app.values import Answer, Citation, Claim, Coverage, Passage, Scope

_MOST_READ = 5_000  # passages; what is left unread is told
_MOST_SHOWN = 40  # lines of an answer
_FEWEST_LISTED = 3  # sentences; with fewer, "list all" is a question like any other
_SHOWN_PASSAGES = 8

_FILES = (
    r"(?:documents?|files?|reports?|papers?|articles?|texts?|contracts?|documentos?"
    r"|arquivos?|ficheiros?|relatórios?|artigos?|textos?|contratos?)"
)
_MENTION = (
    r"(?:mentions?|cites?|contains?|names?|discuss(?:es)?|covers?|includes?|refers?\s+to"
    r"|speaks?\s+(?:of|about)|talks?\s+about|(?:is|are)\s+about|deals?\s+with|mencionam?|citam?|contêm|contém"
    r"|fala[m]?\s+(?:de|do|da|dos|das|sobre)|tratam?\s+(?:de|do|da|dos|das)|discutem?|incluem?"
    r"|se\s+referem?\s+(?:a|ao|à|aos|às))"
)
_END = r"\s*[?.!]*\s*$"
_BY_FILE = re.compile(
    rf"(?ix)^\s*(?:(?:which|what|how\s+many|quais|que|quantos|quantas)\s+(?:of\s+(?:the|these|my)\s+|dos\s+|das\s+)?"
    rf"|(?:list|show|find|name|liste|mostre|encontre|enumere)\s+(?:me\s+)?(?:all\s+|every\s+|each\s+|todos\s+|todas\s+)?"
    rf"(?:the\s+|os\s+|as\s+)?){_FILES}\s+(?:that\s+|which\s+|que\s+)?{_MENTION}\s+(?P<topic>.+?){_END}"
)
_BY_MENTION = re.compile(
    rf"(?ix)^\s*(?:(?:list|show|find|liste|mostre|encontre)\s+(?:me\s+)?(?:all|every|each|todas|todos)\s+"
    rf"(?:the\s+|as\s+|os\s+)?(?:mentions?|occurrences?|passages?|references?|menções|ocorrências|trechos|referências)"
    rf"\s+(?:of|to|about|on|that\s+mention|a|ao|à|de|do|da|sobre)\s+"
    rf"|(?:where|onde)\s+(?:is|are|é|são)\s+(?=.+(?:mentioned|mencionad|citad))"
    rf"|(?:how\s+many\s+times|quantas\s+vezes)\s+(?:is|are|é|são)\s+(?=.+(?:mentioned|mencionad|citad)))"
    rf"(?P<topic>.+?)(?:\s+(?:é\s+|são\s+)?(?:mentioned|cited|mencionad[oa]s?|citad[oa]s?))?{_END}"
)
_ALL = re.compile(
    rf"(?ix)^\s*(?:list|name|enumerate|show|liste|cite|enumere|mostre)\s+(?:me\s+)?"
    rf"(?:all|every|each|todos|todas|cada)\s+(?:of\s+)?(?:the\s+|os\s+|as\s+)?(?P<topic>.+?){_END}"
)
_ARTICLE = re.compile(r"(?i)^(?:the|an?|os?|as?|uma?)\s+")
_QUOTED = re.compile(r"^[\"“«'](.+)[\"”»']$")
_WHITE = re.compile(r"\s+")


@dataclass(frozen=True)
class Inventory:
    """What is to be looked for everywhere."""

    topic: str
    by_file: bool  # one line a file, not one a sentence
    certain: bool  # whether it can only be answered so, whatever is found


def inventory_of(question: str) -> Inventory | None:
    """What a question over everything looks for; None for any other question."""
    for pattern, by_file, certain in (
        (_BY_FILE, True, True), (_BY_MENTION, False, True), (_ALL, False, False),
    ):  # fmt: skip
        if match := pattern.match(question):
            topic = _ARTICLE.sub("", match["topic"].strip())
            if words_of(topic):
                return Inventory(topic, by_file, certain)
    return None


def take(
    inventory: Inventory,
    database: Database,
    scope: Scope | None,
    base: Answer,
    language: Language,
) -> Answer | None:
    """``base`` with what every passage that holds the topic's words says, and the coverage.

    None where the question is better answered as any other. Call it in a snapshot of the
    database.
    """
    ids = database.matching(all_words(inventory.topic), scope)
    read = ids[:_MOST_READ]
    passages = [p for p in database.passages_in_order(read) if _holds(p.text, inventory.topic)]
    lines = _lines(passages, inventory, language)
    if not inventory.certain and len(lines) < _FEWEST_LISTED:
        return None
    unreadable = tuple(r.source for r in database.documents() if r.outcome != INDEXED)
    files = list(dict.fromkeys(p.source for p in passages))
    unread = len(ids) - len(read)
    coverage = Coverage(len(passages) + unread, len(passages), len(files), unreadable)
    if not lines:
        none = {"en": "No document mentions", "pt": "Nenhum documento menciona"}[language]
        return _replaced(base, f"{none} “{inventory.topic}”.", (), (), coverage, passages)
    hashes = database.sha256_of(files)
    citations = tuple(
        Citation(
            number, line.passage.source, line.passage.page, line.quote, line.start, line.end,
            hashes.get(line.passage.source, ""),
        )
        for number, line in enumerate(lines[:_MOST_SHOWN], 1)
    )  # fmt: skip
    claims = tuple(
        Claim(line.text, "supported", (number,))
        for number, line in enumerate(lines[:_MOST_SHOWN], 1)
    )
    head = _head(inventory, coverage, len(lines), language)
    text = "\n".join([head, *(f"- {claim.text} [{claim.numbers[0]}]" for claim in claims)])
    return _replaced(base, text, citations, claims, coverage, passages)


@dataclass(frozen=True)
class _Line:
    """One line of the answer, and the words of the document that it shows."""

    passage: Passage
    start: int  # characters into the page's text
    end: int
    text: str

    @property
    def quote(self) -> str:
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]


def _lines(passages: Sequence[Passage], inventory: Inventory, language: Language) -> list[_Line]:
    """By file its first sentence that holds most of the topic; else each sentence that does."""
    if not inventory.by_file:
        found: dict[str, _Line] = {}
        for passage in passages:
            for start, end in _best_spans(passage, inventory.topic):
                quoted = _WHITE.sub(" ", passage.text[start - passage.start : end - passage.start])
                found.setdefault(quoted, _Line(passage, start, end, f"“{quoted}”"))
        return list(found.values())
    by_file: dict[str, list[Passage]] = {}
    for passage in passages:
        by_file.setdefault(passage.source, []).append(passage)
    lines = []
    word = {"en": ("passage", "passages"), "pt": ("trecho", "trechos")}[language]
    for source, held in by_file.items():
        spans = [(p, span) for p in held for span in _best_spans(p, inventory.topic)]
        if not spans:
            continue
        passage, (start, end) = next((it for it in spans if _is_prose(*it)), spans[0])
        quoted = _WHITE.sub(" ", passage.text[start - passage.start : end - passage.start])
        count = f"{len(held)} {word[len(held) > 1]}"
        lines.append(_Line(passage, start, end, f"{source} ({count}): “{quoted}”"))
    return lines


def _best_spans(passage: Passage, topic: str) -> list[tuple[int, int]]:
    """The passage's sentences that hold as many of the topic's words as any of them does."""
    whole = list(passage.sentences) or [(passage.start, passage.end)]
    flags = flag([passage.text[a - passage.start : b - passage.start] for a, b in whole])
    spans = [span for span, is_instruction in zip(whole, flags, strict=True) if not is_instruction]
    wanted = words_of(topic)

    def held(span: tuple[int, int]) -> int:
        text = passage.text[span[0] - passage.start : span[1] - passage.start]
        stems = {*analyse(text, "en"), *analyse(text, "pt")}
        return sum(bool(word & stems) for word in wanted)

    most = max((held(span) for span in spans), default=0)
    return [span for span in spans if held(span) == most]


def _is_prose(passage: Passage, span: tuple[int, int]) -> bool:
    """A sentence tells more of a file than the line of its table of contents."""
    text = passage.text[span[0] - passage.start : span[1] - passage.start].rstrip()
    return text[-1:] in ".!?" and not text.startswith(("#", "|"))


def _holds(text: str, topic: str) -> bool:
    """Whether a topic in quotation marks stands there word by word; others were matched."""
    quoted = _QUOTED.match(topic)
    flat = _WHITE.sub(" ", text).casefold()
    return quoted is None or _WHITE.sub(" ", quoted.group(1)).casefold() in flat


def _head(inventory: Inventory, coverage: Coverage, lines: int, language: Language) -> str:
    topic = inventory.topic.strip("\"“”«»'")
    shown = min(lines, _MOST_SHOWN)
    passages, files, of, first = {
        "en": (("passage", "passages"), ("file", "files"), "in", "The first {} of {}:"),
        "pt": (("trecho", "trechos"), ("arquivo", "arquivos"), "em", "Os primeiros {} de {}:"),
    }[language]
    head = (
        f"“{topic}”: {coverage.passages} {passages[coverage.passages > 1]}"
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

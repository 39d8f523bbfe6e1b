"""Pages into chunks: whole sentences, packed up to the embedder's own token limit. Pure."""

from collections.abc import Callable, Iterator, Sequence

from rag_app.embedding import tokens_between
from rag_app.sentences import Span, sentences
from rag_app.values import Chunk, LoadedDocument, Page

TokenEnds = Callable[[str], Sequence[int]]  # text -> where each token ends, in characters

VERSION = "4"  # of the rules below; an index built by other rules is chunked anew
_CONTEXT_TOKENS = 32  # what title and headings may take of a chunk's tokens, or a quarter of it
_CONTEXT_CHARACTERS = 4000  # that are looked at for those tokens
_NEW_SECTION = 0.4  # a heading opens a new chunk once the last is this full


def split(document: LoadedDocument, token_ends: TokenEnds, *, max_tokens: int) -> list[Chunk]:
    """The chunks of ``document``, in order, each at most ``max_tokens`` with its context.

    No chunk crosses a page or cuts a sentence or a table row, save one that is by itself
    longer than ``max_tokens``: that is cut at a line's end, a clause or a space.
    """
    chunks: list[Chunk] = []
    carried: dict[int, str] = {}  # the section path, which runs on over pages
    for number, page in enumerate(document.pages):
        chunks += _split_page(page, number, document.title, carried, token_ends, max_tokens)
    return chunks


def context(title: str, headings: Sequence[str]) -> str:
    """What is embedded before a chunk's text, so that it says what it is about."""
    return " > ".join(part for part in dict.fromkeys([title, *headings]) if part)


def embedded_text(title: str, chunk: Chunk, token_ends: TokenEnds, *, max_tokens: int) -> str:
    """What the embedder reads of a chunk: its context, cut to a budget, and its text."""
    head = _short_context(title, chunk.headings, token_ends, max_tokens)
    return f"{head}\n{chunk.text}" if head else chunk.text


def embedded_sentences(text: str, chunk: Chunk) -> list[Span]:
    """Where the chunk's sentences stand in its embedded ``text``."""
    moved = len(text) - len(chunk.text) - chunk.start
    return [(start + moved, end + moved) for start, end in chunk.sentences]


def _split_page(
    page: Page,
    number: int,
    title: str,
    carried: dict[int, str],
    token_ends: TokenEnds,
    max_tokens: int,
) -> Iterator[Chunk]:
    ends = token_ends(page.text)
    starts = {heading.start: heading for heading in page.headings}
    pending: list[Span] = []
    path = tuple(carried[level] for level in sorted(carried))
    room = max_tokens - _context_tokens(title, path, token_ends, max_tokens)

    def flush() -> Iterator[Chunk]:
        if pending:
            start, end = pending[0][0], pending[-1][1]
            used = max_tokens - room + tokens_between(ends, start, end)
            yield Chunk(number, start, end, page.text[start:end], path, used, tuple(pending))
            pending.clear()

    for start, end in _pieces(page, ends, max_tokens - _context_budget(max_tokens) - 2):
        opened = [starts[at] for at in starts if start <= at < end]
        full = tokens_between(ends, pending[0][0], end) > room if pending else False
        filled = tokens_between(ends, pending[0][0], pending[-1][1]) if pending else 0
        if full or (opened and filled > _NEW_SECTION * room):
            yield from flush()
        for heading in opened:
            for level in [level for level in carried if level >= heading.level]:
                del carried[level]
            carried[heading.level] = heading.title
        if not pending:
            path = tuple(carried[level] for level in sorted(carried))
            room = max_tokens - _context_tokens(title, path, token_ends, max_tokens)
        pending.append((start, end))
    yield from flush()


def _pieces(page: Page, ends: Sequence[int], room: int) -> Iterator[Span]:
    """Sentences and rows, those longer than ``room`` tokens cut."""
    for start, end in sentences(page.text, page.rows):
        while tokens_between(ends, start, end) > room:
            cut = _cut(page.text, start, end, ends, room)
            yield start, cut
            start = cut + len(page.text[cut:end]) - len(page.text[cut:end].lstrip())
        if start < end:
            yield start, end


def _cut(text: str, start: int, end: int, ends: Sequence[int], room: int) -> int:
    """Where to cut a sentence that is too long: the best place in its last allowed half."""
    from bisect import bisect_right

    limit = min(end, ends[bisect_right(ends, start) + room - 1])
    half = start + (limit - start) // 2
    for mark in ("\n", "; ", ": ", ", ", " "):
        at = text.rfind(mark, half, limit)
        if at > start:
            return at + len(mark.rstrip(" ")) if mark != "\n" else at
    return limit


def _short_context(
    title: str, headings: Sequence[str], token_ends: TokenEnds, max_tokens: int
) -> str:
    """The context's last tokens, as many as it may take: the nearest heading says the most."""
    full = context(title, headings)[-_CONTEXT_CHARACTERS:]
    ends = token_ends(full)
    most = _context_budget(max_tokens)
    return full if len(ends) <= most else full[ends[-most - 1] :].lstrip()


def _context_tokens(
    title: str, headings: Sequence[str], token_ends: TokenEnds, max_tokens: int
) -> int:
    """Tokens that come on top of a chunk's own: its context and the two special ones."""
    return len(token_ends(_short_context(title, headings, token_ends, max_tokens))) + 2


def _context_budget(max_tokens: int) -> int:
    return min(_CONTEXT_TOKENS, max_tokens // 4)

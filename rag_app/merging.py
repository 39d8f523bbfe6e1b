"""Passages that stand side by side on a page, made into one: a table is read whole. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from rag_app.values import Passage

_MOST_CHUNKS = 2  # in one passage: it is to be read at a glance, and leaves room for other pages

PageText = Callable[[int], str | None]  # a chunk's id -> the whole text of the page it stands on


def merge_neighbours(ranked: Iterable[Passage], limit: int, page_text: PageText) -> list[Passage]:
    """The first ``limit`` passages, best first, with neighbours joined to the better of them.

    Two are neighbours where one's chunk follows the other's on a page, under the same headings.
    What is joined keeps the better one's place, score and ranks.
    """
    merged: list[Passage] = []
    chunks: list[set[int]] = []  # of each
    for passage in ranked:
        beside = next((at for at, own in enumerate(chunks) if _joins(merged[at], own, passage)), -1)
        joined = _joined(merged[beside], passage, page_text) if beside >= 0 else None
        if joined is not None:
            merged[beside] = joined
            chunks[beside].add(passage.chunk_id)
        elif len(merged) == limit:
            break
        else:
            merged.append(passage)
            chunks.append({passage.chunk_id})
    return merged


def _joins(one: Passage, own: set[int], other: Passage) -> bool:
    return (
        len(own) < _MOST_CHUNKS
        and (other.chunk_id + 1 in own or other.chunk_id - 1 in own)
        and (one.source, one.page, one.headings) == (other.source, other.page, other.headings)
    )


def _joined(one: Passage, other: Passage, page_text: PageText) -> Passage | None:
    start, end = min(one.start, other.start), max(one.end, other.end)
    text = (page_text(one.chunk_id) or "")[start:end]
    spans = sorted({*one.sentences, *other.sentences})
    if len(text) != end - start:
        return None
    return replace(one, text=text, start=start, end=end, sentences=tuple(spans))

"""Keyword search: BM25 over the chunks, bounded in what it reads of a large index."""

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag_app.errors import IndexDamaged
from rag_app.store.connection import Connection
from rag_app.store.places import how_to_mend
from rag_app.store.postings import K1, LEAST_IDF, B, Postings, varints
from rag_app.terms import any_of
from rag_app.values import Scope

EXHAUSTIVE = 50_000  # chunks: in an index no larger, each that has any word of the question counts
_SCORED = 12_000  # chunks that the question's rarest words may find in a larger one
_WANTED = 400  # chunks that a conjunction of common words should find at least
_HELPING = 400_000  # chunks that have the words which rank, with those, what was found
_SPELLINGS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")
_READ = 500  # of those found, best first, that are scored by all the words


@dataclass(frozen=True)
class _Finder:
    """An FTS5 expression."""

    expression: str
    chunks: int = 0  # about how many it finds
    one_in: int = 1  # so many of them is looked at
    rare: str = ""  # the part of the expression that must not be sampled


class Keywords(Connection):
    """BM25 over the table of terms, and what it needs to know of them."""

    _counted: tuple[int, int] = (-1, 0)  # commit, and its number of chunks
    _kept: tuple[int, Postings] | None = None  # commit, and its posting lists
    _frequencies: tuple[int, int, dict[str, int]] = (-1, 0, {})  # commit, chunks, by term

    def match(
        self,
        stems: Sequence[str],
        limit: int,
        context_weight: float,
        scope: Scope | None = None,
        exhaustive: int = EXHAUSTIVE,
    ) -> list[tuple[int, float]]:
        """Chunk ids and BM25 scores, best (highest) first, for any of the stems.

        Only chunks within the scope, where one is given. In an index of more than ``exhaustive``
        chunks the rarest stems find the chunks, as WAND does (Broder et al., "Efficient Query
        Evaluation using a Two-Level Retrieval Process", 2003), and all of them score those: a
        chunk that has the commonest words alone is not found while others have rarer ones.
        """
        if self.chunk_count() <= exhaustive:
            among = None if scope is None else self._rows_in(scope, exhaustive)
            try:
                return self._postings().search(sorted(set(stems)), limit, context_weight, among)
            except LookupError as error:
                raise self._lost_count() from error
        counts = self.document_frequencies(stems)
        known = sorted(counts, key=lambda stem: (counts[stem], stem))
        if not known:
            return []
        if sum(counts.values()) <= _SCORED:
            return self._ranked(_Finder(any_of(known)), limit, context_weight, scope)
        if scope is not None and (few := self._rows_in(scope, _READ)) is not None:
            return self._scored(few, known, context_weight)[:limit]
        finder, others = self._finder(known, counts)
        helpers = _while_fewer(others, counts, _HELPING) or others[:1]
        found: dict[int, float] = {}
        if helpers and finder.chunks > limit:
            both = replace(finder, expression=f"({finder.expression}) AND ({any_of(helpers)})")
            found = dict(self._ranked(both, _READ, context_weight, scope))
            if len(helpers) == len(others) and len(found) >= limit and finder.one_in == 1:
                return list(found.items())[:limit]  # FTS5 has scored them by all the stems
        if len(found) < limit:
            found |= dict(self._ranked(finder, _READ, context_weight, scope))
        if finder.one_in > 1 and finder.rare:  # of those, every chunk is looked at
            found |= dict(self._ranked(_Finder(finder.rare), _READ, context_weight, scope))
        return self._scored(list(found), known, context_weight)[:limit]

    def matching(self, expression: str, scope: Scope | None = None) -> list[int]:
        """Every chunk that an FTS5 expression matches, by id; in the scope where one is given."""
        if not expression:
            return []
        within, values = "", list[object]()
        if scope is not None:
            where, values = condition(scope)
            within = f" AND +rowid IN (SELECT id FROM chunks WHERE {where})"
        rows = self._all(
            f"SELECT rowid FROM terms WHERE terms MATCH ?{within} ORDER BY rowid",
            expression,
            *values,
        )
        return [row[0] for row in rows]

    def chunk_count(self) -> int:
        """How many chunks there are."""
        commit = self.commit_number()
        if self._counted[0] != commit:
            row = self._one("SELECT count(*) FROM chunks")
            self._counted = (commit, row[0] if row else 0)
        return self._counted[1]

    def document_frequencies(self, wanted: Sequence[str]) -> dict[str, int]:
        """How many chunks hold each of the analysed terms; those that none holds left out.

        In a large index a count may lag by a hundredth: FTS5 finds it by reading the whole list.
        """
        commit, chunks, kept = self._frequencies
        if commit != self.commit_number():
            now = self.chunk_count()
            if now <= EXHAUSTIVE or abs(now - chunks) > now / 100:
                chunks, kept = now, {}
            self._frequencies = (self.commit_number(), chunks, kept)
        for term in wanted:
            if term not in kept:
                row = self._one("SELECT doc FROM term_counts WHERE term = ?", term)
                kept[term] = row[0] if row else 0
        return {term: kept[term] for term in wanted if kept[term]}

    def _postings(self) -> Postings:
        commit = self.commit_number()
        if self._kept is None or self._kept[0] != commit:
            self._kept = (commit, Postings(self._all))
        return self._kept[1]

    def _finder(
        self, known: Sequence[str], counts: Mapping[str, int]
    ) -> tuple["_Finder", Sequence[str]]:
        """What finds few enough chunks, and the stems that it leaves out."""
        rare = _while_fewer(known, counts, _SCORED)
        common = known[len(rare) :]
        found = sum(counts[stem] for stem in rare)
        if found >= _WANTED or not common:
            return _Finder(any_of(rare), found), common
        total = self.chunk_count()
        together, size = 1, float(counts[common[0]])
        while together < len(common) and size * counts[common[together]] / total >= _WANTED:
            size *= counts[common[together]] / total  # as if words met by chance; they meet more
            together += 1
        conjunction = " AND ".join(any_of([stem]) for stem in common[:together])
        expression = f"{any_of(rare)} OR ({conjunction})" if rare else conjunction
        one_in = math.ceil(size / _SCORED)
        return _Finder(expression, found + round(size), one_in, any_of(rare)), common[together:]

    def _ranked(
        self, finder: "_Finder", limit: int, context_weight: float, scope: Scope | None
    ) -> list[tuple[int, float]]:
        """By FTS5's own score."""
        within, values = "", list[object]()
        if finder.one_in > 1:
            within, values = " AND +rowid % ? = 0", [finder.one_in]
        if scope is not None:
            where, more = condition(scope)
            within += f" AND +rowid IN (SELECT id FROM chunks WHERE {where})"
            values += more
        rows = self._all(
            f"SELECT rowid, -bm25(terms, 1.0, {float(context_weight)}) AS score FROM terms"
            f" WHERE terms MATCH ?{within} ORDER BY score DESC, rowid LIMIT ?",
            finder.expression,
            *values,
            limit,
        )
        return [(row[0], row[1]) for row in rows]

    def _rows_in(self, scope: Scope, most: int) -> list[int] | None:
        """The scope's chunks; None where there are more."""
        where, values = condition(scope)
        rows = self._all(f"SELECT id FROM chunks WHERE {where} LIMIT ?", *values, most + 1)
        return [row[0] for row in rows] if len(rows) <= most else None

    def _scored(
        self, chunks: Sequence[int], stems: Sequence[str], context_weight: float
    ) -> list[tuple[int, float]]:
        """The same score as FTS5's, of these chunks alone; it would read whole lists for it."""
        total, length = self._total_and_length()
        counts = self.document_frequencies(stems)
        weights = {
            f" {stem} ": max(math.log((total - count + 0.5) / (count + 0.5)), LEAST_IDF)
            for stem, count in counts.items()
        }
        scored = []
        for chunk, *columns in self._rows_of(
            chunks, "SELECT id, c0, c1 FROM terms_content WHERE id IN ({ids})"
        ):
            # Each word between spaces of its own: a string counts quicker than a list.
            body, context = (f" {column.replace(' ', '  ')} " for column in columns)
            words = sum(len(column.split()) for column in columns)
            norm = K1 * (1 - B + B * words / length)
            score = 0.0
            for stem, weight in weights.items():
                if times := body.count(stem) + context_weight * context.count(stem):
                    score += weight * times * (K1 + 1) / (times + norm)
            if score > 0:
                scored.append((chunk, score))
        return sorted(scored, key=lambda item: (-item[1], item[0]))

    def _total_and_length(self) -> tuple[int, float]:
        """How many rows of terms there are, and how many terms a row has on average."""
        row = self._one("SELECT block FROM terms_data WHERE id = 1")
        total, *sizes = varints(row[0] if row else b"")
        if not total:
            raise self._lost_count()
        return total, sum(sizes) / total

    def _lost_count(self) -> IndexDamaged:
        return IndexDamaged(
            f"Index {self.name!r} has lost count of its keywords. {how_to_mend(self.name)}."
        )


def condition(scope: Scope) -> tuple[str, list[object]]:
    """A scope as a condition on a row of chunks, and its values.

    Documents are chosen first: SQLite, left to choose, may go through all chunks.
    """
    clauses, values = ["1"], list[object]()
    if scope.sources is not None:
        within, values = named(scope.sources)
        clauses.append(within)
    if scope.modified_after is not None:
        clauses.append("modified > ?")
        values.append(scope.modified_after.timestamp())
    where = f"chunks.document_id IN (SELECT id FROM documents WHERE {' AND '.join(clauses)})"
    if scope.pages is not None:
        where += (
            " AND EXISTS (SELECT 1 FROM pages WHERE pages.document_id = chunks.document_id"
            " AND pages.ordinal = chunks.ordinal AND number BETWEEN ? AND ?)"
        )
        values += scope.pages
    return where, values


def named(sources: Sequence[str]) -> tuple[str, list[object]]:
    """Files, what lies below folders, and patterns as a condition on documents, and its values.

    An accent may stand on its letter in one spelling of a name and behind it in the other.
    """
    spelled = [(it, *(unicodedata.normalize(form, it) for form in _SPELLINGS)) for it in sources]
    sources = list(dict.fromkeys(name for names in spelled for name in names))
    either = [f"source IN ({','.join('?' * len(sources))})"]
    values: list[object] = list(sources)
    for source in sources:
        if set(source) & set("*?["):  # else the index on sources finds it
            either.append("source GLOB ?")
            values.append(source)
        else:
            either.append("(source > ? AND source < ?)")  # "0" is the letter after "/"
            values += (f"{source}/", f"{source}0")
    return f"({' OR '.join(either)})", values


def _while_fewer(stems: Sequence[str], counts: Mapping[str, int], most: int) -> Sequence[str]:
    """The first stems, as long as no more chunks than ``most`` have any of them."""
    taken = 0
    for at, stem in enumerate(stems):
        taken += counts[stem]
        if taken > most:
            return stems[:at]
    return stems

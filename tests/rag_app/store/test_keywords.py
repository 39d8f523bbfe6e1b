"""Of a large index keyword search reads a part; it must be the right one."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.scale_corpus import Corpus
from rag_app.errors import IndexDamaged
from rag_app.store import keywords
from rag_app.store.database import Database
from rag_app.terms import any_of, stems_of
from rag_app.values import Scope
from tests.rag_app.store.test_vectors import IDENTITY

WEIGHT = 0.3


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    folder: Path = tmp_path_factory.mktemp("made") / "index"
    Corpus(IDENTITY).write(folder, 3_000)
    return Database(folder)


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch):
    """The bounds of an index of a million chunks, brought down to three thousand."""
    for name, value in {"_SCORED": 150, "_WANTED": 20, "_HELPING": 2_000, "_READ": 100}.items():
        monkeypatch.setattr(keywords, name, value)


def questions(database: Database) -> list[tuple[int, list[str]]]:
    """Chunks, and some words of each."""
    generator = np.random.default_rng(1)
    chosen = [int(chunk) for chunk in generator.integers(1, 3_000, 40)]
    found = database.passages(chosen)
    words = [(chunk, found[chunk].text.split()) for chunk in chosen]
    return [(chunk, stems_of(" ".join(generator.choice(w, 6)))) for chunk, w in words]


def test_a_small_index_is_scored_as_fts5_scores_it(database: Database):
    """Read from lists in memory, the order and the scores are those of FTS5's own bm25()."""
    inside = set(database.chunks_in(Scope(pages=(2, 3))))
    for _, stems in questions(database)[:15]:
        rows = database._all(
            f"SELECT rowid, -bm25(terms, 1.0, {WEIGHT}) AS score FROM terms WHERE terms MATCH ?"
            " ORDER BY score DESC, rowid",
            any_of(stems),
        )
        assert len(rows) > 100
        found = database.match(stems, len(rows), WEIGHT)
        assert dict(found) == pytest.approx(dict(rows), rel=1e-9)
        assert [round(score, 9) for _, score in database.match(stems, 30, WEIGHT)] == [
            round(score, 9) for _, score in rows[:30]
        ]
        narrow = database.match(stems, len(rows), WEIGHT, Scope(pages=(2, 3)))
        assert [chunk for chunk, _ in narrow] == [c for c, _ in found if c in inside]


def test_lists_follow_each_commit(tmp_path: Path):
    Corpus(IDENTITY).write(tmp_path / "index", 100)
    database = Database(tmp_path / "index")
    source = database.documents()[0].source
    stems = stems_of(database.passages([1])[1].text)
    before = {chunk for chunk, _ in database.match(stems, 100, WEIGHT)}
    with database.change():
        database.remove_document(source)
    after = {chunk for chunk, _ in database.match(stems, 100, WEIGHT)}
    assert after == {chunk for chunk in before if chunk > 50} != before


def test_a_lost_length_is_damage_and_no_score(tmp_path: Path):
    Corpus(IDENTITY).write(tmp_path / "index", 50)
    damaged = Database(tmp_path / "index")
    stems = stems_of(damaged.passages([50])[50].text)
    damaged._connection.execute("DELETE FROM terms_docsize WHERE id = 50")
    with pytest.raises(IndexDamaged, match="--repair index"):
        damaged.match(stems, 10, WEIGHT)


def test_a_chunk_is_found_by_its_words_with_the_score_that_fts5_gives(database: Database):
    hits = []
    for chunk, stems in questions(database):
        everything = dict(database.match(stems, 3_000, WEIGHT))
        found = database.match(stems, 20, WEIGHT, exhaustive=0)
        assert found == sorted(found, key=lambda item: (-item[1], item[0]))
        for other, score in found:
            assert score == pytest.approx(everything[other], rel=1e-9)
        best = sorted(everything, key=lambda c: (-everything[c], c))[:3]
        hits.append((chunk in [c for c, _ in found[:3]], chunk in best))
    assert sum(hit for hit, _ in hits) >= 0.95 * sum(best for _, best in hits)
    assert any(best for _, best in hits)


def test_a_scope_is_kept_and_a_narrow_one_is_complete(database: Database):
    source = database.documents()[3].source
    for scope in (Scope(sources=(source,)), Scope(sources=("0000*",)), Scope(pages=(2, 3))):
        inside = set(database.chunks_in(scope))
        for _, stems in questions(database)[:10]:
            found = {c for c, _ in database.match(stems, 50, WEIGHT, scope, exhaustive=0)}
            assert found <= inside
            if len(inside) <= 100:
                assert found == {c for c, _ in database.match(stems, 50, WEIGHT, scope)}


def test_common_words_alone_find_something_too(database: Database):
    generator = np.random.default_rng(2)
    frequent = sorted(
        {stem for _, stems in questions(database) for stem in stems},
        key=lambda stem: -database.document_frequencies([stem]).get(stem, 0),
    )[:8]
    for size in (1, 2, 4, 8):
        stems = list(generator.choice(frequent, size, replace=False))
        assert len(database.match(stems, 10, WEIGHT, exhaustive=0)) == 10


def test_a_rare_word_is_found_beside_common_ones(database: Database):
    stems = {stem for _, stems in questions(database) for stem in stems}
    counts = database.document_frequencies(sorted(stems))
    common = sorted(counts, key=lambda stem: -counts[stem])[:3]
    rare = [stem for stem, count in counts.items() if count == 1]
    assert rare and counts[common[0]] > 3 * keywords._SCORED
    for stem in rare:
        (only,) = database.match([stem], 10, WEIGHT)
        for beside in (common[:1], common[:2], common):
            found = database.match([stem, *beside], 10, WEIGHT, exhaustive=0)
            assert only[0] in [chunk for chunk, _ in found]


def test_counts_follow_the_index(database: Database):
    _, stems = questions(database)[0]
    before, chunks = database.document_frequencies(stems), database.chunk_count()
    with database.change():
        database.remove_document(database.documents()[0].source)
    assert database.chunk_count() == chunks - 50
    after = database.document_frequencies(stems)
    assert sum(after.values()) < sum(before.values())

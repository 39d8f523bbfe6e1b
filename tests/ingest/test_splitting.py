from hypothesis import given
from hypothesis import strategies as st

from ingest.splitting import embedded_text, split
from rag_app.embedding import load_embedder
from rag_app.settings import load_settings
from rag_app.values import Heading, LoadedDocument, Page

embedder = load_embedder(load_settings())
ends = embedder.token_ends


def document(text: str, *headings: Heading, rows=()) -> LoadedDocument:
    return LoadedDocument("A title", (Page(1, text, headings, tuple(rows)),), "test")


@given(
    st.lists(
        st.sampled_from(
            ["Um dia. ", "of 1,234 ", "casa\n", "word ", "The end.\n\n", "ç" * 30, "9 8 7\n"]
        ),
        max_size=120,
    ).map("".join)
)
def test_chunks_hold_the_whole_page_within_the_limit(text: str):
    chunks = split(document(text), ends, max_tokens=64)
    held = set()
    for chunk in chunks:
        assert text[chunk.start : chunk.end] == chunk.text
        assert embedder.count_tokens(embedded_text("A title", chunk, ends, max_tokens=64)) <= 64
        assert chunk.tokens <= 64
        held.update(range(chunk.start, chunk.end))
    assert all(character.isspace() or at in held for at, character in enumerate(text))


def test_sentences_and_rows_are_never_cut():
    prose = " ".join(f"Sentence number {n} speaks of the matter in hand." for n in range(40))
    table = "\n".join(f"Row {n}: Revenue {n * 1000}; Cost {n * 900}" for n in range(30))
    text = f"{prose}\n\n{table}"
    at = len(prose) + 2
    rows = []
    for line in table.split("\n"):
        rows.append((at, at + len(line)))
        at += len(line) + 1
    for chunk in split(document(text, rows=rows), ends, max_tokens=96):
        assert text[: chunk.start].rstrip().endswith((".", *"0123456789")) or chunk.start == 0
        for start, end in rows:
            assert not chunk.start < end <= chunk.end or start >= chunk.start


def test_a_chunk_knows_the_sections_it_stands_in():
    text = (
        "Risks\nMarket\nPrices may fall for many reasons, and buyers may go elsewhere.\n"
        "Operations\nMachines break now and then."
    )
    headings = (
        Heading(0, 1, "Risks"),
        Heading(6, 2, "Market"),
        Heading(text.index("Oper"), 2, "Operations"),
    )
    chunks = split(document(text, *headings), ends, max_tokens=40)
    embedded = embedded_text("A title", chunks[-1], ends, max_tokens=40)
    assert chunks[-1].headings == ("Risks", "Operations")
    assert embedded.startswith("A title > Risks > Operations\n")

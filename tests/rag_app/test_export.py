"""A pack holds the answer's evidence and nothing that acts."""

import base64
import hashlib
import re
from contextlib import closing
from dataclasses import replace

import pytest

from rag_app.export import evidence_pack, main
from rag_app.settings import Settings
from rag_app.store.database import Database
from rag_app.store.places import index_folder
from rag_app.values import Answer, Citation, Passage
from tests.conftest import EXAMPLES

REPORT = "en/history-of-language-models.pdf"
QUOTE = "GPT-3 followed in May 2020, with 175 billion parameters"


@pytest.fixture(scope="module")
def answer(settings: Settings) -> Answer:
    """An answer of two quotes: one on a page, one in a format without pages."""
    citations = []
    with closing(Database(index_folder(settings, "default"))) as database:
        for number, source, page, quote in ((1, REPORT, 15, QUOTE), (2, "pt/06-rag.md", None, "")):
            text = database.page_text(source, page)
            quote = quote or text[700:760]
            start = text.index(quote)
            sha256 = database.sha256_of([source])[source]
            end = start + len(quote)
            citations.append(Citation(number, source, page, quote, start, end, sha256))
    return Answer(
        question="How large is <script>alert(1)</script> GPT-3?",
        text="It has 175 billion [1] [2].",
        citations=tuple(citations), abstained=False, passages=(), support=0.9, language="en",
        answered_by="quotation", model="",
    )  # fmt: skip


def test_quotes_pictures_hashes_and_identities_are_in_it(answer: Answer, settings: Settings):
    pack = evidence_pack(answer, settings=settings)
    assert f"<blockquote>{QUOTE}</blockquote>" in pack
    assert hashlib.sha256((EXAMPLES / REPORT).read_bytes()).hexdigest() in pack
    picture = re.search(r'src="data:image/png;base64,([^"]+)" alt="Page 15 of', pack)
    assert base64.b64decode(picture[1]).startswith(b"\x89PNG")
    assert "<mark>" in pack.split('id="quote-2"')[1]  # no page: its text, the quote marked
    assert '<a href="#quote-1">[1]</a> <a href="#quote-2">[2]</a>' in pack
    with closing(Database(index_folder(settings, "default"))) as database:
        assert database.embedder().sha256 in pack
        assert f"default, change {database.commit_number()}" in pack
        assert database.contents_sha256() in pack


def test_nothing_in_it_acts_but_its_own_script(answer: Answer, settings: Settings):
    cited = replace(answer.citations[1], source='pt/"><img src=x onerror=alert(1)>.md')
    hostile = replace(answer, citations=(answer.citations[0], cited))
    pack = evidence_pack(hostile, settings=settings)
    assert pack.count("<script") == pack.count("<style") == 1
    assert "onerror=alert(1)&gt;" in pack and pack.count("<img") == 1
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', pack)[1]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    for kind in ("script", "style"):
        part = re.search(f"<{kind}>(.*?)</{kind}>", pack, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy


def test_a_quote_of_a_file_indexed_anew_says_so(answer: Answer, settings: Settings):
    stale = replace(answer.citations[0], sha256="0" * 64)
    pack = evidence_pack(replace(answer, citations=(stale,)), settings=settings)
    assert "was indexed anew since it was quoted" in pack and "<img" not in pack


def test_an_abstention_shows_the_nearest_passages_in_its_language(
    answer: Answer, settings: Settings
):
    first = answer.citations[0]
    passage = Passage(QUOTE, REPORT, 15, 1.0, first.start, first.end)
    abstained = replace(
        answer, text="Os documentos não dizem.", citations=(), abstained=True, language="pt",
        passages=(passage,), answered_by="abstention",
    )  # fmt: skip
    pack = evidence_pack(abstained, settings=settings)
    assert '<html lang="pt">' in pack and "Os trechos mais próximos" in pack
    assert first.sha256 in pack and 'alt="Página 15 de' in pack


def test_the_command_says_what_to_mend(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RAG_INDEXES_DIR", str(tmp_path))
    assert main(["How many?", "--index", "nothing"]) == 2
    assert "There is no index 'nothing'" in capsys.readouterr().err

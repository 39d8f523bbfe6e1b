import unicodedata

import pytest

from rag_app import retrieve
from rag_app.question.routing import names_of, route

REPORTS = [
    "reports/BESTBUY_2022_10K.pdf",
    "reports/BESTBUY_2023_10K.pdf",
    "reports/BESTBUY_2023Q2_10Q.pdf",
    "reports/PFIZER_2021_10K.pdf",
    "reports/JOHNSON_JOHNSON_2022_10K.pdf",
    "notes.md",
]
NAMES = {source: names_of(source, "") for source in REPORTS}


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("What was Best Buy's revenue in FY2022?", REPORTS[0]),
        ("How many stores did Best Buy have in fiscal 2023, by its 10-K?", REPORTS[1]),
        ("Best Buy: gross margin in Q2 of FY2023?", REPORTS[2]),
        ("Quais empresas a Pfizer comprou em 2021?", REPORTS[3]),
        ("What does J&J sell?", REPORTS[4]),
        ("Did JnJ grow in FY22?", REPORTS[4]),
    ],
)
def test_a_question_names_its_document(question: str, meant: str):
    scores = route(question, NAMES)
    assert max(scores, key=lambda source: scores[source]) == meant
    assert 0 < scores[meant] <= 1


def test_a_question_that_names_nothing_is_not_routed():
    assert route("How long is the bridge?", NAMES) == {}


def test_a_title_names_a_document_too():
    names = {"a.pdf": names_of("a.pdf", "Annual report of Amcor"), "b.pdf": names_of("b.pdf", "")}
    assert set(route("What did Amcor earn?", names)) == {"a.pdf"}


def test_what_a_library_speaks_of_names_no_document_by_itself():
    """Of 2,000 papers, a third on cancer, two have the word for a name, and two the author's."""
    names = {f"{number}.pdf": names_of(f"{number}.pdf", "") for number in range(1997)}
    names |= {file: names_of(file, "") for file in ("cancer.pdf", "varga.pdf", "varga-cancer.pdf")}
    shares = {"cancer": 0.35, "varga": 0.02}
    assert route("Does smoking cause cancer?", names, shares.__getitem__) == {}
    assert set(route("Who is Cancer?", names, shares.__getitem__)) == {
        "cancer.pdf",
        "varga-cancer.pdf",
    }
    named = route("What does Varga say of cancer?", names, shares.__getitem__)
    assert set(named) == {"varga.pdf", "varga-cancer.pdf"}
    assert named["varga-cancer.pdf"] > named["varga.pdf"]
    shares["varga"] = 0.35  # who signs every third paper; two words name what neither does
    assert set(route("what does varga say of cancer?", names, shares.__getitem__)) == {
        "varga-cancer.pdf"
    }


def test_a_wrong_guess_hides_nothing(own, tmp_path):
    from ingest.pipeline import ingest

    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "kestrel.md").write_text("The kestrel hovers before it strikes.")
    (folder / "basalt.md").write_text("Basalt cools slowly. The kestrel nests in walls of basalt.")
    for number in range(8):
        (folder / f"other-{number}.md").write_text(f"Nothing of note happened on day {number}.")
    ingest(folder, settings=own)
    found = retrieve("Where does the kestrel nest?", 3, settings=own)
    assert "basalt.md" in {passage.source for passage in found}


def test_a_long_document_is_named_by_what_it_opens_with():
    """Its file's name may say nothing; a word that opens each sentence says as little."""
    opening = "Quarterly statement\nThe Limes Residential Home, Leeds, April 2015. Registered care."
    names = {"7c3f62.pdf": names_of("7c3f62.pdf", "", opening), "b.pdf": names_of("b.pdf", "")}
    assert set(route("Who manages the Limes home?", names)) == {"7c3f62.pdf"}
    assert set(route("What was inspected in 2015?", names)) == {"7c3f62.pdf"}
    assert route("Registered where?", names) == {}


@pytest.mark.parametrize("spelling", ["NFC", "NFD"])
def test_an_accent_may_stand_behind_its_letter_anywhere(own, tmp_path, spelling):
    """In a file's name and text, as a Mac may write them, and in a question; found alike."""
    from ingest.pipeline import ingest
    from rag_app import ask

    folder = tmp_path / "docs"
    folder.mkdir()
    for name, words in [
        ("Relatório de Gestão", "A manutenção do açude foi concluída em março."),
        ("Inventário Florestal", "A área medida tem 40 hectares."),
        ("Balanço", "A receita do município cresceu."),
    ]:
        for form, text in [(".md", words), (" 2.md", f"{words} São João Batista estava lá.")]:
            path = folder / unicodedata.normalize("NFD", name + form)
            path.write_text(unicodedata.normalize("NFD", text))
    ingest(folder, settings=own)

    def spelled(text: str) -> str:
        return unicodedata.normalize(spelling, text)

    best = retrieve(spelled("manutenção do açude"), 1, settings=own)[0]
    assert best.lexical_rank == 1
    assert "Gesta" in best.source
    named = retrieve(spelled("Que diz o inventário?"), 1, settings=own, explain=True)[0]
    assert named.explanation is not None
    assert named.explanation.routed > 0
    within = retrieve("palavras", settings=own, sources=spelled("Inventário*"))
    assert len(within) == 2
    answer = ask(spelled("Quando foi concluída a manutenção do açude?"), settings=own)
    assert "março" in answer.text
    assert answer.absent == ()

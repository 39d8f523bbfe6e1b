from collections import Counter

import pytest

from benchmarks.grounding import seeded
from rag_app.evidence import Sentence
from rag_app.grounding import Gate, judge
from rag_app.language import detect
from rag_app.store.database import Database
from rag_app.values import Passage

LENIENT = Gate(0.8, finished=False, in_order=False)


def place(text: str, source: str = "report.pdf", page_text: str = "") -> Sentence:
    page = page_text or text
    start = page.index(text)
    passage = Passage(page, source, 1, 1.0, 0, len(page), sentences=((start, start + len(text)),))
    return Sentence(passage, start, start + len(text), 1.0)


REVENUE = place("Total revenues of Pfizer were $81.3 billion in 2021, up 95%.")


@pytest.mark.parametrize(
    ("claim", "label"),
    [
        ("Pfizer's revenues were 81.3 billion dollars in 2021.", "supported"),
        ("Pfizer's revenues were $81,300 million in 2021.", "supported"),
        ("Pfizer's revenues were $81.4 billion in 2021.", "unsupported"),
        ("Pfizer's revenues were €81.3 billion in 2021.", "unsupported"),
        ("Moderna's revenues were $81.3 billion in 2021.", "unsupported"),
        ("Pfizer's revenues were not $81.3 billion in 2021.", "unsupported"),
        ("Total revenues of Pfizer were $81.3 billion in 2021, down 95%.", "unsupported"),
    ],
)
def test_figures_units_names_and_turns_must_stand_in_what_is_cited(claim: str, label: str):
    assert judge(claim, [REVENUE], [REVENUE], "en", LENIENT).label == label


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("The lease cannot be ended before June.", "The lease can be ended before June."),
        ("Acme failed to deliver the goods on time.", "Acme deliver the goods on time."),
        ("None of the trustees resigned in May.", "The trustees resigned in May."),
        ("Nenhum sócio votou contra a proposta.", "O sócio votou contra a proposta."),
        ("Claims above 15 euros need receipts.", "Claims below 15 euros need receipts."),
        ("Flights of six hours or more are paid.", "Flights of six hours or less are paid."),
        ("Business class is allowed on flights of six hours or more.",
         "Business class is allowed on flights under six hours."),
        ("Invoices are paid within 10 working days.", "Invoices are paid after 10 working days."),
        ("It runs daily except on Sundays.", "It runs daily including on Sundays."),
        ("Smoking is permitted in the yard here.", "Smoking is prohibited in the yard here."),
        ("Pagam os que ganham acima de 900 reais.", "Pagam os que ganham abaixo de 900 reais."),
        ("É permitida aos locatários a sublocação do imóvel inteiro.",
         "É proibida aos locatários a sublocação do imóvel inteiro."),
    ],
)  # fmt: skip
def test_what_the_text_denies_or_turns_is_not_said(text: str, claim: str):
    language = detect(text)
    assert judge(claim, [place(text)], [place(text)], language, LENIENT).label == "unsupported"
    assert judge(text, [place(text)], [place(text)], language, LENIENT).label == "supported"


def test_a_preposition_bounds_nothing():
    text = "The rent is paid monthly over the term of the lease."
    claim = "Under the lease, the rent is paid monthly."
    assert judge(claim, [place(text)], [place(text)], "en", LENIENT).label == "supported"


@pytest.mark.parametrize(
    ("text", "claim", "label"),
    [
        ("Tom Brandt sued Priya Nair over the roof.",
         "Priya Nair sued Tom Brandt over the roof.", "unsupported"),
        ("Marcos acusou Helena de fraude.", "Helena acusou Marcos de fraude.", "unsupported"),
        ("O lucro caiu de R$ 72,4 milhões para R$ 65,9 milhões.",
         "O lucro caiu de R$ 65,9 milhões para R$ 72,4 milhões.", "unsupported"),
        ("It had $1.2bn in loans and $45 million in grants.",
         "It had $45 million in loans and $1.2bn in grants.", "unsupported"),
        ("Rui foi eleito com 19 votos; Ana recebeu 8.",
         "Ana foi eleito com 19 votos; Rui recebeu 8.", "unsupported"),
        ("Revenue of Acme was 5 million in 2021.",
         "In 2021, revenue of Acme was 5 million.", "supported"),
        ("Income was 12,150 and expenditure was 9,875.",
         "Expenditure was 9,875 and income was 12,150.", "supported"),
        ("The work was led by Amelia Osei and Tom Brandt.",
         "The work was led by Tom Brandt and Amelia Osei.", "supported"),
        ("The yield is between 5 and 20 grams.", "The yield is 5–20 grams.", "supported"),
        ("It met on March 12, 2021 in Porto.", "It met on 12 March 2021 in Porto.", "supported"),
    ],
)  # fmt: skip
def test_names_and_figures_do_not_change_places(text: str, claim: str, label: str):
    assert judge(claim, [place(text)], [place(text)], detect(text), LENIENT).label == label


@pytest.mark.parametrize(
    ("text", "claim", "label"),
    [
        ("The customer may end the contract with 6 months' notice.",
         "The customer may end the contract for 6 months.", "unsupported"),
        ("Employees can work from abroad for at most 20 working days.",
         "Employees can work from abroad for 20 working days.", "unsupported"),
        ("Trips are booked at least 14 days ahead.", "Trips are booked 14 days ahead.",
         "unsupported"),
        ("Trips are booked at least 14 days ahead.", "Trips are booked at most 14 days ahead.",
         "unsupported"),
        ("The bridge, 503 metres long, opened in 1932.", "The bridge is 503 metres long.",
         "supported"),
        ("As férias são marcadas até 30 de abril.", "As férias são marcadas até 30 de abril.",
         "supported"),
        ("As férias são de no máximo 22 dias.", "As férias são de 22 dias.", "unsupported"),
    ],
)  # fmt: skip
def test_a_shortened_quotation_keeps_what_bounds_its_figures(text: str, claim: str, label: str):
    as_quoted = Gate(1.0, finished=True, in_order=True)  # for the packaged model's words
    assert judge(claim, [place(text)], [place(text)], detect(text), as_quoted).label == label


def test_a_tables_scale_may_stand_above_it():
    page = "(in millions)\nTotal revenues 81,288"
    row = place("Total revenues 81,288", page_text=page)
    claim = "Total revenues were 81,288 million."
    assert judge(claim, [row], [row], "en", LENIENT).label == "supported"
    bare = place("Total revenues 81,288")
    assert judge(claim, [bare], [bare], "en", LENIENT).label == "unsupported"


TERM = "The lease starts on 1 April 2023 and ends on 31 March 2026."
PRAZO = "A locação vigora de 1º de agosto de 2022 a 31 de julho de 2025."


@pytest.mark.parametrize(
    ("text", "claim", "label"),
    [
        (TERM, "The lease starts on 1 March 2023.", "unsupported"),
        (TERM, "The lease ends in April 2026.", "unsupported"),
        (TERM, "The lease starts on April 1, 2023.", "supported"),
        (TERM, "The lease starts in April 2023.", "supported"),
        (TERM, "The lease ends on 2026-03-31.", "supported"),
        (PRAZO, "A locação vigora até 1 de julho de 2025.", "unsupported"),
        (PRAZO, "A locação vigora até 31 de julho de 2025.", "supported"),
        ("They met on 14 and 15 March 2023.", "They met on 14 March 2023.", "supported"),
        ("Open from 3 May to 5 June 2024.", "Open from 3 May 2024.", "supported"),
    ],
)
def test_a_date_is_not_put_together_from_others(text: str, claim: str, label: str):
    language = "pt" if text == PRAZO else "en"
    assert judge(claim, [place(text)], [place(text)], language, LENIENT).label == label


def test_decimal_marks_are_those_of_each_language():
    english = place("The model has 1.577 billion parameters in all.")
    claim = "Parameters: 1,577 bilhão."
    assert judge(claim, [english], [english], "pt", LENIENT).label == "supported"
    wrong = "Parameters: 1.577 bilhão."
    assert judge(wrong, [english], [english], "pt", LENIENT).label == "unsupported"


def test_what_stands_elsewhere_is_cited_anew():
    bridge = place("The bridge opened in 1932 after eight years of work.", "bridge.md")
    found = judge(bridge.text, [REVENUE], [REVENUE, bridge], "en", LENIENT)
    assert (found.label, found.places) == ("misattributed", (bridge,))


def test_halves_of_two_files_are_no_sentence_of_either():
    bridge = place("The bridge opened in 1932 after eight years of work.", "bridge.md")
    claim = "Total revenues of Pfizer were 1932 after eight years of work."
    found = judge(claim, [REVENUE], [REVENUE, bridge], "en", LENIENT)
    assert (found.label, found.places) == ("stitched", (REVENUE, bridge))


def test_faults_seeded_into_real_sentences_are_found(settings):
    database = Database(settings.indexes_dir / "default")
    passages = list(database.passages(database.chunk_ids().tolist()).values())
    database.close()
    right: Counter[bool] = Counter()
    for item in seeded(passages, each=20, seed=7):
        label = judge(item.claim, item.cited, item.evidence, detect(item.claim), LENIENT).label
        right[label == item.expected] += 1
    assert right[True] >= 0.95 * right.total()

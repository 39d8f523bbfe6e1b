from ingest.pipeline import ingest
from rag_app.answering import ask
from rag_app.embedding import load_embedder
from rag_app.evidence import Sentence, WeighedWord, best_two, rank_sentences
from rag_app.terms import words_of
from rag_app.values import Passage


def contract(source: str, client: str) -> Passage:
    head, clause = f"The client is {client}.", "The court is that of the capital."
    text = f"{head} {clause}"
    spans = ((0, len(head)), (len(head) + 1, len(text)))
    return Passage(text, source, None, 0.9, 0, len(text), sentences=spans)


def test_a_sentence_is_credited_with_what_its_passage_and_file_name(settings):
    """A contract names its parties once; a clause leaves them out."""
    question = "Which court has the contract of Aurora?"
    words = [WeighedWord(stems, 1.0) for stems in words_of(question)]

    def relevance_of_the_clause(passage: Passage) -> float:
        ranked = rank_sentences(question, [passage], load_embedder(settings), words)
        return next(s.relevance for s in ranked if "court" in s.text)

    other = relevance_of_the_clause(contract("b.txt", "Girassol"))
    around = relevance_of_the_clause(contract("a.txt", "Aurora"))
    named = relevance_of_the_clause(contract("contract_aurora.txt", "someone"))
    assert other < around - 0.05 < named - 0.1


def test_the_second_sentence_is_of_the_first_ones_document_unless_another_answers_better():
    def sentence(source: str, relevance: float, answers: float) -> Sentence:
        passage = Passage("It grew.", source, None, 0.9, 0, 8)
        return Sentence(passage, 0, 8, relevance, answers)

    first, beside = sentence("a.txt", 2.0, 1.0), sentence("a.txt", 1.2, -2.0)
    near, better = sentence("b.txt", 1.3, -2.0), sentence("b.txt", 1.3, 2.0)
    assert best_two([first, near, beside], "en") == [first, beside]
    assert best_two([first, better, beside], "en") == [first, better]


def test_a_question_in_a_document_is_quoted_with_its_answer(own, tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "faq.md").write_text(
        "# Renting a flat in 2023\n\n**How high is the deposit?**\n\nTwo months' rent.\n\n"
        "**Who pays for the paint?**\n\nThe tenant, at the end of the lease.\n"
    )
    (folder / "ata.txt").write_text(
        "ATA DA ASSEMBLEIA DOS CONDÔMINOS DO EDIFÍCIO IPÊ\n\n"
        "Aos dez dias do mês de março reuniram-se 27 condôminos na assembleia do edifício.\n"
    )
    only = own.model_copy(update={"answerer": "extractive"})
    ingest(folder, settings=only)
    paint = ask("Who pays when renting a flat in 2023?", settings=only)
    assert not any("Renting a flat in 2023" in citation.quote for citation in paint.citations)
    deposit = ask("How high is the deposit?", settings=only)
    assert "Two months' rent" in deposit.citations[0].quote
    assembly = ask("Quantos condôminos se reuniram na assembleia do edifício Ipê?", settings=only)
    assert "27" in assembly.citations[0].quote


def test_a_heading_amid_a_passage_is_no_evidence(settings):
    text = "## Staff\n\nIt has 40 people.\n\n## Income by region\n\nThe south brings in most."
    lines = [line for line in text.split("\n") if line]
    spans = tuple((text.index(line), text.index(line) + len(line)) for line in lines)
    passage = Passage(text, "a.md", None, 0.9, 0, len(text), headings=("Staff",), sentences=spans)
    question = "What is the income by region?"
    words = [WeighedWord(stems, 1.0) for stems in words_of(question)]
    ranked = rank_sentences(question, [passage], load_embedder(settings), words)
    assert {it.text for it in ranked} == {"It has 40 people.", "The south brings in most."}


def test_the_words_of_an_address_say_nothing(settings):
    """Whose address it is, is asked by name, and so is everything else of her."""
    question = "Where did Ada Lopes study?"
    words = [WeighedWord(stems, 1.0) for stems in words_of(question)]
    lines = ("Write to ada.lopes@mail.example or call.", "Write to Ada Lopes (or call).")
    texts = "\n".join(lines)
    spans = ((0, len(lines[0])), (len(lines[0]) + 1, len(texts)))
    passage = Passage(texts, "a.txt", None, 0.9, 0, len(texts), sentences=spans)
    ranked = rank_sentences(question, [passage], load_embedder(settings), words)
    address, name = sorted(ranked, key=lambda sentence: sentence.start)
    assert address.relevance < name.relevance - 0.2


def test_a_sentence_on_another_year_is_ranked_after_one_on_the_year_that_is_asked_for(settings):
    question = "What was the response rate of the survey of 2023?"
    words = [WeighedWord(stems, 1.0) for stems in words_of(question)]
    lines = (
        "In 2022 the response rate was 68%.",
        "Of 90 people 67 answered, a response rate of 75%.",
    )
    text = " ".join(lines)
    spans = ((0, len(lines[0])), (len(lines[0]) + 1, len(text)))
    passage = Passage(
        text, "survey.txt", None, 0.9, 0, len(text), title="Survey of 2023", sentences=spans
    )
    ranked = rank_sentences(question, [passage], load_embedder(settings), words)
    assert ranked[0].text == lines[1]

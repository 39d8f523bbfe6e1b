from rag_app.question.follow_ups import follow_ups
from rag_app.values import Answer, Citation, Passage


def passage(source: str, start: int, *headings: str, title: str = "") -> Passage:
    return Passage("text", source, None, 1.0, start, start + 100, headings, title=title)


def answer(question: str, *passages: Passage, language: str = "en") -> Answer:
    cited = (Citation(1, "a.md", None, "quote", 10, 15),)
    return Answer(question, "Yes [1].", cited, False, passages, 0.9, language, "llm", "")


def test_sections_beside_the_cited_one_become_questions():
    found = follow_ups(
        answer(
            "How long is the bridge?",
            passage("a.md", 0, "The bridge"),  # cited
            passage("a.md", 100, "The bridge", "2.1 Cost", title="A bridge"),
            passage("b.md", 0, "The bridge"),  # asked already
            passage("b.md", 100, "III. Tolls"),
            passage("b.md", 200, "17"),  # no words
            passage("b.md", 250, "Contents 1 Introduction"),  # a list of sections is none
            passage("a.md", 300, "The bridge", "2.1 Cost", title="A bridge"),  # the same again
        )
    )
    assert found == [
        "What is said about “Cost” in “A bridge”?",
        "What is said about “Tolls” in “b”?",
    ]


def test_the_questions_speak_the_answers_language_and_are_few():
    passages = [passage("c.md", 100 * i, f"Assunto número {'um dois três quatro'.split()[i]}")
                for i in range(4)]  # fmt: skip
    found = follow_ups(answer("E então?", *passages, language="pt"))
    assert len(found) == 3
    assert found[0] == "O que se diz sobre “Assunto número um” em “c”?"


def test_an_answer_without_headings_suggests_nothing():
    assert follow_ups(answer("Why?", passage("b.md", 0))) == []

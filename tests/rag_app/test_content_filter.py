import pytest

from rag_app import ask
from rag_app.content_filter import Verdict, screen_answer, veiled
from rag_app.errors import ContentRefused, SettingError
from rag_app.settings import load_settings
from rag_app.store.database import Database

CONTACT = (
    "# The archive\n\nThe keeper of the Halden archive is Ana Souza, reached at"
    " ana@halden.example or (11) 98765-4321 on weekdays.\n"
)
QUESTION = "Who is the keeper of the Halden archive?"


class NoFigures:
    """A filter of one's own: it says no spans, so a text with a figure is wrong as a whole."""

    def check(self, text, where):
        return Verdict("" if any(map(str.isdigit, text)) else text, "figures" * ("7" in text))


@pytest.fixture
def archive(own, documents):
    from ingest.pipeline import ingest

    (documents / "archive.md").write_text(CONTACT)
    ingest(documents, settings=own)
    return own.model_copy(update={"answerer": "extractive"})


def test_masked_answers_keep_quotes_verbatim(archive):
    masked = archive.model_copy(update={"content_filter": "mask"})
    assert "ana@halden.example" in ask(QUESTION, settings=archive).text
    answer = ask(QUESTION, settings=masked)
    assert "Ana Souza, reached at [e-mail] or [phone] on weekdays" in answer.text
    database = Database(archive.indexes_dir / "default")
    for shown in (*answer.citations, *answer.passages):
        page = database.page_text(shown.source, shown.page)
        said = shown.quote if hasattr(shown, "quote") else shown.text
        assert page[shown.start : shown.end] == said
        assert "ana@" not in said
        assert "98765" not in said
    assert "Ana Souza" in answer.citations[0].quote


def test_the_page_around_a_quote_is_veiled_place_by_place(archive):
    page = veiled(CONTACT, archive.model_copy(update={"content_filter": "mask"}))
    assert len(page) == len(CONTACT)
    assert "reached at ██████████████████ or ███████████████ on" in page
    assert veiled(CONTACT, archive) == CONTACT


def test_refusal_of_questions_and_answers(archive):
    refusing = archive.model_copy(update={"content_filter": "refuse"})
    with pytest.raises(ContentRefused, match="CPF"):
        ask("Whose CPF is 529.982.247-25?", settings=refusing)
    with pytest.raises(ContentRefused, match="abuse"):
        ask("Quem abriu a ponte, seu filho da puta?", settings=refusing)
    answer = ask(QUESTION, settings=refusing)
    assert answer.abstained
    assert answer.citations == ()
    assert "e-mail, phone" in answer.text
    assert ask("When did the bridge open?", settings=refusing).citations


def test_a_sentence_whose_quote_is_all_personal_goes_with_its_number(archive):
    masked = archive.model_copy(update={"content_filter": "mask"})
    answer = ask("When did the bridge open and what did it cost?", settings=archive)
    first, second = answer.citations
    bare = type(first)(1, first.source, None, "ana@halden.example", 0, 18)
    made = type(answer)(
        **{
            **vars(answer),
            "text": "ana@halden.example [1] It cost. [2]",
            "citations": (bare, second),
        }
    )
    screened = screen_answer(made, masked)
    assert screened.text == "It cost. [2]"
    assert screened.citations == (second,)


def test_drafts_are_not_streamed_past_a_filter(archive):
    tokens: list[str] = []
    settings = archive.model_copy(update={"content_filter": "mask", "answerer": "auto"})
    assert ask("When did the bridge open?", settings=settings, on_token=tokens.append).citations
    assert tokens == []


def test_a_filter_of_ones_own(archive):
    chosen = archive.model_copy(update={"content_filter": f"{__name__}:NoFigures"})
    assert ask("When did the bridge open?", settings=chosen).abstained
    assert not ask("Who keeps the archive?", settings=archive).abstained


@pytest.mark.parametrize("spec", ["no_such_module:x", "json:no_such", "json:dumps"])
def test_a_filter_that_is_none_is_named(archive, spec: str):
    with pytest.raises(SettingError, match="RAG_CONTENT_FILTER"):
        ask("Who?", settings=archive.model_copy(update={"content_filter": spec}))


def test_the_setting_has_three_forms():
    with pytest.raises(SettingError, match="RAG_CONTENT_FILTER"):
        load_settings(content_filter="masks please")

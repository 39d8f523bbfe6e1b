"""Stored text is found among a page's characters, however the two were spelled."""

from rag_app.pdf.alignment import locate


def found(drawn: str, text: str, quote: str, nth: int = 0) -> str | None:
    start = -1
    for _ in range(nth + 1):
        start = text.index(quote, start + 1)
    (places,) = locate(list(drawn), text, [(start, start + len(quote))])
    return None if places is None else drawn[slice(*places)]


def test_ligatures_line_ends_and_hyphens_do_not_matter():
    drawn = "The e\ufb03cient \x02of\ufb01ce\r\nco\x02\r\noperates in S\u00e3o Paulo."
    text = "The efficient office\ncooperates in Sa\u0303o Paulo."
    assert found(drawn, text, "efficient office") == "e\ufb03cient \x02of\ufb01ce"
    assert found(drawn, text, "cooperates") == "co\x02\r\noperates"
    assert found(drawn, text, "Sa\u0303o") == "S\u00e3o"


def test_equal_words_are_told_apart_by_their_neighbours():
    drawn = "Sales 100 Costs 60 Header Profit 100 Tax 60"
    text = "Sales 100\nCosts 60\nProfit 100\nTax 60"  # without what lies outside the crop
    place = drawn.index("100", 20)
    start = text.index("100", 20)
    assert locate(list(drawn), text, [(start, start + 3)]) == [(place, place + 3)]


def test_even_where_all_neighbours_are_equal():
    text = "17 " * 300
    assert locate(list(text), text, [(600, 602)]) == [(600, 602)]


def test_readers_may_differ_in_signs_but_not_in_letters():
    drawn = "\u2022 net sales \u201cas reported\u201d, state-of-the-art"
    assert found(drawn, 'o net sales "as reported", state of the art', "sales") == "sales"
    quote = 'sales "as reported", state of the art'
    assert found(drawn, quote, quote) == "sales \u201cas reported\u201d, state-of-the-art"
    assert found(drawn, "net losses as reported", "net losses") is None


def test_what_shows_nothing_is_nowhere():
    assert locate(list("a b"), "a b", [(1, 2)]) == [None]
    assert locate([], "a b", [(0, 1)]) == [None]

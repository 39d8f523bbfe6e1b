from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag_app.matching.figures import figures, says, table_powers


@pytest.mark.parametrize(
    ("text", "language", "value", "unit"),
    [
        ("$1.2bn", "en", "1200000000", "USD"),
        ("1,200 million dollars", "en", "1200000000", "USD"),
        ("R$ 1,2 bilhão", "pt", "1200000000", "BRL"),
        ("1.234,5", "pt", "1234.5", ""),
        ("1,234.5", "en", "1234.5", ""),
        ("12 500 km", "en", "12500", "km"),
        ("12,5 por cento", "pt", "12.5", "%"),
        ("três metros", "pt", "3", "m"),
        ("$300 m", "en", "300000000", "USD"),
        ("300 m", "en", "300", "m"),
        ("ninety days", "en", "90", "d"),
        ("noventa dias", "pt", "90", "d"),
        ("30 weeks", "en", "30", "week"),
        ("1.200 MWh", "pt", "1200", "MWh"),
        ("700 µL", "en", "700", "µL"),
        ("65 °F", "en", "65", "°F"),
        ("185 m²", "pt", "185", "m²"),
        ("twenty-four", "en", "24", ""),
        ("one hundred and fifty thousand dollars", "en", "150000", "USD"),
        ("one hour", "en", "1", "h"),
        ("a million", "en", "1000000", ""),
        ("vinte e quatro meses", "pt", "24", "month"),
        ("cento e dez mil reais", "pt", "110000", "BRL"),
        ("duzentas", "pt", "200", ""),
        ("dois mil e quinhentos reais", "pt", "2500", "BRL"),
        ("dois milhões trezentos mil", "pt", "2300000", ""),
        ("two thousand and five", "en", "2005", ""),
        ("um milhão", "pt", "1000000", ""),
        ("R$ -3,4 mi", "pt", "-3400000", "BRL"),
        ("R$ (1.234,5)", "pt", "-1234.5", "BRL"),
        ("$-3.4m", "en", "-3400000", "USD"),
        ("$(1.2) million", "en", "-1200000", "USD"),
        ("5M", "en", "5000000", ""),
        ("10 t", "en", "10", "t"),
        ("HK$5", "en", "5", "HKD"),
        ("1.5e-3", "en", "0.0015", ""),
        ("2,5E+6", "pt", "2500000", ""),
    ],
)
def test_a_figure_is_a_value_and_a_unit(text: str, language, value: str, unit: str):
    (figure,) = figures(text, language)
    assert (figure.value, figure.unit) == (Decimal(value), unit)
    assert text[figure.start : figure.end] == text


@pytest.mark.parametrize(
    ("text", "language"),
    [("one of us a day, a t, as one", "en"), ("um a um, uma casa", "pt")],
)
def test_an_article_is_no_figure(text: str, language):
    assert figures(text, language) == []


@given(st.integers(0, 10**15))
def test_grouping_never_changes_a_value(number: int):
    english, portuguese = f"{number:,}", f"{number:,}".replace(",", ".")
    for text, language in ((str(number), "en"), (english, "en"), (portuguese, "pt")):
        assert [figure.value for figure in figures(f"It is {text} here", language)] == [number]


@given(
    st.integers(1000, 10**12), st.integers(0, 99), st.sampled_from(" \u00a0\u2009\u202f'’"),
    st.sampled_from([("en", "."), ("pt", ",")]),
)  # fmt: skip
def test_thousands_set_apart_never_lose_their_decimals(
    number: int, hundredths: int, apart: str, language
):
    name, mark = language
    text = f"It is {number:,}".replace(",", apart) + f"{mark}{hundredths:02} here"
    (figure,) = figures(text, name)
    assert figure.value == Decimal(f"{number}.{hundredths:02}")


@pytest.mark.parametrize("text", ["Item: Profit; 2022: (1,234); 2023: 9", "| Profit | ($1,234) |"])
def test_brackets_are_a_minus_in_a_table_and_brackets_in_prose(text: str):
    (asked,) = figures("The profit was 1,234", "en")
    (below,) = figures("The profit was -1,234", "en")
    assert not says(asked, figures(text, "en"))
    assert says(below, figures(text, "en"))
    assert says(asked, figures("The profit, in full (1,234), was kept.", "en"))


def test_a_power_of_ten_is_part_of_its_figure():
    (small,) = figures("a rate of 1e-5", "en")
    assert not says(small, figures("a rate of 1e5", "en"))
    assert not says(small, figures("a rate of 1", "en"))
    assert says(small, figures("a rate of 0.00001", "en"))


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("1348–50", 1350),
        ("1939 – 45", 1945),
        ("1848\u201149", 1849),
        ("2010–11", 2011),
        ("1999–00", 2000),
        ("2023/24", 2024),
        ("2009-12", 12),
        ("1999/98", 98),
        ("1521/51", 51),
        ("1600/25", 25),
        ("2014/65/EU", 65),
        ("2018–\n25", 25),
        ("2014-16.5", Decimal("16.5")),
    ],
)
def test_two_digits_after_a_year_are_a_year(text: str, last: int | Decimal):
    """Else "50% died in 1348-50" would be borne out by the year, where 60% did."""
    assert figures(f"In {text} a tenth died.", "en")[1].value == last


def test_units_must_agree_where_both_are_told():
    (euros,), (dollars,), (bare,) = (figures(t, "en") for t in ("€ 5", "$ 5", "5"))
    assert not says(euros, [dollars])
    assert says(euros, [bare])
    assert says(bare, [dollars])


def test_what_is_below_nothing_is_not_what_is_above_it():
    for loss in ("Net income was -5 million", "Net income was $-5 million", "(−5 million)"):
        (below,) = figures(loss, "en")
        assert below.value == -5_000_000
        assert not says(below, figures("Net income was 5 million", "en"))
        assert says(below, figures("A net loss of 5 million", "en"))
    assert [f.value for f in figures("from 10-15 to 3–4, well-5", "en")] == [10, 15, 3, 4, 5]
    (fell,) = figures("Sales fell by 4%", "en")
    assert says(fell, figures("Sales: -4%", "en"))


def test_a_version_agrees_with_itself_alone():
    (version,) = figures("version 1.2.3", "en")
    assert says(version, figures("since 1.2.3", "en"))
    assert not says(version, figures("since 1.9.9", "en"))
    assert not says(version, figures("since 1.23", "en"))


def test_a_date_is_its_figures_however_written():
    written = figures("on March 12, 2021", "en")
    for text in ("12/03/2021", "2021-03-12", "12 March 2021"):
        assert all(says(figure, written) for figure in figures(text, "en"))
    assert not all(says(figure, written) for figure in figures("13/03/2021", "en"))


def test_a_table_says_its_scale_once():
    assert table_powers("(In millions, except per share data)") == {6}
    assert table_powers("Valores em milhares de reais") == {3}

"""Figures in a text as values that can be compared: $1.2bn is 1,200 million. Pure.

A figure is compared by value, unit and, where it has one, the scale that a word beside it
gives. Decimal marks are read by the text's language: 1.577 is a thousand and more in
Portuguese, one and a half in English.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rag_app.language import Language
from rag_app.matching.dates import MONTH_OF


@dataclass(frozen=True)
class Figure:
    """One figure of a text."""

    value: Decimal  # with its scale: "1.2 bn" is 1,200,000,000
    unit: str  # "%", "USD", "EUR", "GBP", "BRL", "JPY", a measure such as "km", or ""
    scaled: bool  # whether the text gave the scale beside it
    fell: bool  # whether the text speaks of a loss or a fall before it: "a loss of 5" is -5
    start: int  # characters into the text
    end: int


_SCALES: dict[Language, dict[str, int]] = {
    "en": {
        "hundred": 2, "thousand": 3, "thousands": 3, "k": 3, "million": 6, "millions": 6, "m": 6,
        "mn": 6, "mm": 6, "billion": 9, "billions": 9, "bn": 9, "b": 9, "trillion": 12,
        "trillions": 12, "tn": 12, "t": 12,
    },
    "pt": {
        "mil": 3, "k": 3, "milhão": 6, "milhões": 6, "milhoes": 6, "milhao": 6, "mi": 6, "mm": 6,
        "bilhão": 9, "bilhões": 9, "bilhao": 9, "bilhoes": 9, "bi": 9, "mil milhões": 9,
        "trilhão": 12, "trilhões": 12, "trilhao": 12, "trilhoes": 12, "tri": 12,
    },
}  # fmt: skip
_CURRENCIES = {
    "us$": "USD", "u$": "USD", "$": "USD", "usd": "USD", "dollars": "USD", "dollar": "USD",
    "dólares": "USD", "dólar": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR",
    "£": "GBP", "gbp": "GBP", "pounds": "GBP", "libras": "GBP", "r$": "BRL", "brl": "BRL",
    "reais": "BRL", "real": "BRL", "¥": "JPY", "jpy": "JPY", "yen": "JPY", "ienes": "JPY",
    "c$": "CAD", "ca$": "CAD", "cad": "CAD", "a$": "AUD", "au$": "AUD", "aud": "AUD", "nz$": "NZD",
    "hk$": "HKD", "s$": "SGD", "mx$": "MXN", "chf": "CHF", "₹": "INR", "inr": "INR",
}  # fmt: skip
_MEASURES = {
    "%": "%", "percent": "%", "per cent": "%", "por cento": "%", "pp": "pp", "bps": "bp",
    "percentage points": "pp", "pontos percentuais": "pp", "basis points": "bp",
    "pontos-base": "bp",
    "km": "km", "kilometres": "km", "kilometers": "km", "quilômetros": "km", "m": "m",
    "metres": "m", "meters": "m", "metros": "m", "cm": "cm", "mm": "mm", "feet": "ft", "ft": "ft",
    "miles": "mi", "milhas": "mi", "m²": "m²", "m2": "m²", "km²": "km²", "km2": "km²", "m³": "m³",
    "m3": "m³", "hectares": "ha", "ha": "ha", "acres": "acre",
    "kg": "kg", "kilograms": "kg", "quilogramas": "kg", "quilos": "kg", "g": "g", "mg": "mg",
    "µg": "µg", "μg": "µg", "t": "t", "tons": "t", "tonnes": "t", "toneladas": "t",
    "litres": "L", "liters": "L", "litros": "L", "l": "L", "ml": "mL", "µl": "µL", "μl": "µL",
    "gallons": "gal", "galões": "gal",
    "hour": "h", "hours": "h", "hora": "h", "horas": "h", "minute": "min", "minutes": "min",
    "minuto": "min", "minutos": "min", "min": "min", "second": "s", "seconds": "s",
    "segundos": "s", "milliseconds": "ms", "milissegundos": "ms", "ms": "ms", "day": "d",
    "days": "d", "dia": "d", "dias": "d", "week": "week", "weeks": "week", "semana": "week",
    "semanas": "week", "month": "month", "months": "month", "mês": "month", "meses": "month",
    "quarters": "quarter", "trimestres": "quarter", "year": "a", "years": "a", "ano": "a",
    "anos": "a", "decades": "decade", "décadas": "decade",
    "°c": "°C", "ºc": "°C", "°f": "°F", "ºf": "°F", "kw": "kW", "mw": "MW", "gw": "GW",
    "kwh": "kWh", "mwh": "MWh", "gwh": "GWh", "twh": "TWh", "kb": "KB", "mb": "MB", "gb": "GB",
    "tb": "TB", "khz": "kHz", "mhz": "MHz", "ghz": "GHz",
}  # fmt: skip
_WORDS: dict[Language, dict[str, int]] = {
    "en": {word: number for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
        " sixteen seventeen eighteen nineteen".split(), 1)} | {
        word: 10 * number for number, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)} | {"a": 1},
    "pt": {word: number for number, word in enumerate(
        "um dois três quatro cinco seis sete oito nove dez onze doze treze quatorze quinze"
        " dezesseis dezessete dezoito dezenove".split(), 1)} | {
        word: 10 * number for number, word in enumerate(
        "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem".split(), 2)} | {
        word + ending: 100 * number for number, word in enumerate(
        "duzent trezent quatrocent quinhent seiscent setecent oitocent novecent".split(), 2)
        for ending in ("os", "as")}
        | {"uma": 1, "duas": 2, "catorze": 14, "cento": 100},
}  # fmt: skip
_ONE = {"en": frozenset({"a", "one"}), "pt": frozenset({"um", "uma"})}  # articles, more often
_ABBREVIATED = 2  # letters at most, of "a t" that is no trillion


def _either(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_MONEY = _either(
    [sign for sign in _CURRENCIES if not sign.isalpha()]
    + ["usd", "eur", "gbp", "brl", "cad", "aud", "chf", "inr"]
)
_AFTER = _either([*_MEASURES, *(word for word in _CURRENCIES if word.isalpha()), "€", "£", "$"])
_APART = " \u00a0\u2009\u202f'’"  # what stands between thousands, besides points and commas
_DIGITS = (
    rf"\d{{1,3}}(?:[{_APART}]\d{{3}})+(?!\d)(?:[.,]\d+)?"
    r"|\d+(?:[.,]\d+)?e[-+−]?\d{1,3}(?!\w)|\d+(?:[.,]\d+)*"
)


def _spelt(language: Language) -> str:
    """What matches a number in words: "twenty-four", "cento e dez"; "one" before what it counts."""
    values = _WORDS[language]
    small = _either([word for word, value in values.items() if value < 20 and word != "a"])
    units = _either([word for word, value in values.items() if value < 10 and word != "a"])
    tens = _either([word for word, value in values.items() if 20 <= value < 100])
    hundreds = _either([word for word, value in values.items() if value >= 100])
    one = _either(sorted(_ONE[language]))
    scales = _either([word for word in _SCALES[language] if len(word) > _ABBREVIATED])
    measures = _either([word for word in _MEASURES if len(word) > _ABBREVIATED])
    if language == "en":
        below = rf"(?:(?:{tens})(?:[-\s](?:{units}))?|{small})(?!\w)"
        number = rf"(?:(?:a|{units})\shundred(?!\w)(?:\s(?:and\s)?{below})?|{below})"
    else:
        below = rf"(?:(?:{tens})(?:\se\s(?:{units}))?|{small})(?!\w)"
        number = rf"(?:(?:{hundreds})(?!\w)(?:\se\s{below})?|{below})"
    counted = rf"(?:{one})(?=\s(?:{scales})(?!\w))|(?!a\s)(?:{one})(?=\s(?:{measures})(?!\w))"
    return rf"(?<!\w)(?:(?!(?:{one})(?!\w)(?!\shundred)){number}|{counted})(?!\w)"


_FIGURE: dict[Language, re.Pattern[str]] = {
    language: re.compile(
        rf"(?:(?<![^\W\d_])(?P<before>{_MONEY})\s?(?:(?P<minus>[-−–])|(?P<open>\())?)?"
        rf"(?<![\w.,])(?P<digits>{_DIGITS}|{_spelt(language)})(?(open)\))"
        rf"(?:\s?(?P<scale>{_either(list(_SCALES[language]))})(?![^\W\d_]))?"
        rf"(?:\s?(?:de\s|of\s)?(?P<after>{_AFTER})(?![^\W\d_]))?",
        re.IGNORECASE,
    )
    for language in _SCALES
}
_MONTH = re.compile(
    r"(?i)(?:(?<=\d\s)|(?<=\dst\s)|(?<=\dnd\s)|(?<=\drd\s)|(?<=\dth\s)|(?<=\sde\s))(?P<after>{0})\b"
    r"|\b(?P<before>{0})(?=,?\s(?:de\s)?\d)".format("|".join(MONTH_OF))
)
_MINUS = re.compile(r"(?:^|[\s(\[|:=$€£])[-−–]$")  # right before a figure; a range has one too
# In accounts brackets are a minus; in prose they are brackets.
_CELL = re.compile(rf"[:;|]\s*\((?:(?:{_MONEY})\s?)?$", re.IGNORECASE)
_CELL_END = re.compile(r"\)\s*%?\s*(?:[;|]|$)")
_FELL = re.compile(
    r"(?i)\b(?:loss|lost|losses|fell|fall|drop|declin|decreas|down|negative|minus|below|shrank|reduc"
    r"|prejuízo|perda|perdeu|queda|ca(?:iu|íram)|diminu|redu[zç]|negativ|menos|abaixo)[^.;]{0,60}$"
)
# The first year of "1348–50".
_FIRST_YEAR = re.compile(
    r"(?<![\d.,/-])(?P<century>1\d|20)(?P<year>\d\d)"
    r"[ \u00a0\u202f]?(?P<mark>[-‐‑–—/])[ \u00a0\u202f]?\Z"
)
_IN_A_CODE = re.compile(r"[-/.,]?\w")  # right behind a figure that is no year: 2014/65/EU
_AND = re.compile(r"\s(?:and\s|e\s)?")  # between the parts of a number in words
_MONTHS, _SEASONS, _LIFETIME = 12, 5, 90
_BEFORE = 80  # characters before a figure, in which these are looked for
_NO_DIGIT = re.compile(r"\D")
_GROUPED = re.compile(rf"\d{{1,3}}(?:([.,{_APART}])\d{{3}})(?:\1\d{{3}})*")
_TABLE_SCALE = re.compile(
    r"(?i)\b(?:in|em|de)\s+(?:(?:us)?\$|r\$|€|usd|eur|brl)?\s*(?:of\s+|de\s+)?"
    r"(thousands|millions|billions|milhares|mil|milhões|bilhões)\b"
)
_TABLE_POWERS = {
    "thousands": 3, "millions": 6, "billions": 9, "milhares": 3, "mil": 3, "milhões": 6,
    "bilhões": 9,
}  # fmt: skip


def figures(text: str, language: Language) -> list[Figure]:
    """Every figure of the text; numbers in words and months of dates too.

    >>> figures("Revenue was $1.2bn, up 5%", "en")[0].value
    Decimal('1200000000.0')
    """
    found: list[Figure] = []
    above = 0  # the scale of the figure in words before
    for match in _FIGURE[language].finditer(text):
        digits = match["digits"].lower()
        scale = (match["scale"] or "").lower()
        after = (match["after"] or "").lower()
        before = (match["before"] or "").strip().lower()
        if scale in {"m", "mm", "t"} and match["scale"].islower() and not after and not before:
            after, scale = scale, ""  # 300 m is a length, $300 m and 300M are amounts
        value = _value(digits, language)
        power = _SCALES[language].get(scale, 0)
        unit = _CURRENCIES.get(before) or _CURRENCIES.get(after) or _MEASURES.get(after, "")
        if value is None:  # a version, a section: it agrees with its like alone
            value, power, unit = Decimal(_NO_DIGIT.sub("", digits)), 0, digits
        start = match.start()
        if (
            not (scale or unit or _IN_A_CODE.match(text, match.end()))
            and len(digits) == 2
            and (first := _FIRST_YEAR.search(text, max(start - 8, 0), start))
        ):
            value = _last_year(value, first)
        value *= Decimal(10) ** power * (-1 if _is_negative(match) else 1)
        fell = _FELL.search(text, max(start - _BEFORE, 0), start) is not None
        figure = Figure(value, unit, bool(scale), fell, *match.span())
        spelt = 0 if digits[0].isdigit() else 10**power  # its scale, of one in words
        goes_on = 0 < spelt < above and not found[-1].unit
        if goes_on and _AND.fullmatch(text, found[-1].end, figure.start):
            figure = _sum(found.pop(), figure)
        found.append(figure)
        above = spelt
    return found + [_month(match) for match in _MONTH.finditer(text)]


def _sum(more: Figure, less: Figure) -> Figure:
    """One figure of both parts: two thousand five hundred."""
    return Figure(more.value + less.value, less.unit, True, more.fell, more.start, less.end)


def _last_year(value: Decimal, first: re.Match[str]) -> Decimal:
    """The year that the two digits after another year stand for; else the value as it is.

    Those that may be a month stay one (2009-12), and a law's number is no year (1521/51).
    """
    years = value - int(first["year"])
    if first["mark"] == "-":
        is_range = years > 0 and value > _MONTHS
    elif first["mark"] == "/":
        is_range = 0 < years <= _SEASONS
    else:
        years = years if years > 0 else years + 100
        is_range = years <= _LIFETIME
    return 100 * int(first["century"]) + int(first["year"]) + years if is_range else value


def _is_negative(match: re.Match[str]) -> bool:
    text, at = match.string, match.start()
    if match["minus"] or match["open"] or _MINUS.search(text, max(at - 2, 0), at):
        return True
    start = match.start("before" if match["before"] else "digits")
    is_cell = _CELL.search(text, max(start - _BEFORE, 0), start) is not None
    return is_cell and _CELL_END.match(text, match.end()) is not None


def _month(match: re.Match[str]) -> Figure:
    """A month beside a day or a year, as the figure that a date may have in its place."""
    number = MONTH_OF[match.group().lower()]
    return Figure(Decimal(number), "", False, False, *match.span())


def says(figure: Figure, among: Sequence[Figure], powers: frozenset[int] = frozenset()) -> bool:
    """Whether one ``among`` says what ``figure`` says.

    Units must agree where both are told. ``powers`` of ten are the scales that hold for a table
    as a whole ("in millions"), and serve where the figure's like has none beside it. What fell by
    5 changed by -5.
    """

    def agrees(value: Decimal, other: Figure) -> bool:
        falls = figure.fell != other.fell
        return value == figure.value or (falls and value == -figure.value)

    return any(
        (not other.unit or not figure.unit or other.unit == figure.unit)
        and (
            agrees(other.value, other)
            or (
                figure.scaled
                and not other.scaled
                and any(agrees(other.value * Decimal(10) ** power, other) for power in powers)
            )
        )
        for other in among
    )


def table_powers(text: str) -> frozenset[int]:
    """The powers of ten that the text says its tables are in: 6 for "(in millions)"."""
    return frozenset(_TABLE_POWERS[word.lower()] for word in _TABLE_SCALE.findall(text))


def _value(digits: str, language: Language) -> Decimal | None:
    if not digits[0].isdigit():
        return _counted(digits, language)
    digits, _, power = digits.partition("e")
    if power:
        value = _value(digits, language)
        return value and value.scaleb(int(power.replace("−", "-")))
    if grouped := _GROUPED.fullmatch(digits):
        mark = grouped.group(1)
        decimal_mark = "." if language == "en" else ","
        if mark != decimal_mark or digits.count(mark) > 1:
            return Decimal(_NO_DIGIT.sub("", digits))
    marks = [char for char in digits if not char.isdigit()]
    if not marks:
        return Decimal(digits)
    if len(set(marks)) == 1 and len(marks) > 1:  # 1.2.3 or 12/3/4 written with dots: no number
        return None
    whole, decimals = re.split(r"[.,](?=\d+$)", digits) if marks[-1] in ".," else (digits, "")
    return Decimal(f"{_NO_DIGIT.sub('', whole)}.{decimals or '0'}")


def _counted(words: str, language: Language) -> Decimal:
    """The value of a number in words."""
    value = 0
    for word in re.split(r"[-\s]+", words):
        value = 100 * value if word == "hundred" else value + _WORDS[language].get(word, 0)
    return Decimal(value)

"""What a sheet's number format says that a figure is of. Pure."""

import re
from functools import lru_cache

_LOCALE = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")  # [$R$-416]: a sign, and where it is used
_TEXT = re.compile(r'"([^"]*)"')
_BRACKETS = re.compile(r"\[[^\]]*\]")  # a colour or a condition
_LITERAL = re.compile(r"[\\_*].")  # the mark itself, a gap as wide as it, or it over and over
_CURRENCY = re.compile(
    r"(?i)(?<![^\W\d_])(?:(?:US|R|C|CA|A|AU|NZ|HK|S|MX)?\$|[€£¥₹]"
    r"|(?:USD|EUR|GBP|BRL|CAD|AUD|CHF|INR|JPY)(?![^\W\d_]))"
)

_CODE = re.compile(r'(?:0|[-() ]|\\.|"[^"]*")+')  # digits and what stands between them


@lru_cache(maxsize=1024)
def signs(shape: str) -> tuple[str, bool]:
    r"""The currency that a number format draws beside a figure, or "", and whether it is a percent.

    >>> signs("[$R$-416] #,##0.00"), signs("0.0%"), signs(r"0\%")
    (('R$', False), ('', True), ('', False))
    """
    first = shape.split(";")[0]  # of positive figures; those of others differ in their minus
    told = _TEXT.sub(r"\1", _LOCALE.sub(r"\1", first)).replace("\\", "")
    currency = _CURRENCY.search(told)
    bare = _LITERAL.sub("", _TEXT.sub("", _BRACKETS.sub("", first)))
    return currency[0] if currency else "", "%" in bare


def code(shape: str, number: float) -> str | None:
    r"""What a format of digits alone draws: a postcode, a CPF; None of a format of any other kind.

    >>> code(r"00000\-000", 1310100), code(r"000\.000\.000\-00", 529982247), code("0", 7)
    ('01310-100', '005.299.822-47', None)
    """
    places = _places(shape)
    count = places.count(None)
    if count < 2 or number < 0 or number != int(number):
        return None
    digits = str(int(number)).zfill(count)
    cut = len(digits) - count + 1  # digits beyond the places stand with the first
    each = iter([digits[:cut], *digits[cut:]])
    return "".join(next(each) if place is None else place for place in places)


@lru_cache(maxsize=1024)
def _places(shape: str) -> tuple[str | None, ...]:
    """Of a format of digits alone what it draws in turn, None for a digit; nothing of others."""
    if not _CODE.fullmatch(shape):
        return ()
    parts = re.findall(r'\\.|"[^"]*"|.', shape)
    return tuple(None if part == "0" else part.removeprefix("\\").strip('"') for part in parts)

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

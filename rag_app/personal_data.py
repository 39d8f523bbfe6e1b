"""Personal data in a text, told by its form and, where it has them, by its check digits. Pure.

Check digits are what keeps the figures of a report from being taken for somebody's number: CPF and
CNPJ by Receita Federal's modulo 11 (letters in a CNPJ count as their ASCII code less 48), cards by
Luhn's modulo 10, IBAN by ISO 13616's modulo 97. Phone numbers have none and need a sign that they
are one: a "+", an area code in brackets, or the hyphens of their country.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One stretch of a text, [start, end), and what it is."""

    start: int
    end: int
    kind: str  # "e-mail", "phone", "CPF", "CNPJ", "card", "IBAN", "SSN"; or "abuse"


def find_personal_data(text: str) -> list[Finding]:
    """What of the text is personal data, by start, none overlapping.

    >>> find_personal_data("CPF 529.982.247-25, born in 1990")
    [Finding(start=4, end=18, kind='CPF')]
    """
    found = [
        Finding(*match.span(), kind)
        for kind, pattern, holds in _KINDS
        for match in pattern.finditer(text)
        if holds(match.group())
    ]
    # Of two that overlap the one with check digits says more, and _KINDS has them in that order.
    kept: list[Finding] = []
    for finding in found:
        if all(finding.end <= other.start or finding.start >= other.end for other in kept):
            kept.append(finding)
    return sorted(kept, key=lambda finding: finding.start)


def _is_cpf(text: str) -> bool:
    digits = [int(character) for character in text if character.isdigit()]
    return len(set(digits)) > 1 and all(
        _modulo_11(digits[:length], range(length + 1, 1, -1)) == digits[length]
        for length in (9, 10)
    )


def _is_cnpj(text: str) -> bool:
    values = [ord(character) - 48 for character in text.upper() if character.isalnum()]
    weights = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]
    return len(set(values)) > 1 and all(
        _modulo_11(values[:length], weights[13 - length :]) == values[length] for length in (12, 13)
    )


def _modulo_11(values: list[int], weights: range | list[int]) -> int:
    rest = sum(value * weight for value, weight in zip(values, weights, strict=True)) % 11
    return 0 if rest < 2 else 11 - rest


def _is_card(text: str) -> bool:
    digits = [int(character) for character in text if character.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    is_long = 13 <= len(digits) <= 19 and len(set(digits)) > 1
    return is_long and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_iban(text: str) -> bool:
    plain = text.replace(" ", "").upper()
    if not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])) % 97 == 1


def _always(_: str) -> bool:
    return True


def _is_long_enough(text: str) -> bool:
    return 8 <= sum(map(str.isdigit, text)) <= 15


_PHONES = (
    r"\+\d{1,3}[ .-]?(?:\(\d{1,5}\)[ .-]?)?\d(?:[ .-]?\d){5,12}"  # international
    r"|\(0?[1-9]{2}\) ?(?:9[ .]?)?\d{4}[ .-]?\d{4}"  # Brazil, with the area code in brackets
    r"|(?:0?[1-9]{2}[ -])?9[ .]?\d{4}-\d{4}"  # Brazil, mobile
    r"|0[38]00[ -]?\d{3}[ -]?\d{4}"  # Brazil, service lines
    r"|(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-.])[2-9]\d{2}[-.]\d{4}"  # North America
)
_Rule = tuple[str, re.Pattern[str], Callable[[str], bool]]
_KINDS: tuple[_Rule, ...] = (
    ("e-mail", re.compile(r"(?<![\w.+-])[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?!\w)"),
     _always),
    ("IBAN", re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)"),
     _is_iban),
    ("CNPJ", re.compile(
        r"(?<![\w.])[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-\d{2}(?!\w)"
        r"|(?<![\w.])(?=\w*\d{6})[0-9A-Z]{12}\d{2}(?!\w)"), _is_cnpj),
    ("CPF", re.compile(r"(?<![\w.])\d{3}\.?\d{3}\.?\d{3}-?\d{2}(?![\w])(?!\.\d)"), _is_cpf),
    ("card", re.compile(
        r"(?<![\w.,-])(?:[3-6]\d{12,18}|[3-6]\d{3}([ -])\d{4}\1\d{4}\1\d{4}"
        r"|3\d{3}[ -]\d{6}[ -]\d{5})(?!\w)(?![.,]\d)(?![ -]\d)"), _is_card),
    ("SSN", re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])"),
     _always),
    ("phone", re.compile(rf"(?<![\w.,+(-])(?:{_PHONES})(?![\w-])(?![.,]\d)"), _is_long_enough),
)  # fmt: skip

"""A follow-up that gives another bound, time or place: "and below 98%?", "e lá fora?". Pure.

It names no other thing than the question before, so it takes the place of that one's own bound,
time or place, or stands behind it where it has none. "E as de conservação?" leaves its noun to it.
"""

import re

from rag_app.question.parts import A_PERIOD, PARTICIPLE, PREPOSITION, WITHIN

# Words of a group may stand for one another: "and after 2020?" for "before 2020".
_GROUPS = (
    r"(?:below|above|under|over|beyond|acima\s+d[aeo]s?|abaixo\s+d[aeo]s?|a\s+partir\s+d[aeo]s?"
    r"|além\s+d[aeo]s?)",
    r"(?:before|after|since|until|within|between|antes\s+d[aeo]s?|depois\s+d[aeo]s?|após|desde|até"
    r"|a\s+partir\s+d[aeo]s?|entre|dentro\s+d[aeo]s?)",
    r"(?:with|without|com|sem)",
)
_LED = re.compile(
    rf"(?i)^(?:{'|'.join(_GROUPS)})\s+(?!that\b|this\b|then\b|isso\b|que\b|quando\b|what\b|which\b|when\b)\S"
)
_PLAIN = re.compile(r"(?i)^(?:with|com)\s")  # any question may have these
_ADVERB = re.compile(
    r"(?i)^(?:elsewhere|abroad|overseas|here|there|today|now|at\s+home|lá\s+fora|lá|aqui|hoje|agora"
    r"|atualmente)$"
)
_NO_NOUN = re.compile(r"(?i)^(?P<article>os?|as?)\s+(?P<rest>d[aeo]s?\s(?-i:[a-zà-ÿ]).*)$")
_TIME_NOW = re.compile(r"(?i)^(?:today|now|hoje|agora|atualmente)$")
_WHEN = rf"\b{WITHIN}\s+{A_PERIOD}"
_WHERE = r"(?:in|at|for|em|n[ao]s?|para)"
_REST = rf"(?:\s(?!{PREPOSITION}\b)\S+)+"


def set_otherwise(body: str, fragment: str) -> str:
    """The earlier question, its mark left out, so changed; "" where the fragment sets nothing.

    >>> set_otherwise("What is the credit below 99.5%", "below 98%")
    'What is the credit below 98%'
    >>> set_otherwise("What is the hotel limit in capital cities", "elsewhere")
    'What is the hotel limit elsewhere'
    """
    if _ADVERB.match(fragment):
        own = [_WHEN] if _TIME_NOW.match(fragment) else [rf"\b{_WHERE}{_REST}"]
    elif _LED.match(fragment):
        groups = [group for group in _GROUPS if re.match(rf"(?i){group}\s", fragment)]
        own = [rf"\b{group}\s\S+(?:{_REST})?" for group in groups]
        if re.search(A_PERIOD, fragment, re.IGNORECASE):
            own.append(_WHEN)
    elif left := _NO_NOUN.match(fragment):
        return _with_its_noun(body, left["article"], left["rest"])
    else:
        return ""
    for pattern in own:
        if found := list(re.finditer(rf"(?i){pattern}", body)):
            start, end = found[-1].span()
            return f"{body[:start]}{fragment}{body[end:]}"
    return "" if _PLAIN.match(fragment) else f"{body} {fragment}"


def _with_its_noun(body: str, article: str, rest: str) -> str:
    """With ``rest`` for what tells the last noun of like article: "as obras| estruturais"."""
    told = rf"(?i)\b(?P<noun>{article}\s+\w+)(?:\s(?!(?:em|n[ao]s?|para|por)\b)\S+)*"
    if not (found := list(re.finditer(told, body))):
        return ""
    verb = found[-1].group().rpartition(" ")[2]
    kept = f" {verb}" if PARTICIPLE.search(verb) else ""
    return f"{body[: found[-1].end('noun')]} {rest}{kept}{body[found[-1].end() :]}"

"""A follow-up into a question that stands on its own: "and in 2022?", "e a Pfizer?". Pure.

By rules, which work whatever the model: what the follow-up brings takes the place of its like in
the question before (a year of a year, a name of a name, a measure of a measure), and a pronoun
is replaced by what that question was about. The reader is shown what was made of the question.
"""

import re
from collections.abc import Sequence
from functools import reduce

from rag_app.language import Language, detect
from rag_app.question.circumstances import set_otherwise
from rag_app.question.parts import (
    A_PERIOD,
    ABOUT,
    ARTICLE,
    ASKS,
    MEASURE,
    NAME,
    PARTICIPLE,
    PERIOD,
    PREPOSITION,
    WITHIN,
    fact_of,
    names_in,
    telling_words,
    topic_of,
)
from rag_app.question.pronouns import ownerless, refers, told_of

# "Thanks!", "ok, obrigada": no question.
_COURTESY = re.compile(
    r"(?ix)^(?:(?:(?:many\s+)?thanks(?:\s+a\s+lot)?|thank\s+you(?:\s+(?:so|very)\s+much)?|thx"
    r"|ok(?:ay)?|great|perfect|got\s+it|(?:muito\s+)?obrigad[oa]|valeu|certo|perfeito|entendi)"
    r"[\s,;.!]*)+$"
)
# What a follow-up opens with: "and ...", "what about ...", "e quanto à ...".
_LEAD = re.compile(
    r"(?ix)^\s*(?:"
    r"(?:and|but|so|ok(?:ay)?)[,\s]+(?:what|how)\s+about\b | (?:what|how)\s+about\b"
    r"| (?:and|but|or)\b | (?:mas\s+)?e\s+(?:quanto\s+)(?:a|à|ao|aos|às)\b | (?:mas|ou)\b | e\b"
    r")[,\s]*"
)
# "in 2022", "no 3T23", and nothing else.
_PERIOD_ALONE = re.compile(
    rf"(?i)^(?:(?:{WITHIN}|of|d[aeo]s?)\s+)?(?:the\s+|o\s+|a\s+)?({A_PERIOD})$"
)
# "2019 to 2021", "2019, 2020 e 2021".
_A_RANGE = (
    rf"{A_PERIOD}(?:(?:\s*[,–-]\s*(?:(?:and|or|e|ou)\s+)?|\s+(?:to|and|or|through|until|a|até|e|ou)\s+)"
    rf"{A_PERIOD})+"
)
_FROM_TO = rf"(?:between|from|entre|de|desde)\s+{_A_RANGE}"
_RANGE = re.compile(_A_RANGE, re.IGNORECASE)
_RANGE_TOLD = re.compile(rf"(?i)\b{_FROM_TO}")
# Where in a question its time stands: "in 2021", "between 2019 and 2021".
_WHEN = re.compile(rf"(?i)\b(?:{_FROM_TO}|{WITHIN}\s+(?:{_A_RANGE}|{A_PERIOD}))")
# Before the words that tell: "the", "of the", "para a".
_ARTICLES = re.compile(
    r"(?i)^(?:(?:the|an?|o|os|as?|um|uma|d[oa]s?|de|of|in|for|em|n[oa]s?|ao?s?)\s+)+"
)
# A preposition whose period was taken out.
_HANGING = re.compile(rf"(?i)\s+(?:{WITHIN}|of|de|do|da)$")
# "fez o mestrado"
_LAST = re.compile(rf"(?i)\w\s(?P<thing>{ARTICLE}(?:\s(?!{PREPOSITION}\b)\w+){{1,4}})$")
# "How many trucks were sold".
_COUNTED = re.compile(
    r"(?i)^(?:how\s+many|quant[oa]s)\s+(?P<thing>\w+(?:\s\w+){0,2}?)\s+(?:were|was|are|is|did|do|does|have"
    r"|has|can|will|foram|são|há|existem)\b"
)
# "in which year", "em que ano", and nothing else.
_IN_WHICH = re.compile(
    rf"(?i)^(?:{PREPOSITION}|a)\s+(?:que|qual|quais|quant[oa]s|what|which)\s+\w+$"
)
# "Quando foi inaugurada", "Quem assinou": Portuguese leaves out what it asks about.
_NO_SUBJECT = re.compile(
    r"(?i)^(?:quem|(?:desde\s+|até\s+)?quando|onde|como|quanto|por\s*que)\s+(?:se\s+|já\s+)?"
    r"(?:(?:é|foi|foram|será|serão|está|estão|era)\s+\w+(?:[ai]d[oa]s?|feit[oa]|abert[oa]|pag[oa]|escrit[oa])"
    r"|(?!(?:é|foi|há|tem|são|era|está)\b)\w+(?:am|em|ou|eu|iu|[ae]))$"
)
_PERSON = re.compile(r"(?i)\b(?:s?he|el[ea])\b")  # "it" may stand for nothing: "Is it true that"
_FEW_WORDS = 3  # telling words; with more a question says by itself what it is about


def stand_alone(question: str, history: Sequence[str]) -> str:
    """The question as one asks it who has not heard the earlier ones; itself where it can stand.

    ``history`` holds the conversation's earlier questions as they were typed, oldest first. A
    word of thanks among them is no question, and none is made of it.
    """
    asked = [earlier for earlier in history if not _COURTESY.match(earlier.strip())]
    if not asked or _COURTESY.match(question.strip()):
        return question
    before = reduce(_follow, asked[1:], asked[0])
    return _follow(before, question)


def _follow(before: str, question: str) -> str:
    """What ``question`` means after ``before``, which stands on its own."""
    asked = question.strip()
    lead = _LEAD.match(asked)
    rest = asked[lead.end() :].strip() if lead else asked
    fragment = rest.rstrip("?!. ").strip()
    if lead and fragment and not _is_question(fragment, detect(asked, detect(before))):
        if (owned := _owned(before, fragment)) is not None:
            return owned
        return _replaced(before, fragment)
    if _PERIOD_ALONE.match(fragment):
        return _replaced(before, fragment)
    if not lead and (
        (names_in(asked) and not _of_a_person(asked, before))
        or (len(telling_words(asked)) > _FEW_WORDS and not refers(asked, topic_of(before)))
    ):
        return question
    if not lead and _NO_SUBJECT.match(fragment) and topic_of(before):
        fact = fact_of(before)
        is_whole = re.match(rf"(?i){ARTICLE}\s", fact) and not names_in(before)
        return f"{fragment} {fact if is_whole else topic_of(before)}?"
    named = _with_names(rest, before)
    if named is not None:
        return named[:1].upper() + named[1:]
    if (
        lead and fragment and not telling_words(rest)
    ):  # "and when?" asks of what was done, as "When?"
        return f"{before.rstrip('?!. ')}: {rest}"
    own = [name for name in names_in(rest) if not name.isupper()]  # "the CEO" is of someone
    if lead and fragment and not own and topic_of(before):
        return f"{fragment[:1].upper()}{fragment[1:]} ({topic_of(before)})?"
    # "Why?", "Quando?", "Em que ano?"
    if (len(telling_words(rest)) == 0 and fragment) or _IN_WHICH.match(fragment):
        return f"{before.rstrip('?!. ')}: {rest}"
    return question


def _of_a_person(asked: str, before: str) -> bool:
    """Whether "she" stands before any name in it, as in "When did she join Ford?"."""
    named, known = names_in(asked), names_in(before)
    person = _PERSON.search(asked)
    return (
        person is not None
        and known[:1] != []
        and known[0] not in named
        and person.end() <= asked.find(named[0])
    )


def _is_question(fragment: str, language: Language) -> bool:
    """Whether it begins as a question does; "do" is a preposition in Portuguese."""
    asks = ASKS.match(fragment)
    return asks is not None and not (language == "pt" and asks.group().lower() == "do")


def _owned(before: str, fragment: str) -> str | None:
    """What "its rank" asks of the earlier question's topic; None where nothing is owned."""
    topic = topic_of(before)
    is_pt = detect(fragment, detect(before)) == "pt"
    bare = ownerless(fragment, "pt" if is_pt else "en")
    if not topic or bare == fragment:
        return None
    measure = MEASURE.search(before)
    if measure and topic in before[measure.end() :]:  # what is said there stays: place and year
        return _replaced(before, bare)
    named = _with_names(fragment, before)
    if named is None:
        return None
    if measure and measure["measure"].startswith((f"{topic}'s ", f"{topic}’s ")):
        return _replaced(before, named)
    if not (when := _WHEN.search(before)) or PERIOD.search(fragment):
        return f"{'Qual é' if is_pt else 'What is'} {named}?"
    return f"{'Qual foi' if is_pt else 'What was'} {named} {when.group()}?"


def _replaced(before: str, fragment: str) -> str:
    """The earlier question with the fragment in its like's place, or after it."""
    body, end = before.rstrip("?!. "), "?"
    if _RANGE_TOLD.fullmatch(fragment):
        return (_WHEN.sub(fragment, body) if _WHEN.search(body) else f"{body} {fragment}") + end
    if period := _PERIOD_ALONE.match(fragment):
        placed = _placed(fragment, before)
        if PERIOD.search(body):
            return _dated(body, period.group(1), placed) + end
        return f"{body} {placed}{end}"
    if changed := set_otherwise(body, fragment):
        return changed + end
    bare = _ARTICLES.sub("", fragment)
    told = _HANGING.sub("", PERIOD.sub("", bare).strip())
    names = names_in(body)
    if NAME.fullmatch(told) and names:
        replaced = body.replace(_like(told, names), told, 1)
        years = PERIOD.findall(bare)
        dated = _dated(replaced, years[0], _placed(years[0], before)) if years else replaced
        return dated + end
    if not NAME.fullmatch(told) and (put := _put_in_place(body, fragment)):
        return put + end
    if not NAME.fullmatch(told) and (measure := MEASURE.search(body)):
        start, stop = measure.span("measure")
        if (last := body[start:stop].rpartition(" "))[0] and PARTICIPLE.search(last[2]):
            stop -= len(last[2]) + 1  # "When was the bridge opened?" has a verb to keep
        if when := _WHEN.search(fragment):
            said = f"{body[:start]}{_WHEN.sub('', fragment).strip()}{body[stop:]}"
            return _replaced(said, when.group())
        return f"{body[:start]}{fragment}{body[stop:]}{end}"
    return f"{body} {fragment}{end}"


def _like(name: str, names: Sequence[str]) -> str:
    """The one of ``names``, which has any, that the ``name`` takes the place of.

    A model's number stands for a model's number: "CP-150" for "CP-100", not for "UK".
    """
    numbered = (it for it in names if any(map(str.isdigit, it)))
    return next(numbered, names[0]) if any(map(str.isdigit, name)) else names[0]


def _put_in_place(body: str, fragment: str) -> str:
    """The question with the fragment for its like; "" where none stands in it.

    What a preposition leads takes the place of what the same one leads, and a thing that of the
    thing that the verb is said of, or that is counted.
    """
    if lead := re.match(rf"(?i)({PREPOSITION})\s", fragment):
        led = rf"(?i)\b{_same_preposition(lead[1])}(?:\s(?!{PREPOSITION}\b)\w+)+"
        same = [*re.finditer(rf"{led}(?=$|\s{WITHIN}\s{A_PERIOD})", body)]
        if not same:
            return f"{body} {fragment}"
        start, end = same[-1].span()
        return f"{body[:start]}{fragment}{body[end:]}"
    if PERIOD.search(fragment):
        return ""
    has_article = re.match(rf"(?i){ARTICLE}\s", fragment) is not None
    in_turn = (*ABOUT, *([] if MEASURE.search(body) else [_LAST])) if has_article else (_COUNTED,)
    for pattern in in_turn:
        if found := pattern.search(body):
            start, stop = found.span("thing")
            return f"{body[:start]}{fragment}{body[stop:]}"
    return ""


def _same_preposition(word: str) -> str:
    """What matches the preposition whatever article it has drawn in: "do" is the "de" of "da"."""
    for forms in (r"d[aeo]s?", r"(?:em|n[ao]s?)", r"(?:por|pel[ao]s?)"):
        if re.fullmatch(forms, word.lower()):
            return forms
    return re.escape(word)


def _dated(body: str, period: str, placed: str) -> str:
    """With the period for every other; what says "from ... to" has no place for one alone."""
    told = _RANGE.sub(period, _RANGE_TOLD.sub(placed, body))
    return PERIOD.sub(period, told)


def _with_names(question: str, before: str) -> str | None:
    """The question with its pronouns told by what the earlier one was about; None without any."""
    topic = topic_of(before)
    if not topic:
        return None
    told = told_of(question, topic, fact_of(before) or topic, detect(question, detect(before)))
    return told if told != question else None


def _placed(fragment: str, before: str) -> str:
    if re.match(rf"(?i)(?:{WITHIN}|of|d[aeo]s?)\b", fragment):
        return fragment
    return f"{'em' if detect(before) == 'pt' else 'in'} {fragment}"

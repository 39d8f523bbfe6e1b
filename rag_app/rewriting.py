"""A follow-up into a question that stands on its own: "and in 2022?", "e a Pfizer?". Pure.

By rules, which work whatever the model: what the follow-up brings takes the place of its like in
the question before (a year of a year, a name of a name, a measure of a measure), and a pronoun
is replaced by what that question was about. The reader is shown what was made of the question.
"""

import re
from collections.abc import Sequence
from functools import reduce

from rag_app.language import ALL_STOP_WORDS, Language, detect
from rag_app.pronouns import ownerless, refers, told_of

_COURTESY = re.compile(
    r"(?ix)^(?:(?:(?:many\s+)?thanks(?:\s+a\s+lot)?|thank\s+you(?:\s+(?:so|very)\s+much)?|thx"
    r"|ok(?:ay)?|great|perfect|got\s+it|(?:muito\s+)?obrigad[oa]|valeu|certo|perfeito|entendi)"
    r"[\s,;.!]*)+$"
)
_LEAD = re.compile(
    r"(?ix)^\s*(?:"
    r"(?:and|but|so|ok(?:ay)?)[,\s]+(?:what|how)\s+about\b | (?:what|how)\s+about\b"
    r"| (?:and|but|or)\b | (?:mas\s+)?e\s+(?:quanto\s+)(?:a|à|ao|aos|às)\b | (?:mas|ou)\b | e\b"
    r")[,\s]*"
)
_ASKS = re.compile(
    r"(?i)^(?:what|who|whom|whose|when|where|which|why|how|is|are|was|were|did|does|do|has|have"
    r"|had|can|could|will|would|should|list|show|name|o\s+que|que|quem|quando|onde|qual|quais|como|por\s*que"
    r"|por\s+quê|quant[oa]s?|em\s+que|liste|mostre|é|são|foi|foram|há)\b"
)
_A_PERIOD = (
    r"\b(?:fy\s?'?\d{2,4}|q[1-4](?:\s+(?:of\s+|de\s+)?(?:19|20)\d\d)?|[1-4][qt]\d{2,4}"
    r"|(?:19|20)\d\d)\b"
)
_PERIOD = re.compile(_A_PERIOD, re.IGNORECASE)
_WITHIN = r"(?:in|for|during|at|by|em|no|na|nos|nas|para|durante)"
_PERIOD_ALONE = re.compile(
    rf"(?i)^(?:(?:{_WITHIN}|of|d[aeo]s?)\s+)?(?:the\s+|o\s+|a\s+)?({_A_PERIOD})$"
)
_A_RANGE = (
    rf"{_A_PERIOD}(?:(?:\s*[,–-]\s*(?:(?:and|or|e|ou)\s+)?|\s+(?:to|and|or|through|until|a|até|e|ou)\s+)"
    rf"{_A_PERIOD})+"
)
_FROM_TO = rf"(?:between|from|entre|de|desde)\s+{_A_RANGE}"
_RANGE = re.compile(_A_RANGE, re.IGNORECASE)
_RANGE_TOLD = re.compile(rf"(?i)\b{_FROM_TO}")
_WHEN = re.compile(rf"(?i)\b(?:{_FROM_TO}|{_WITHIN}\s+(?:{_A_RANGE}|{_A_PERIOD}))")
_NAME = re.compile(
    r"[A-ZÀ-ÖØ-Þ0-9][\w&.'-]*(?:\s+(?:(?:&|of|and|de|da|do|das|dos)\s+)?[A-ZÀ-ÖØ-Þ][\w&.'-]*)*"
)
_MEASURE = re.compile(
    r"(?i)\b(?P<verb>was|were|is|are|foi|foram|é|são|era|eram)\s+"
    r"(?P<measure>(?:(?:the|a|an|o|os|as|um|uma)\s+)?.+?)"
    r"(?=\s+(?!(?:of|de)\s(?-i:[a-zà-ÿ]+)\s(?:of|d[aeo]s?)\s)"  # "o limite de crédito" da loja
    r"(?:of|in|for|at|during|by|from|de|do|da|dos|das|em|no|na|nos|nas|para)\b"
    rf"|\s+(?:between|entre)\s+{_A_PERIOD}|\s*\?*$)"
)
_ARTICLES = re.compile(
    r"(?i)^(?:(?:the|an?|o|os|as?|um|uma|d[oa]s?|de|of|in|for|em|n[oa]s?|ao?s?)\s+)+"
)
_HANGING = re.compile(rf"(?i)\s+(?:{_WITHIN}|of|de|do|da)$")
_THING = re.compile(
    r"(?i)\b(?:the|an?|o|os|as?|um|uma)\s+(?P<head>(?!que\b)[^\W\d_]{2,})(?:\s+(?P<more>[^\W\d_]{3,}))?"
)
_TO_THE_END = re.compile(
    r"(?P<words>(?:\s(?!(?:built|made|paid|\w+ed)\b)[^\W\d_]{2,}){1,2})(?:\s(?:built|made|paid|\w+ed))?\s*[?.!]*$"
)
_DEFINED = re.compile(
    r"(?i)^\W*(?:(?:what|who)(?:\s+(?:is|are|was|were)|['’]s)|o\s+que\s+(?:é|são|foi|foram)"
    r"|quem\s+(?:é|são|foi|foram))\s+(?P<thing>\w[\w.'-]*(?:\s\w[\w.'-]*){0,2})[\s?!.]*$"
)
_PARTICIPLE = re.compile(
    r"(?i)(?:ed|ing|ad[oa]s?|id[oa]s?|^(?:built|made|paid|done|written|sold|held|found|given|taken|set))$"
)
_ARTICLE = r"(?:the|an?|os?|as?|uma?)"
_PREPOSITION = (
    r"(?:of|in|on|for|to|from|with|at|by|about|d[aeo]s?|em|n[ao]s?|para|por|pel[ao]s?|com|sobre)"
)
# "the GDP of France" asks for a measure of what is named after it, and is no name as a whole.
_MEASURED = re.compile(
    rf"\b(?:is|are|was|were|é|são|foi|foram|era|eram)\s+{_ARTICLE}\s+[A-ZÀ-ÖØ-Þ]{{2,}}"
    rf"(?=\s+{_PREPOSITION}\s)"
)
# What a question without "is" asks about: "does the drill cost", "quem assinou o contrato".
_ABOUT = (
    re.compile(
        rf"(?i)\b(?:does|do|did|will|can|could|should|would|may|must)\s+"
        rf"(?P<thing>(?:the|an?)\s+(?:[\w-]+\s+){{0,5}}?[\w-]+)\s+\w+(?=[\s?.!]*$|\s+{_PREPOSITION}\b)"
    ),
    re.compile(
        rf"(?i)^(?:who|quem|quando|onde|quanto|como|o\s+que)\s+(?!(?:{_ARTICLE})\b)\w+\s+"
        rf"(?P<thing>{_ARTICLE}\s+[^,;]+)$"
    ),
)
# "fez o mestrado"
_LAST = re.compile(rf"(?i)\w\s(?P<thing>{_ARTICLE}(?:\s(?!{_PREPOSITION}\b)\w+){{1,4}})$")
_COUNTED = re.compile(
    r"(?i)^(?:how\s+many|quant[oa]s)\s+(?P<thing>\w+(?:\s\w+){0,2}?)\s+(?:were|was|are|is|did|do|does|have"
    r"|has|can|will|foram|são|há|existem)\b"
)
_IN_WHICH = re.compile(
    rf"(?i)^(?:{_PREPOSITION}|a)\s+(?:que|qual|quais|quant[oa]s|what|which)\s+\w+$"
)
_NO_SUBJECT = re.compile(
    r"(?i)^(?:quem|(?:desde\s+|até\s+)?quando|onde|como|quanto|por\s*que)\s+(?:se\s+|já\s+)?"
    r"(?:(?:é|foi|foram|será|serão|está|estão|era)\s+\w+(?:[ai]d[oa]s?|feit[oa]|abert[oa]|pag[oa]|escrit[oa])"
    r"|(?!(?:é|foi|há|tem|são|era|está)\b)\w+(?:am|em|ou|eu|iu|[ae]))$"
)
_MAY = frozenset("posso podemos pode podem devo devemos deve devem existe existem".split())
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
        (_names(asked) and not _of_a_person(asked, before))
        or (len(_telling(asked)) > _FEW_WORDS and not refers(asked, _topic(before)))
    ):
        return question
    if not lead and _NO_SUBJECT.match(fragment) and _topic(before):
        fact = _fact(before)
        is_whole = re.match(rf"(?i){_ARTICLE}\s", fact) and not _names(before)
        return f"{fragment} {fact if is_whole else _topic(before)}?"
    named = _with_names(rest, before)
    if named is not None:
        return named[:1].upper() + named[1:]
    if lead and fragment and not _telling(rest):  # "and when?" asks of what was done, as "When?"
        return f"{before.rstrip('?!. ')}: {rest}"
    own = [name for name in _names(rest) if not name.isupper()]  # "the CEO" is of someone
    if lead and fragment and not own and _topic(before):
        return f"{fragment[:1].upper()}{fragment[1:]} ({_topic(before)})?"
    # "Why?", "Quando?", "Em que ano?"
    if (len(_telling(rest)) == 0 and fragment) or _IN_WHICH.match(fragment):
        return f"{before.rstrip('?!. ')}: {rest}"
    return question


def _of_a_person(asked: str, before: str) -> bool:
    """Whether "she" stands before any name in it, as in "When did she join Ford?"."""
    named, known = _names(asked), _names(before)
    person = _PERSON.search(asked)
    return (
        person is not None
        and known[:1] != []
        and known[0] not in named
        and person.end() <= asked.find(named[0])
    )


def _is_question(fragment: str, language: Language) -> bool:
    """Whether it begins as a question does; "do" is a preposition in Portuguese."""
    asks = _ASKS.match(fragment)
    return asks is not None and not (language == "pt" and asks.group().lower() == "do")


def _owned(before: str, fragment: str) -> str | None:
    """What "its rank" asks of the earlier question's topic; None where nothing is owned."""
    topic = _topic(before)
    is_pt = detect(fragment, detect(before)) == "pt"
    bare = ownerless(fragment, "pt" if is_pt else "en")
    if not topic or bare == fragment:
        return None
    measure = _MEASURE.search(before)
    if measure and topic in before[measure.end() :]:  # what is said there stays: place and year
        return _replaced(before, bare)
    named = _with_names(fragment, before)
    if named is None:
        return None
    if measure and measure["measure"].startswith((f"{topic}'s ", f"{topic}’s ")):
        return _replaced(before, named)
    if not (when := _WHEN.search(before)) or _PERIOD.search(fragment):
        return f"{'Qual é' if is_pt else 'What is'} {named}?"
    return f"{'Qual foi' if is_pt else 'What was'} {named} {when.group()}?"


def _replaced(before: str, fragment: str) -> str:
    """The earlier question with the fragment in its like's place, or after it."""
    body, end = before.rstrip("?!. "), "?"
    if _RANGE_TOLD.fullmatch(fragment):
        return (_WHEN.sub(fragment, body) if _WHEN.search(body) else f"{body} {fragment}") + end
    if period := _PERIOD_ALONE.match(fragment):
        placed = _placed(fragment, before)
        if _PERIOD.search(body):
            return _dated(body, period.group(1), placed) + end
        return f"{body} {placed}{end}"
    bare = _ARTICLES.sub("", fragment)
    told = _HANGING.sub("", _PERIOD.sub("", bare).strip())
    names = _names(body)
    if _NAME.fullmatch(told) and names:
        replaced = body.replace(_like(told, names), told, 1)
        years = _PERIOD.findall(bare)
        dated = _dated(replaced, years[0], _placed(years[0], before)) if years else replaced
        return dated + end
    if not _NAME.fullmatch(told) and (put := _put_in_place(body, fragment)):
        return put + end
    if not _NAME.fullmatch(told) and (measure := _MEASURE.search(body)):
        start, stop = measure.span("measure")
        if (last := body[start:stop].rpartition(" "))[0] and _PARTICIPLE.search(last[2]):
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
    if lead := re.match(rf"(?i)({_PREPOSITION})\s", fragment):
        led = rf"(?i)\b{_same_preposition(lead[1])}(?:\s(?!{_PREPOSITION}\b)\w+)+"
        same = [*re.finditer(rf"{led}(?=$|\s{_WITHIN}\s{_A_PERIOD})", body)]
        if not same:
            return f"{body} {fragment}"
        start, end = same[-1].span()
        return f"{body[:start]}{fragment}{body[end:]}"
    if _PERIOD.search(fragment):
        return ""
    has_article = re.match(rf"(?i){_ARTICLE}\s", fragment) is not None
    in_turn = (*_ABOUT, *([] if _MEASURE.search(body) else [_LAST])) if has_article else (_COUNTED,)
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
    return _PERIOD.sub(period, told)


def _with_names(question: str, before: str) -> str | None:
    """The question with its pronouns told by what the earlier one was about; None without any."""
    topic = _topic(before)
    if not topic:
        return None
    told = told_of(question, topic, _fact(before) or topic, detect(question, detect(before)))
    return told if told != question else None


def _topic(question: str) -> str:
    """What a question is about: its first name, or else the last thing that it mentions."""
    names = _names(question)
    if names:
        return names[0]
    things = list(_THING.finditer(question))
    if not things:
        defined = _DEFINED.match(question)
        return defined["thing"].rstrip(".") if defined else ""
    thing, more = things[-1].group(), things[-1].group("more")
    about = _ABOUT[0].search(question)
    if about and about.start("thing") == things[-1].start():  # its verb is no part of it
        return about["thing"]
    if more and (_PARTICIPLE.search(more) or more.lower() in ALL_STOP_WORDS):
        return thing[: -len(more)].strip()
    if detect(question) == "en" and (rest := _TO_THE_END.match(question, things[-1].end())):
        return thing + rest["words"]
    return thing


def _fact(question: str) -> str:
    """What a question asks for, with all that narrows it: "the revenue of Pfizer in 2021"."""
    measure = _MEASURE.search(question)
    return question[measure.start("measure") :].rstrip("?!. ") if measure else ""


def _names(question: str) -> list[str]:
    """Runs of capitalised words; a word that asks, a period or a measure's letters are no names."""
    told = _MEASURED.sub(lambda measured: measured.group().lower(), question)
    runs = [match.group() for match in _NAME.finditer(told)]
    if runs and told.startswith(runs[0]) and _begins_a_question(told):
        runs[0] = runs[0].partition(" ")[2]  # "Onde Ana Silva" fez o mestrado
    found = [run for run in runs if run and not _PERIOD.fullmatch(run) and not run.isdigit()]
    return [re.sub(r"['’]s$", "", name).rstrip("?.,!") for name in found]


def _begins_a_question(question: str) -> bool:
    """Whether its first word is capital for standing first: "Quem", "Em que", "Posso"."""
    first = question.split(maxsplit=1)[0].lower() if question.strip() else ""
    return _ASKS.match(question) is not None or first in ALL_STOP_WORDS or first in _MAY


def _placed(fragment: str, before: str) -> str:
    if re.match(rf"(?i)(?:{_WITHIN}|of|d[aeo]s?)\b", fragment):
        return fragment
    return f"{'em' if detect(before) == 'pt' else 'in'} {fragment}"


def _telling(question: str) -> list[str]:
    words = re.findall(r"\w+", question.lower())
    return [word for word in words if word not in ALL_STOP_WORDS]

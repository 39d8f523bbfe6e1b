"""A follow-up into a question that stands on its own: "and in 2022?", "e a Pfizer?". Pure.

By rules, which work whatever the model: what the follow-up brings takes the place of its like in
the question before (a year of a year, a name of a name, a measure of a measure), and a pronoun
is replaced by what that question was about. The reader is shown what was made of the question.
"""

import re
from collections.abc import Sequence
from functools import reduce

from rag_app.language import STOP_WORDS, detect

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
    r"|had|can|could|will|would|should|list|show|name|o\s+que|quem|quando|onde|qual|quais|como|por\s*que"
    r"|por\s+quê|quant[oa]s?|em\s+que|liste|mostre|é|são|foi|foram|há)\b"
)
_A_PERIOD = (
    r"\b(?:fy\s?'?\d{2,4}|q[1-4](?:\s+(?:of\s+|de\s+)?(?:19|20)\d\d)?|[1-4]q\d{2,4}"
    r"|(?:19|20)\d\d)\b"
)
_PERIOD = re.compile(_A_PERIOD, re.IGNORECASE)
_WITHIN = r"(?:in|for|during|at|by|em|no|na|nos|nas|para|durante)"
_PERIOD_ALONE = re.compile(rf"(?i)^(?:{_WITHIN}\s+)?(?:the\s+|o\s+|a\s+)?({_A_PERIOD})$")
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
    r"(?=\s+(?:of|in|for|at|during|by|from|de|do|da|dos|das|em|no|na|nos|nas|para)\b"
    rf"|\s+(?:between|entre)\s+{_A_PERIOD}|\s*\?*$)"
)
_ARTICLES = re.compile(
    r"(?i)^(?:(?:the|an?|o|os|as?|um|uma|d[oa]s?|de|of|in|for|em|n[oa]s?|ao?s?)\s+)+"
)
_HANGING = re.compile(rf"(?i)\s+(?:{_WITHIN}|of|de|do|da)$")
_THING = re.compile(
    r"(?i)\b(?:the|an?|o|os|as?|um|uma)\s+(?P<head>(?!que\b)[^\W\d_]{2,})(?:\s+(?P<more>[^\W\d_]{3,}))?"
)
_DEFINED = re.compile(
    r"(?i)^\W*(?:(?:what|who)(?:\s+(?:is|are|was|were)|['’]s)|o\s+que\s+(?:é|são|foi|foram)"
    r"|quem\s+(?:é|são|foi|foram))\s+(?P<thing>\w[\w.'-]*(?:\s\w[\w.'-]*){0,2})[\s?!.]*$"
)
_PARTICIPLE = re.compile(r"(?i)(?:ed|ing|ad[oa]s?|id[oa]s?)$")
_POSSESSIVE_EN = re.compile(r"(?i)\b(?:its|their|his)\b")
_PRONOUN_EN = re.compile(r"(?i)\b(?:it|they|them|he|she|him)\b")
_BE = r"(?:is|are|was|were|has|have|had)"
_DO = r"(?:does|do|did|can|could|will|would|should|may|might|must)"
_PREPOSITION = r"(?:of|in|on|for|to|from|with|at|by|about|like|than|after|before|during|behind)"
_ENDS = r"(?=\s*(?:[?.!;]|$))"
_ENDS_OR_GOES_ON = (
    r"(?=\s*(?:[?.!;]|$)|\s+(?:in|on|by|for|at|from|with|to|about|as|than|and|or|but|because|before"
    r"|after|since|during|when|if|again|still|ever|also|not|only|really|exactly)\b)"
)
# Where "this" and "that" stand for what was said, not before a noun ("this report") nor for a
# conjunction ("said that ...", "the toll that trucks pay"): at the end, or after a verb's or a
# preposition's word and before one that is no noun.
_FACT_EN = tuple(
    re.compile(f"(?i){pattern}")
    for pattern in (
        rf"\b(?P<fact>this|that){_ENDS}",
        rf"\b(?P<fact>this){_ENDS_OR_GOES_ON}",
        rf"(?:^|\b(?:{_BE}|{_DO}|{_PREPOSITION}|why|how|and|but|if|when|because)\s+)(?P<fact>this|that)"
        rf"(?:{_ENDS_OR_GOES_ON}|(?=\s+(?:{_BE}|{_DO})\b))",
        rf"\b{_BE}\s+(?P<fact>this|that)(?=\s+(?:so\s+|not\s+|still\s+)?(?:\w+ed|built|made|paid|done"
        r"|known|written|sold|held|found|given|shown|taken|called|happening|working|changing|true"
        r"|false|correct|right|wrong|important|different|similar|possible|necessary|needed|good|bad"
        r"|new|enough|legal|safe|allowed|more|less|higher|lower|larger|smaller|better|worse|longer"
        rf"|shorter){_ENDS_OR_GOES_ON})",
        rf"\b{_DO}\s+(?P<fact>this|that)(?=\s+(?:also\s+|still\s+|not\s+)?(?:\w+{_ENDS}|(?:mean|work|cost"
        r"|happen|include|affect|apply|help|change|compare|differ|take|make|lead|come|go|start|end"
        r"|have|say|relate|matter|require|need|use|look|contain|be)\b))",
    )
)
_NOUN_EN = re.compile(
    rf"(?i)(?:\bthis|(?:^|\b(?:{_BE}|{_DO}|{_PREPOSITION})\s+)(?P<that>that))\s+(?P<noun>\w+)"
)
_NO_PRONOUN = r"(?!(?:it|they|he|she|you|i|we|this|that|its|their|his|there)\b)"
# What stands before "its" where its owner is in the same question: the subject of a verb before it.
_OWNERS_EN = tuple(
    re.compile(f"(?i){pattern}")
    for pattern in (
        rf"\b{_DO}\s+{_NO_PRONOUN}(?!(?:(?:the|an?)\s+)?\w+\s+{_PREPOSITION}\s*$)\w+\s+\w+",
        rf"^(?:which|what)\s+(?!{_BE}\b|{_DO}\b)\w+\s+(?:{_BE}\s+)?(?!{_BE}\b|{_DO}\b|{_PREPOSITION}\b)\w+",
        rf"^(?:(?:why|when|where|how)\s+)?{_BE}\s+(?:(?:the|an?)\s+)?{_NO_PRONOUN}(?!(?:the|an?)\b)\w+\s+"
        r"(?:\w+\s+)?\w+(?:ing|ed)\b",
        rf"\b(?:an?|each|every|any)\s+(?!(?:\w+\s+){{1,2}}{_PREPOSITION}\s*$)\w+\s+\w+",
    )
)
_OF_AT_END = re.compile(r"(?i)\b(?:of|d[aeo]s?)\s*$")
_OF_PT = re.compile(r"(?i)\bd(?:ele|ela|eles|elas)\b")
_PRONOUN_PT = re.compile(r"(?i)\b(?:ele|ela|eles|elas)\b")
_FACT_PT = re.compile(r"(?i)\b(?:isso|isto)\b")
_POSSESSIVE_PT = re.compile(r"(?i)\b((?:o|a|os|as)\s+)?(?:seus?|suas?)\s+(\w+)")
_BE_PT = r"(?:é|são|foi|foram|era|eram|está|estão)"
_PREPOSITION_PT = r"(?:d[aeo]s?|em|n[ao]s?|para|por|pel[ao]s?|com|sobre|aos?|à|às)"
_OWNERS_PT = tuple(
    re.compile(f"(?i){pattern}")
    for pattern in (
        rf"^(?:como|quando|onde|por\s*que|quanto)\s+(?:[oa]s?|uma?)\s+(?!seus?\b|suas?\b)\w+\s+"
        rf"(?!{_PREPOSITION_PT}\b)\w+",
        rf"^(?:quais|qual|que)\s+(?!{_BE_PT}\b|[oa]s?\b)\w+\s+(?!{_BE_PT}\b|{_PREPOSITION_PT}\b|[oa]s?\b)\w+",
        rf"\b(?:uma?|cada|tod[oa]|algum|alguma|qualquer)\s+\w+\s+(?!{_PREPOSITION_PT}\b)\w+",
    )
)
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
    if lead and fragment and not _ASKS.match(fragment):
        if (owned := _owned(before, fragment)) is not None:
            return owned
        return _replaced(before, fragment)
    if _PERIOD_ALONE.match(fragment):
        return _replaced(before, fragment)
    if not lead and (
        _names(asked) or (len(_telling(asked)) > _FEW_WORDS and not _refers(asked, before))
    ):
        return question
    named = _with_names(rest, before)
    if named is not None:
        return named[:1].upper() + named[1:]
    own = [name for name in _names(rest) if not name.isupper()]  # "the CEO" is of someone
    if lead and fragment and not own and _topic(before):
        return f"{fragment[:1].upper()}{fragment[1:]} ({_topic(before)})?"
    if len(_telling(rest)) == 0 and fragment:  # "Why?", "Quando?"
        return f"{before.rstrip('?!. ')}: {rest}"
    return question


def _owned(before: str, fragment: str) -> str | None:
    """What "its rank" asks of the earlier question's topic; None where nothing is owned."""
    topic = _topic(before)
    is_pt = detect(fragment, detect(before)) == "pt"
    patterns = (_OF_PT, _POSSESSIVE_PT) if is_pt else (_POSSESSIVE_EN,)
    if not topic or not any(pattern.search(fragment) for pattern in patterns):
        return None
    measure = _MEASURE.search(before)
    if measure and topic in before[measure.end() :]:  # what is said there stays: place and year
        bare = fragment
        for pattern, instead in zip(patterns, ("", r"\1\2") if is_pt else ("the",), strict=True):
            bare = pattern.sub(instead, bare)
        return _replaced(before, bare.strip())
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
        replaced = body.replace(names[0], told, 1)
        years = _PERIOD.findall(bare)
        dated = _dated(replaced, years[0], _placed(years[0], before)) if years else replaced
        return dated + end
    if not _NAME.fullmatch(told) and (measure := _MEASURE.search(body)):
        start, stop = measure.span("measure")
        if when := _WHEN.search(fragment):
            said = f"{body[:start]}{_WHEN.sub('', fragment).strip()}{body[stop:]}"
            return _replaced(said, when.group())
        return f"{body[:start]}{fragment}{body[stop:]}{end}"
    return f"{body} {fragment}{end}"


def _dated(body: str, period: str, placed: str) -> str:
    """With the period for every other; what says "from ... to" has no place for one alone."""
    told = _RANGE.sub(period, _RANGE_TOLD.sub(placed, body))
    return _PERIOD.sub(period, told)


def _with_names(question: str, before: str) -> str | None:
    """The question with its pronouns told by what the earlier one was about; None without any."""
    topic = _topic(before)
    if not topic:
        return None
    if detect(question, detect(before)) == "pt":
        told = _OF_PT.sub(f"de {topic}", question)
        if not _has_owner(told):
            told = _POSSESSIVE_PT.sub(rf"\1\2 de {topic}", told)
        told = _PRONOUN_PT.sub(topic, told)
        told = _FACT_PT.sub(lambda _: _fact(before) or topic, told)
    else:
        told = question
        if not _has_owner(told):
            told = _POSSESSIVE_EN.sub(f"{topic}'s", told)
        told = _PRONOUN_EN.sub(topic, told, count=1)
        if found := _fact_in(told):
            start, end = found.span("fact")
            told = f"{told[:start]}{_fact(before) or topic}{told[end:]}"
        elif pointed := _same_noun(told, topic):
            start, end = pointed
            told = f"{told[:start]}{topic}{told[end:]}"
    return told if told != question else None


def _refers(question: str, before: str) -> bool:
    """Whether it has a pronoun for something that it does not name itself."""
    if detect(question) == "pt":
        patterns, possessive = [_OF_PT, _PRONOUN_PT, _FACT_PT], _POSSESSIVE_PT
    else:
        if _fact_in(question) or _same_noun(question, _topic(before)):
            return True
        patterns, possessive = [_PRONOUN_EN], _POSSESSIVE_EN
    if any(pattern.search(question) for pattern in patterns):
        return True
    return possessive.search(question) is not None and not _has_owner(question)


def _fact_in(question: str) -> re.Match[str] | None:
    """The first "this" or "that" which stands for what was said."""
    return next(filter(None, (pattern.search(question) for pattern in _FACT_EN)), None)


def _same_noun(question: str, topic: str) -> tuple[int, int] | None:
    """Where "this bridge" stands, if the topic is a bridge."""
    for found in _NOUN_EN.finditer(question):
        if found["noun"].lower() in topic.lower().split():
            return found.start("that") if found["that"] else found.start(), found.end()
    return None


def _has_owner(question: str) -> bool:
    """Whether what "its" stands for comes before it: "How does a council publish its budget?"."""
    is_pt = detect(question) == "pt"
    found = (_POSSESSIVE_PT if is_pt else _POSSESSIVE_EN).search(question)
    if found is None or _OF_AT_END.search(ahead := question[: found.start()]):
        return False
    return any(owner.search(ahead) for owner in (_OWNERS_PT if is_pt else _OWNERS_EN))


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
    if more and (_PARTICIPLE.search(more) or more.lower() in _STOP):
        return thing[: -len(more)].strip()
    return thing


def _fact(question: str) -> str:
    """What a question asks for, with all that narrows it: "the revenue of Pfizer in 2021"."""
    measure = _MEASURE.search(question)
    return question[measure.start("measure") :].rstrip("?!. ") if measure else ""


def _names(question: str) -> list[str]:
    """Runs of capitalised words after the first word; periods are no names."""
    found = [
        match.group()
        for match in _NAME.finditer(question)
        if (match.start() > 0 or not _ASKS.match(question))
        and not _PERIOD.fullmatch(match.group())
        and not match.group().isdigit()
    ]
    return [re.sub(r"['’]s$", "", name).rstrip("?.,!") for name in found]


def _placed(fragment: str, before: str) -> str:
    if re.match(rf"(?i){_WITHIN}\b", fragment):
        return fragment
    return f"{'em' if detect(before) == 'pt' else 'in'} {fragment}"


def _telling(question: str) -> list[str]:
    words = re.findall(r"\w+", question.lower())
    return [word for word in words if word not in _STOP]


_STOP = STOP_WORDS["en"] | STOP_WORDS["pt"]

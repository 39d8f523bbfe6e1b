"""Pronouns that stand for what an earlier question was about, in English and Portuguese. Pure.

"it", "its", "this", "dele", "seu", "isso": told from those that stand for something in their own
question ("its budget" where a council is named before it) and from words that only look so ("the
toll that trucks pay").
"""

import re

from rag_app.language import Language, detect

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
# "Quem a fundou?": an object before its verb, where an article would stand before a noun.
_OBJECT_PT = re.compile(
    r"(?i)^(?P<asks>quem)\s+[oa]s?\s+(?P<verb>\w+)(?=[\s?.!]*$|\s+(?:em|n[ao]s?|por|pel[ao]s?|para)\b)"
    r"|^(?P<how>quando|onde|como|por\s*que)\s+[oa]s?\s+(?P<done>\w+(?:ou|eu|iu|ram|vam))(?=[\s?.!]*$)"
)
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


def refers(question: str, topic: str) -> bool:
    """Whether it has a pronoun for something that it does not name itself."""
    if detect(question) == "pt":
        patterns, possessive = [_OF_PT, _PRONOUN_PT, _FACT_PT, _OBJECT_PT], _POSSESSIVE_PT
    else:
        if _fact_in(question) or _same_noun(question, topic):
            return True
        patterns, possessive = [_PRONOUN_EN], _POSSESSIVE_EN
    if any(pattern.search(question) for pattern in patterns):
        return True
    return possessive.search(question) is not None and not _has_owner(question)


def told_of(question: str, topic: str, fact: str, language: Language) -> str:
    """The question with its pronouns for a thing told by ``topic``, "this" and "that" by ``fact``.

    >>> told_of("Who designed it?", "the bridge", "the length of the bridge", "en")
    'Who designed the bridge?'
    """
    told = question
    if language == "pt":
        told = _OF_PT.sub(f"de {topic}", told)
        if not _has_owner(told):
            told = _POSSESSIVE_PT.sub(rf"\1\2 de {topic}", told)
        told = _PRONOUN_PT.sub(topic, told)
        told = _OBJECT_PT.sub(
            lambda it: f"{it['asks'] or it['how']} {it['verb'] or it['done']} {topic}", told
        )
        return _FACT_PT.sub(lambda _: fact, told)
    if not _has_owner(told):
        told = _POSSESSIVE_EN.sub(f"{topic}'s", told)
    told = _PRONOUN_EN.sub(topic, told, count=1)
    if found := _fact_in(told):
        start, end = found.span("fact")
        return f"{told[:start]}{fact}{told[end:]}"
    if pointed := _same_noun(told, topic):
        start, end = pointed
        return f"{told[:start]}{topic}{told[end:]}"
    return told


def ownerless(fragment: str, language: Language) -> str:
    """A fragment such as "its rank" without its "its"; as it is where it has none.

    >>> ownerless("its rank", "en")
    'the rank'
    """
    if language == "en":
        return _POSSESSIVE_EN.sub("the", fragment)
    return _POSSESSIVE_PT.sub(r"\1\2", _OF_PT.sub("", fragment)).strip()


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

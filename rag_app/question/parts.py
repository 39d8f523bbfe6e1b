"""The parts of a question: its names, periods, what it is about and what it asks for. Pure."""

import re

from rag_app.language import ALL_STOP_WORDS, detect

# What a question opens with; a follow-up may have no such word.
ASKS = re.compile(
    r"(?i)^(?:what|who|whom|whose|when|where|which|why|how|is|are|was|were|did|does|do|has|have"
    r"|had|can|could|will|would|should|list|show|name|o\s+que|que|quem|quando|onde|qual|quais|como|por\s*que"
    r"|por\s+quê|quant[oa]s?|em\s+que|liste|mostre|é|são|foi|foram|há)\b"
)
_MAY = frozenset("posso podemos pode podem devo devemos deve devem existe existem".split())
ARTICLE = r"(?:the|an?|os?|as?|uma?)"
PREPOSITION = (
    r"(?:of|in|on|for|to|from|with|at|by|about|d[aeo]s?|em|n[ao]s?|para|por|pel[ao]s?|com|sobre)"
)
WITHIN = r"(?:in|for|during|at|by|em|no|na|nos|nas|para|durante)"  # before a period or a place
# FY22, Q3 of 2022, 3T23, 2021.
A_PERIOD = (
    r"\b(?:fy\s?'?\d{2,4}|q[1-4](?:\s+(?:of\s+|de\s+)?(?:19|20)\d\d)?|[1-4][qt]\d{2,4}"
    r"|(?:19|20)\d\d)\b"
)
PERIOD = re.compile(A_PERIOD, re.IGNORECASE)
# "Johnson & Johnson", "CP-100", "Banco do Brasil".
NAME = re.compile(
    r"[A-ZÀ-ÖØ-Þ0-9][\w&.'-]*(?:\s+(?:(?:&|of|and|de|da|do|das|dos)\s+)?[A-ZÀ-ÖØ-Þ][\w&.'-]*)*"
)
# What is asked for: all between "was" and "of Pfizer", "in 2021" or the end.
MEASURE = re.compile(
    r"(?i)\b(?:was|were|is|are|foi|foram|é|são|era|eram)\s+"
    r"(?P<measure>(?:(?:the|a|an|o|os|as|um|uma)\s+)?.+?)"
    r"(?=\s+(?!(?:of|de)\s(?-i:[a-zà-ÿ]+)\s(?:of|d[aeo]s?)\s)"  # "o limite de crédito" da loja
    r"(?:of|in|for|at|during|by|from|de|do|da|dos|das|em|no|na|nos|nas|para)\b"
    rf"|\s+(?:between|entre)\s+{A_PERIOD}|\s*\?*$)"
)
# "the GDP of France" asks for a measure of what is named after it, and is no name as a whole.
_MEASURED = re.compile(
    rf"\b(?:is|are|was|were|é|são|foi|foram|era|eram)\s+{ARTICLE}\s+[A-ZÀ-ÖØ-Þ]{{2,}}"
    rf"(?=\s+{PREPOSITION}\s)"
)
# "the bridge", "the toll road": with the word after it, which may be a verb.
_THING = re.compile(
    r"(?i)\b(?:the|an?|o|os|as?|um|uma)\s+(?!que\b)[^\W\d_]{2,}(?:\s+(?P<more>[^\W\d_]{3,}))?"
)
# The last words of a question, without its verb: "the toll| revenue".
_TO_THE_END = re.compile(
    r"(?P<words>(?:\s(?!(?:built|made|paid|\w+ed)\b)[^\W\d_]{2,}){1,2})(?:\s(?:built|made|paid|\w+ed))?\s*[?.!]*$"
)
# "What is LoRA?", "Quem foi Ana Silva?".
_DEFINED = re.compile(
    r"(?i)^\W*(?:(?:what|who)(?:\s+(?:is|are|was|were)|['’]s)|o\s+que\s+(?:é|são|foi|foram)"
    r"|quem\s+(?:é|são|foi|foram))\s+(?P<thing>\w[\w.'-]*(?:\s\w[\w.'-]*){0,2})[\s?!.]*$"
)
# "opened", "built", "construída".
PARTICIPLE = re.compile(
    r"(?i)(?:ed|ing|ad[oa]s?|id[oa]s?|^(?:built|made|paid|done|written|sold|held|found|given|taken|set))$"
)
# What a question without "is" asks about: "does the drill cost", "quem assinou o contrato".
ABOUT = (
    re.compile(
        rf"(?i)\b(?:does|do|did|will|can|could|should|would|may|must)\s+"
        rf"(?P<thing>(?:the|an?)\s+(?:[\w-]+\s+){{0,5}}?[\w-]+)\s+\w+(?=[\s?.!]*$|\s+{PREPOSITION}\b)"
    ),
    re.compile(
        rf"(?i)^(?:who|quem|quando|onde|quanto|como|o\s+que)\s+(?!(?:{ARTICLE})\b)\w+\s+"
        rf"(?P<thing>{ARTICLE}\s+[^,;]+)$"
    ),
)


def topic_of(question: str) -> str:
    """What a question is about: its first name, or else the last thing that it mentions."""
    names = names_in(question)
    if names:
        return names[0]
    things = list(_THING.finditer(question))
    if not things:
        defined = _DEFINED.match(question)
        return defined["thing"].rstrip(".") if defined else ""
    thing, more = things[-1].group(), things[-1].group("more")
    about = ABOUT[0].search(question)
    if about and about.start("thing") == things[-1].start():  # its verb is no part of it
        return about["thing"]
    if more and (PARTICIPLE.search(more) or more.lower() in ALL_STOP_WORDS):
        return thing[: -len(more)].strip()
    if detect(question) == "en" and (rest := _TO_THE_END.match(question, things[-1].end())):
        return thing + rest["words"]
    return thing


def fact_of(question: str) -> str:
    """What a question asks for, with all that narrows it: "the revenue of Pfizer in 2021"."""
    measure = MEASURE.search(question)
    return question[measure.start("measure") :].rstrip("?!. ") if measure else ""


def names_in(question: str) -> list[str]:
    """Runs of capitalised words; a word that asks, a period or a measure's letters are no names."""
    told = _MEASURED.sub(lambda measured: measured.group().lower(), question)
    runs = [match.group() for match in NAME.finditer(told)]
    if runs and told.startswith(runs[0]) and _begins_a_question(told):
        runs[0] = runs[0].partition(" ")[2]  # "Onde Ana Silva" fez o mestrado
    found = [run for run in runs if run and not PERIOD.fullmatch(run) and not run.isdigit()]
    return [re.sub(r"['’]s$", "", name).rstrip("?.,!") for name in found]


def telling_words(question: str) -> list[str]:
    """Its words without those that any question has."""
    words = re.findall(r"\w+", question.lower())
    return [word for word in words if word not in ALL_STOP_WORDS]


def _begins_a_question(question: str) -> bool:
    """Whether its first word is capital for standing first: "Quem", "Em que", "Posso"."""
    first = question.split(maxsplit=1)[0].lower() if question.strip() else ""
    return ASKS.match(question) is not None or first in ALL_STOP_WORDS or first in _MAY

"""Questions that ask what something is, and sentences that say it. Pure.

Both sides of a definition are told by a few forms of words (Hearst, "Automatic Acquisition of
Hyponyms from Large Text Corpora", 1992), in English and Portuguese.
"""

import re

_ASKED = re.compile(
    r"(?ix)^\s*(?:"
    r"(?:(?:what|who)(?:\s+(?:is|are|was|were)|'s|’s)|define|explain|describe"
    r"|(?:o\s+que|quem)\s+(?:é|e|são|foi|foram|era|eram)|o\s+que\s+significa|defina|explique|descreva)"
    r"\s+(?:(?:an?|the|o|a|os|as|um|uma)\s+)?(?P<topic>[^?]{2,40}?)"
    r"|what\s+(?:does|do)\s+(?P<meaning>[^?]{2,40}?)\s+(?:mean|stand\s+for)"
    r")\s*[?.!]*\s*$"
)
_MOST_WORDS = 3  # of what is asked for; with more, the question is about something of it
_INSIDE = frozenset(
    "of in on at for by to from with and or"
    " de do da dos das em no na nos nas para por com e ou".split()
)
_IS = (
    r"(?:is|are|was|were|means?|refers?\s+to|stands?\s+for|consists?|denotes?"
    r"|é|são|foi|foram|significam?|consistem?|designam?|representam?|serve[m]?\s+para)"
)
_CALLED = (
    r"(?:called|known\s+as|named|termed|or|chamad[oa]s?(?:\s+de)?|conhecid[oa]s?\s+como"
    r"|denominad[oa]s?|ou)"
)
_PROSE_ENDS = tuple(".!?:;…")


def defined_by(question: str) -> str:
    """What the question asks the meaning of; "" for any other question."""
    match = _ASKED.match(question)
    topic = (match["topic"] or match["meaning"]).strip() if match else ""
    words = topic.lower().split()
    return topic if words and len(words) <= _MOST_WORDS and not _INSIDE & {*words} else ""


def defines(text: str, topic: str) -> float:
    """1 where the text says what the topic is, 0 where it does not, -1 where it is no sentence."""
    one = re.escape(topic.removesuffix("s"))
    if re.search(rf"(?i)\([^()\"“”«»]{{0,60}}[\"“«]{one}(?:s|es)?[\"”»]\)", text):
        return 1.0  # a contract's list of its parties: Ash Ltd (the "Landlord") and ...
    if not text.rstrip("*_`”\"') ").endswith(_PROSE_ENDS):
        return -1.0
    name = rf"(?<!\w)[*_`\"“]*{one}(?:s|es)?[*_`\"”]*(?!\w)"
    aside = r"(?:\s*\([^()]{1,80}\))?(?:,[^,.;]{1,80},)?"
    forms = rf"(?i){name}{aside}\s+{_IS}\b|\b{_CALLED}\s+(?:an?\s+|the\s+|o\s+|a\s+)?{name}"
    return 1.0 if re.search(forms, text) else 0.0

"""Questions over everything told from others, and what they look for: "A or B", "A and B". Pure."""

import re
from dataclasses import dataclass

from rag_app.language import Language, detect
from rag_app.terms import words_of

_FILES = (
    r"(?:documents?|files?|reports?|papers?|articles?|texts?|contracts?|documentos?"
    r"|arquivos?|ficheiros?|relatórios?|artigos?|textos?|contratos?)"
)
_BEFORE = r"(?!(?:of|and|or|in|for|to|from|on|d[aeo]s?|e|ou|em|para|que)\b)"  # "the word of God"
# What a question says of its asking, not of what it looks for.
_ASKED_AS = (
    r"(?:(?:the\s+)?(?:words?|terms?|phrases?|expressions?|keywords?)\s+(?=[\"“«'])"
    rf"|the\s+(?:words|(?:word|term|phrase|expression|keyword))\s+{_BEFORE}"
    r"|(?:[ao]s?\s+)?(?:palavras?|termos?|express(?:ão|ões)|frases?)\s+(?=[\"“«'])"
    rf"|(?:as\s+palavras|a\s+palavra|o\s+termo|a\s+expressão|a\s+frase)\s+{_BEFORE}"
    r"|(?:any\s+|some\s+)?(?:information|info|details?|data|facts?|something|anything)"
    r"\s+(?:about|on|regarding|concerning)\s+"
    r"|(?:alguma\s+)?(?:informaç(?:ão|ões)|dados|detalhes|algo)\s+(?:sobre|acerca\s+d[aeo]s?)\s+"
    r"|(?:an?\s+|any\s+|some\s+)?(?:mentions?\s+of|references?\s+to)\s+"
    r"|(?:uma\s+|alguma\s+)?(?:menç(?:ão|ões)|referências?)\s+(?:a|à|d[aeo]|ao)s?\s+)"
)
_MENTION = (
    r"(?:mentions?|cites?|contains?|names?|discuss(?:es)?|covers?|includes?|refers?\s+to"
    r"|speaks?\s+(?:of|about)|talks?\s+about|(?:is|are)\s+about|deals?\s+with|mencionam?|citam?|contêm|contém"
    r"|fala[m]?\s+(?:de|do|da|dos|das|sobre)|tratam?\s+(?:de|do|da|dos|das)|discutem?|incluem?"
    r"|se\s+referem?\s+(?:a|ao|à|aos|às)"
    rf"|(?:ha(?:ve|s)|holds?|gives?|provides?|t[eê]m|possu(?:i|em)|traz(?:em)?|d(?:á|ão))(?=\s+{_ASKED_AS}))"
)
_MENTIONED = r"(?:mentioned|cited|mencionad[oa]s?|citad[oa]s?)"
_IS = r"(?:is|are|é|são)"
# "is the toll mentioned", "a ponte é citada", "é citada a ponte"
_PASSIVE = (
    rf"(?:{_IS}\s+(?P<topic>.+?)\s+{_MENTIONED}|(?P<first>.+?)\s+{_IS}\s+{_MENTIONED}"
    rf"|(?:é|são)\s+{_MENTIONED}\s+(?P<last>.+?))"
)
_IN_THEM = (
    r"(?:\s+(?:(?:in|within|across|throughout)\s+(?:(?:all|any)\s+)?(?:of\s+)?"
    r"(?:(?:the|these|those|this|my|our|your)\s+)?|em\s+(?:todos\s+)?(?:os\s+|meus\s+)?|n[oa]s?\s+|n?est[ea]s?\s+)"
    r"(?:documents?|files?|collection|index|library|documentos?|arquivos?|ficheiros?|coleção|índice|biblioteca))"
)
_END = r"\s*[?.!]*\s*$"
# "Qual artigo trata ..." asks a law for a number.
_BY_FILE = re.compile(
    rf"(?ix)^\s*(?:(?:which|what|how\s+many|quais|qual(?!\s+artigo)|que|quantos|quantas)\s+"
    rf"(?:of\s+(?:the|these|my)\s+|dos\s+|das\s+)?"
    rf"|(?:list|show|find|name|liste|mostre|encontre|enumere)\s+(?:me\s+)?(?:all\s+|every\s+|each\s+|todos\s+|todas\s+)?"
    rf"(?:the\s+|os\s+|as\s+)?){_FILES}\s+(?:that\s+|which\s+|que\s+)?{_MENTION}\s+(?P<topic>.+?){_END}"
)
_IN_FILES = re.compile(
    rf"(?ix)^\s*(?:in|em)\s+(?:which|what|how\s+many|quais|qual|que|quantos|quantas)\s+"
    rf"(?:of\s+(?:the|these|my)\s+|dos\s+|das\s+)?{_FILES}\s+{_PASSIVE}{_END}"
)
_ANY_FILES = r"(?:documents?|files?|documentos?|arquivos?|ficheiros?)"
# "Do any documents mention tolls?", "Is there a file about tolls?", "Show all reports about tolls"
_ANY = r"(?:any|some|all|every|an?|algum|alguns|todos|um)"
_ABOUT = r"(?:about|regarding|concerning|sobre|acerca\s+d[aeo]s?)"
_THAT_MENTION = rf"(?:(?:(?:that|which|que)\s+)?{_MENTION}|{_ABOUT})"
# An article or a contract on something may be a part of one document.
_WHOLE = r"(?:documents?|files?|reports?|papers?|documentos?|arquivos?|ficheiros?|relatórios?)"
_ANY_FILE = re.compile(
    rf"(?ix)^\s*(?:"
    rf"(?:do|does)\s+(?:(?:any|some)\s+(?:of\s+(?:the|these|my)\s+)?|the\s+|my\s+){_FILES}\s+{_MENTION}"
    rf"|(?:algum|alguns|os|meus)\s+{_ANY_FILES}\s+{_MENTION}"
    rf"|(?:(?:is|are)\s+there|do\s+(?:you|we|i)\s+have|há|existem?|tem|temos)\s+{_ANY}\s+{_WHOLE}\s+{_THAT_MENTION}"
    rf"|(?:list|show|find|name|liste|mostre|encontre|enumere)\s+(?:me\s+)?"
    rf"(?:(?:all|every|any|todos)\s+)?(?:the\s+|os\s+)?{_WHOLE}\s+"
    rf"{_ABOUT}"
    rf"|(?:which|what|how\s+many|quais|quantos)\s+{_WHOLE}\s+(?:(?:are|is|são|há|existem|do\s+(?:you|we|i)\s+have)\s+)?(?:there\s+)?"
    rf"(?:about|sobre))"
    rf"\s+(?P<topic>.+?){_END}"
)
_TIMES = re.compile(
    rf"(?ix)^\s*(?:(?:how\s+many\s+times|how\s+often)\s+(?:(?:does|do|is|are)\s+)(?P<topic>.+?)"
    rf"\s+(?:appear|occur|mentioned|cited|named)|quantas\s+vezes\s+(?:aparece[m]?|ocorre[m]?)\s+(?P<last>.+?)"
    rf"|quantas\s+vezes\s+(?P<first>.+?)\s+(?:aparece|ocorre)m?){_IN_THEM}?{_END}"
)
_HOW_OFTEN = re.compile(r"(?i)\s*(?:how\s+(?:many\s+times|often)|quantas\s+vezes)\b")
_BY_MENTION = re.compile(
    rf"(?ix)^\s*(?:list|show|find|liste|mostre|encontre)\s+(?:me\s+)?(?:all|every|each|todas|todos)\s+"
    rf"(?:the\s+|as\s+|os\s+)?(?:mentions?|occurrences?|passages?|references?|menções|ocorrências|trechos|referências)"
    rf"\s+(?:of|to|about|on|that\s+mention|a|ao|à|de|do|da|sobre)\s+(?P<topic>.+?){_IN_THEM}?{_END}"
)
_WHERE = re.compile(
    rf"(?ix)^\s*(?:where|onde|how\s+many\s+times|quantas\s+vezes){_IN_THEM}?\s+{_PASSIVE}{_IN_THEM}?{_END}"
)
_ALL = re.compile(
    rf"(?ix)^\s*(?:list|name|enumerate|show|liste|cite|enumere|mostre)\s+(?:me\s+)?"
    rf"(?:all|every|each|todos|todas|cada)\s+(?:of\s+)?(?:the\s+|os\s+|as\s+)?(?P<topic>.+?){_END}"
)
_HERE = (
    r"(?:\s+(?:in|of|from|within|em|no|na|do|da|deste|desta|neste|nesta)"
    r"(?:\s+(?:the|this|my|your|our|o|a|este|esta|meu|minha))?"
    r"\s+(?:index|collection|library|folder|knowledge\s+base|índice|coleção|biblioteca|pasta))"
)
_AT_HAND = (
    r"(?:are\s+there(?:\s+here)?|are|exist|(?:do|can)\s+(?:you|we|i)\s+(?:have|hold|know|see|read|search|access)"
    r"|have\s+you(?:\s+(?:got|read))?|(?:are\s+)?(?:indexed|available|loaded)|há(?:\s+aqui)?|existem|são"
    r"|(?:voc[eê]s?\s+|eu\s+|nós\s+)?(?:tem|têm|tenho|temos|conhece|conhecem|lê|leem|leu|leram)"
    r"|(?:estão\s+)?(?:indexados|disponíveis|carregados)|estão|est[aá])"
)
_DOCUMENTS = re.compile(
    rf"(?ix)^\s*(?:"
    rf"(?:which|what|how\s+many|quais|que|quantos)\s+(?:are\s+|são\s+)?(?:the\s+|os\s+)?{_ANY_FILES}"
    rf"(?:\s+{_AT_HAND})?{_HERE}?"
    rf"|(?:list|show|name|liste|mostre|enumere)\s+(?:me\s+)?(?:all\s+|every\s+|todos\s+)?(?:of\s+)?"
    rf"(?:the\s+|my\s+|your\s+|os\s+|meus\s+)?(?:indexed\s+|available\s+)?{_ANY_FILES}"
    rf"(?:\s+(?:that\s+|que\s+)?{_AT_HAND})?{_HERE}?){_END}"
)
_ARTICLE = re.compile(r"(?i)^(?:the|an?|os?|as?|uma?)\s+")
_ASKING = re.compile(rf"(?i)^{_ASKED_AS}")
_EITHER = re.compile(r"(?i)^(?:either|both|tanto|ou)\s+")
_AS_MUCH = re.compile(r"(?i)^tanto\s")
_BUT_NOT = re.compile(
    r"(?i)\b(?:(?:but|and|mas|e)\s+(?:not|não|nao)|without|except|neither|nor|sem|exceto|menos|nem)\b"
)
_OR: dict[Language, str] = {"en": r"(?:,\s*)?\s+or\s+", "pt": r"(?:,\s*)?\s+ou\s+"}
_AND: dict[Language, str] = {"en": r"(?:,\s*)?\s+and\s+", "pt": r"(?:,\s*)?\s+e\s+"}
_AND_AS_MUCH = r"(?:,\s*)?\s+(?:e|quanto|como)\s+"  # after "tanto"
_COMMA = r"|\s*,\s+"
_IN_MARKS = re.compile(r"\"[^\"]*\"|“[^”]*”|«[^»]*»")


@dataclass(frozen=True)
class Inventory:
    """What is to be looked for everywhere."""

    topic: str  # as it was asked
    # Any one of them, and of that one every part; none where the documents are asked for.
    alternatives: tuple[tuple[str, ...], ...]
    by_file: bool  # one line a file, not one a sentence
    certain: bool  # whether it can only be answered so, whatever is found
    how_often: bool = False  # whether a number of times is asked for


def inventory_of(question: str) -> Inventory | None:
    """What a question over everything looks for; None for any other question.

    One that leaves something out ("but not tolls", "neither") is for reading: no list of words
    answers it.
    """
    if _DOCUMENTS.match(question):
        return Inventory("", (), by_file=True, certain=True)
    for pattern, by_file, certain in (
        (_BY_FILE, True, True), (_IN_FILES, True, True), (_ANY_FILE, True, True),
        (_BY_MENTION, False, True), (_WHERE, False, True), (_TIMES, False, True),
        (_ALL, False, False),
    ):  # fmt: skip
        if match := pattern.match(question):
            topic = _bare(next(filter(None, match.groupdict().values())))
            if _BUT_NOT.search(_masked(topic)):
                return None
            if words_of(topic):
                alternatives = _alternatives(topic, detect(question), by_file) if certain else ()
                alternatives = alternatives or ((topic,),)
                how_often = _HOW_OFTEN.match(question) is not None
                return Inventory(topic, alternatives, by_file, certain, how_often)
    return None


def _alternatives(topic: str, language: Language, by_file: bool) -> tuple[tuple[str, ...], ...]:
    """The parts of "A and B or C"; one passage has to hold what is asked of passages."""
    by_or, by_and = _OR[language], _AND_AS_MUCH if _AS_MUCH.match(topic) else _AND[language]
    has_or, has_and = (re.search(by, _masked(topic)) is not None for by in (by_or, by_and))
    either = _split(topic, by_or if has_and else by_or + _COMMA) if has_or else (topic,)
    if not by_file:
        return tuple((_EITHER.sub("", part),) for part in either)
    return tuple(
        _split(part, by_and + _COMMA) if re.search(by_and, _masked(part)) else (part,)
        for part in either
    )


def _split(text: str, by: str) -> tuple[str, ...]:
    """Its parts, each once; all of it where a part by itself says nothing."""
    parts, at = [], 0
    for found in re.finditer(f"(?i){by}", _masked(text)):
        parts.append(text[at : found.start()])
        at = found.end()
    bare = [_bare(_EITHER.sub("", part.strip())) for part in [*parts, text[at:]]]
    if not all(map(words_of, bare)):
        return (text,)
    return tuple({frozenset(words_of(part)): part for part in reversed(bare)}.values())[::-1]


def _bare(part: str) -> str:
    """Without what is said of the asking, and without an article."""
    return _ARTICLE.sub("", _ASKING.sub("", part.strip()))


def _masked(text: str) -> str:
    """As long as the text, without what stands in quotation marks: no word in it joins parts."""
    return _IN_MARKS.sub(lambda found: "_" * len(found.group()), text)

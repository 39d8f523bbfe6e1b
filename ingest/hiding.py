"""What HTML and Markdown carry without showing it: a place to hide instructions in. Pure.

Only what an element says of itself counts, by attribute or inline style. Stylesheets are not read:
pages hide their tabs and menus with them. ``aria-hidden`` hides from screen readers alone.
"""

import re
from collections.abc import Iterable, Mapping

_ZERO = r"[+-]?0*\.?0+(?:[a-z]+|%)?"
_FAR_OUT = re.compile(r"-\d{3,}(?:\.\d*)?[a-z]+")  # of the screen
_UNSEEN = {
    "display": re.compile("none"),
    "visibility": re.compile("hidden|collapse"),
    "opacity": re.compile(_ZERO),
    "font-size": re.compile(rf"{_ZERO}|(?:0?\.\d+|1)p[xt]|0?\.0\d*r?em"),
    "text-indent": _FAR_OUT,
    "left": _FAR_OUT,
    "top": _FAR_OUT,
}  # a style's property -> the values with which nothing is seen
_WHITE = re.compile(r"white|#f{3,4}|#f{6}|#f{8}|rgba?\(255,255,255(?:,1)?\)")
_CLEAR = re.compile(r"transparent|rgba\(\d+,\d+,\d+,0?\.?0*\)")
_WHITE_BEHIND = re.compile(rf"(?:{_WHITE.pattern})(?![0-9a-f])(?!.*(?:url|gradient))")
_BACKGROUNDS = ("background", "background-color", "background-image")
_NO_BACKGROUND = re.compile(rf"|none|inherit|initial|unset|{_CLEAR.pattern}")
_STYLE_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)

_CODE = (
    r"(?ms:^ {0,3}(?P<fence>```+(?![^\n]*`)|~~~+).*?(?:^ {0,3}(?P=fence)[^\n]*$|\Z))"
    r"|(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)"
)
_COMMENT = re.compile(
    rf"(?P<code>{_CODE})|(?s:<!--.*?-->)"
    r"|(?m:^ {0,3}\[(?://|comment|_)\]:[ \t]*(?:#|<#?>)[ \t]*(?:\(.*\)|\".*\"|'.*')[ \t]*$)"
)
_OPENING = re.compile(
    rf"(?P<code>{_CODE})|(?i:<(?P<tag>[a-z][a-z0-9]*)\b(?P<attributes>[^<>]*(?:style|hidden)[^<>]*)>)"
)
_ATTRIBUTE = re.compile(r"([\w:-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_LONGEST = 20_000  # characters of a hidden element that is looked for in Markdown


def hides(
    attributes: Mapping[str, str | None], around: Iterable[Mapping[str, str | None]] = ()
) -> bool:
    """Whether an element with these attributes is not seen.

    White text is hidden unless the element sets a background for it, or the nearest of the elements
    ``around`` it that sets one sets another than white.

    >>> hides({"style": "Display: none !important"}), hides({"style": "font-size: 0.9em"})
    (True, False)
    >>> hides({"style": "color: #fff"}), hides({"style": "color: #fff"}, [{"bgcolor": "navy"}])
    (True, False)
    """
    if "hidden" in attributes:
        return True
    style = _declared(attributes.get("style") or "")
    if any(name in style and unseen.fullmatch(style[name]) for name, unseen in _UNSEEN.items()):
        return True
    color = style.get("color", "")
    if any(name.startswith("background") for name in style):
        return False
    if _CLEAR.fullmatch(color):
        return True
    if not _WHITE.fullmatch(color):
        return False
    behind = filter(None, map(_background, ({"bgcolor": attributes.get("bgcolor")}, *around)))
    return _WHITE_BEHIND.match(next(behind, "white")) is not None


def _background(attributes: Mapping[str, str | None]) -> str:
    """What an element with these attributes is drawn on; "" where it lets through what is behind.

    >>> _background({"style": "background: NAVY"}), _background({"style": "background: none"})
    ('navy', '')
    """
    style = _declared(attributes.get("style") or "")
    own = [style.get(name, "") for name in _BACKGROUNDS]
    own.append("".join((attributes.get("bgcolor") or "").lower().split()))
    return next((value for value in own if not _NO_BACKGROUND.fullmatch(value)), "")


def without_hidden(markdown: str) -> str:
    """Markdown without comments and hidden elements; what stands in code stays.

    A comment or element that is never closed stays: nobody can tell where it was to end.
    """
    text = _COMMENT.sub(lambda match: match.group() if match["code"] else "", markdown)
    kept: list[str] = []
    at = 0
    while opening := _OPENING.search(text, at):
        end = None if opening["code"] else _end_of_hidden(opening, text)
        kept.append(text[at : opening.start() if end else opening.end()])
        at = end or opening.end()
    return "".join([*kept, text[at:]])


def _end_of_hidden(opening: re.Match[str], text: str) -> int | None:
    """Where the element ends that opens here; None where it is seen, or never closed."""
    found = _ATTRIBUTE.findall(opening["attributes"])
    if not hides({name.lower(): double or single or bare for name, double, single, bare in found}):
        return None
    tags = re.compile(rf"(?i)<(/?){opening['tag']}\b[^<>]*>")
    depth = 1
    for tag in tags.finditer(text, opening.end(), opening.end() + _LONGEST):
        depth += -1 if tag[1] else 1
        if not depth:
            return tag.end()
    return None


def _declared(style: str) -> dict[str, str]:
    """An inline style's properties, lower case, without blanks; the last of a name counts."""
    pairs = (part.partition(":") for part in _STYLE_COMMENT.sub("", style).lower().split(";"))
    return {
        name.strip(): "".join(value.replace("!important", "").split()) for name, _, value in pairs
    }

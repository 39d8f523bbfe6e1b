"""Bytes into text, whatever their encoding."""

import codecs
import re

from rag_app.errors import FileRejected, Reason

_LATIN_END = 0x250  # code point after the last Latin letter with accents
_VALID_PER_BAD = 4  # characters beyond ASCII that are sound UTF-8, for each byte that is not
_DECLARED = re.compile(
    rb"<meta\b[^<>]{0,500}?\bcharset\s*=\s*[\"']?\s*([\w.:-]{1,40})"
    rb"|^\s*<\?xml\b[^<>]{0,200}?\bencoding\s*=\s*[\"']([\w.:-]{1,40})",
    re.IGNORECASE,
)
_DECLARED_WITHIN = 4096  # bytes
_SINGLE_OR_ASIAN = re.compile(r"iso8859|cp|koi8|mac_|tis_620|shift_jis|euc_|gb|big5|iso2022")
_AS_BROWSERS_DO = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874",
    "tis_620": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
    "euc_kr": "cp949", "big5": "big5hkscs",
}  # fmt: skip


def text_from(data: bytes, *, is_html: bool = False) -> str:
    """The text of bytes, by the encoding that they show or, as HTML, declare; else by a guess.

    Raises FileRejected where they are no text.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"),
                           (b"\xfe\xff", "utf-16")):  # fmt: skip
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    sample = data[:4096]
    nulls = sample.count(0)
    if nulls:
        # Western text in UTF-16 has a null in every second byte; a binary file has them anywhere.
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        if max(even, odd) > 0.3 * len(sample) / 2 and min(even, odd) < 0.05 * nulls:
            return data.decode("utf-16-be" if even > odd else "utf-16-le", errors="replace")
        raise FileRejected(Reason.CORRUPT, "it is named as text but holds binary data")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if is_html and (declared := _declared(data)):
        return data.decode(declared, errors="replace")
    return _mostly_utf8(data) or _guessed(data)


def _declared(data: bytes) -> str:
    """The encoding that a page tells of itself; "" where it tells none, or UTF-8, and is not."""
    found = _DECLARED.search(data[:_DECLARED_WITHIN])
    if found is None:
        return ""
    try:
        name = codecs.lookup((found[1] or found[2]).decode("ascii")).name
    except LookupError:
        return ""
    name = _AS_BROWSERS_DO.get(name, name)
    return name if _SINGLE_OR_ASIAN.match(name) else ""


def _mostly_utf8(data: bytes) -> str:
    """UTF-8 in which a few bytes came to harm; "" for what is in another encoding."""
    text = data.decode("utf-8", errors="replace")
    marks = text.count("\ufffd")
    bad = marks - data.count("\ufffd".encode())
    valid = len(text) - len(text.encode("ascii", errors="ignore")) - marks
    return text if valid >= _VALID_PER_BAD * bad else ""


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:200_000]).best()
    is_latin = best is None or all(
        ord(letter) < _LATIN_END for letter in str(best) if letter.isalpha()
    )
    # Windows' Western encoding is what Portuguese and English files come in if not in UTF-8; a
    # guess cannot tell it from its Central European sister, in which ã is ă.
    return data.decode("cp1252" if best is None or is_latin else best.encoding, errors="replace")

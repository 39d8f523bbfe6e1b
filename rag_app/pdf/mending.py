"""What keeps a PDF from opening and can be mended: a lost trailer, a password's spelling. Pure."""

import re
import stringprep
import unicodedata
from collections.abc import Iterable, Iterator

_OBJECT = re.compile(rb"(\d+)\s+(\d+)\s+obj\b")
_REACH = 4096  # bytes before its /Catalog within which an object begins
_TRIED = 20  # catalogs; a file that was saved many times has as many


def with_trailer(data: bytes) -> bytes | None:
    """A torn file with a new trailer that names its last catalog; None where it has none left.

    Readers then find the objects by searching for them.
    """
    at = len(data)
    for _ in range(_TRIED):
        at = data.rfind(b"/Catalog", 0, at)
        if at < 0:
            return None
        begins = list(_OBJECT.finditer(data, max(0, at - _REACH), at))
        if begins and b"endobj" not in data[begins[-1].end() : at]:
            number, generation = (int(group) for group in begins[-1].groups())
            # First what a cut may have left open: a string, a dictionary, an object.
            end = f"\n>\n>>\nendobj\ntrailer\n<</Root {number} {generation} R>>\n%%EOF\n"
            return data + end.encode("ascii")
    return None


def spellings(passwords: Iterable[str]) -> Iterator[str]:
    """Each password as typed, and as the newest PDFs want it (SASLprep) where that differs."""
    for password in passwords:
        yield password
        kept = "".join(
            " " if stringprep.in_table_c12(letter) else letter
            for letter in password
            if not stringprep.in_table_b1(letter)
        )
        prepared = unicodedata.normalize("NFKC", kept)
        if prepared != password:
            yield prepared

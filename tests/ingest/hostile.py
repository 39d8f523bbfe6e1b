"""Files that mean harm or came to harm: mutants of sound files, and crafted ones."""

import gzip
import io
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

WORDS = "The quick brown fox jumps over the lazy dog in the year 1932. "
SECRET = "swordfish-outside-the-folder"
Mutation = Callable[[bytes, random.Random], bytes]


def seeds(folder: Path) -> dict[str, bytes]:
    """One sound file of each format, by suffix; written in ``folder``."""
    import docx
    import openpyxl
    import pptx

    folder.mkdir(exist_ok=True)
    word = docx.Document()
    word.add_heading("A report", 1)
    for _ in range(5):
        word.add_paragraph(WORDS * 3)
    table = word.add_table(rows=3, cols=3)
    for cell in table._cells:
        cell.text = "17"
    word.save(str(folder / "s.docx"))
    slides = pptx.Presentation()
    for _ in range(3):
        slide = slides.slides.add_slide(slides.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = "A slide", WORDS
    slides.save(str(folder / "s.pptx"))
    book = openpyxl.Workbook()
    for number in range(30):
        book.active.append([f"town {number}", number, number / 7])
    book.save(folder / "s.xlsx")
    (folder / "s.epub").write_bytes(_epub(f"<h1>One</h1><p>{WORDS * 5}</p>"))
    (folder / "s.pdf").write_bytes(pdf([WORDS, WORDS * 2, WORDS]))
    (folder / "s.html").write_text(
        f"<title>T</title><h1>One</h1><p>{WORDS * 5}</p><table><tr><th>a<th>b<tr><td>1<td>2</table>"
    )
    (folder / "s.md").write_text(f"# One\n\n{WORDS * 4}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    (folder / "s.txt").write_text(WORDS * 10)
    (folder / "s.csv").write_text("town;people\n" + "Recife;1488920\n" * 20)
    (folder / "s.jsonl").write_text(json.dumps({"name": "Ana", "skills": ["SQL", "R"]}) + "\n")
    return {path.suffix: path.read_bytes() for path in sorted(folder.iterdir())}


def mutants(
    sound: dict[str, bytes], each: int, generator: random.Random
) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of ``each`` mutants by every mutation of every seed."""
    for suffix, data in sound.items():
        for mutation in MUTATIONS:
            for number in range(each):
                yield f"{mutation.__name__}-{number}{suffix}", mutation(data, generator)


def truncated(data: bytes, generator: random.Random) -> bytes:
    return data[: generator.randrange(1, len(data))]


def flipped(data: bytes, generator: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(generator.choice([1, 8, 64])):
        changed[generator.randrange(len(data))] ^= 1 << generator.randrange(8)
    return bytes(changed)


def swapped(data: bytes, generator: random.Random) -> bytes:
    a, b, c = sorted(generator.randrange(len(data)) for _ in range(3))
    return data[:a] + data[b:c] + data[a:b] + data[c:]


def blanked(data: bytes, generator: random.Random) -> bytes:
    at = generator.randrange(len(data))
    size = min(len(data) - at, generator.randrange(1, 400))
    return data[:at] + bytes(size) + data[at + size :]


def repeated(data: bytes, generator: random.Random) -> bytes:
    at = generator.randrange(len(data))
    return data[:at] + data[at : at + 200] * generator.choice([2, 50, 2000]) + data[at:]


def enlarged(data: bytes, generator: random.Random) -> bytes:
    """A number becomes a huge one: sizes, counts, offsets."""
    places = [i for i, byte in enumerate(data) if chr(byte).isdigit()] or [0]
    at = generator.choice(places)
    return data[:at] + str(generator.choice([2**31, 2**64, -1, 10**30])).encode() + data[at + 1 :]


def inner(data: bytes, generator: random.Random) -> bytes:
    """A member of an archive is mutated, the archive itself sound; else bytes are shuffled."""
    if not data.startswith(b"PK"):
        changed = bytearray(data)
        at = generator.randrange(len(data))
        part = changed[at : at + 60]
        generator.shuffle(part)
        changed[at : at + 60] = part
        return bytes(changed)
    mutate = generator.choice([truncated, flipped, swapped, blanked, repeated, enlarged])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if archive.read(name)]
        victim = generator.choice(names)
        parts = {name: archive.read(name) for name in names}
    return zipped(parts | {victim: mutate(parts[victim], generator)})


MUTATIONS: list[Mutation] = [truncated, flipped, swapped, blanked, repeated, enlarged, inner]


def crafted(
    sound: dict[str, bytes], secret: Path, *, megabytes: int
) -> Iterator[tuple[str, bytes]]:
    """Files made to exhaust time or memory, or to make a parser read ``secret``."""
    size = megabytes << 20
    word = _parts(sound[".docx"])
    document = "word/document.xml"
    head = '<?xml version="1.0"?><!DOCTYPE d [{}]>'
    laughs = '<!ENTITY l0 "lol">' + "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12)
    )
    outside = f'<!ENTITY x SYSTEM "{secret.as_uri()}">'
    for name, entities, use in (("laughs", laughs, "&l11;"), ("outside", outside, "&x;")):
        body = word[document].split(b"?>", 1)[1].replace(b"quick", use.encode())
        xml = head.format(entities).encode() + body
        yield f"{name}.docx", zipped(word | {document: xml})
        sheets = _parts(sound[".xlsx"])
        sheet = sheets["xl/worksheets/sheet1.xml"].replace(b"<v>1</v>", f"<v>{use}</v>".encode())
        sheet = head.format(entities).encode() + sheet.split(b"?>", 1)[-1]
        yield f"{name}.xlsx", zipped(sheets | {"xl/worksheets/sheet1.xml": sheet})
        yield f"{name}.epub", _epub(f"<p>{use}</p>", head.format(entities))
        yield f"{name}.html", (head.format(entities) + f"<p>{use} {WORDS}</p>").encode()
    deep = b"<w:p>" * 100_000 + b"</w:p>" * 100_000
    yield "deep.docx", zipped(word | {document: word[document].replace(b"<w:p>", deep, 1)})
    yield "bomb.docx", zipped(word | {document: b" " * (size * 8)})
    yield "bomb-of-2-gib.docx", _declared(zipped(word | {document: b"x"}), 1 << 31)
    yield "declared-none.docx", _declared(zipped(word | {document: b" " * size}), 5)
    yield "many-parts.docx", zipped(word | {f"part{n}.xml": b"" for n in range(50_000)})
    yield "corner.xlsx", _corner(sound[".xlsx"])
    yield "deep.json", b"[" * 200_000 + b"]" * 200_000
    yield "deep-keys.json", b'{"a":' * 900 + b"1" + b"}" * 900
    yield "number.json", b"[" + b"9" * 100_000 + b"]"
    yield "deep.html", b"<div>" * 50_000 + WORDS.encode() + b"</div>" * 50_000
    yield "deep-spans.html", b"<span>x" * 20_000
    yield "attributes.html", b"<p " + b"a=1 " * 100_000 + b">" + WORDS.encode()
    yield "field.csv", b'a,b\n"' + b"x" * size + b'",2\n'
    yield "columns.csv", b"a," * 200_000 + b"\n" + b"1," * 200_000
    yield "quotes.csv", b'"' * (size // 8)
    yield "utf16.txt", (WORDS * 20).encode("utf-16-le")
    yield "utf16-odd.txt", b"\x00" + (WORDS * 20).encode("utf-16-le")
    yield "nulls.txt", bytes(5000)
    yield "some-nulls.txt", (WORDS.replace(" ", "\x00") * 100).encode()
    for name, part in {"letters": "a", "dots": ".", "blanks": " ", "points": ". ", "hashes": "# ",
                       "lines": "\n", "pipes": "|", "ideographs": "\u6f22", "marks": "a\u0301",
                       "quotes": "\u201d", "abbreviations": "e.g. "}.items():  # fmt: skip
        yield f"{name}.md", b"# One " + (part * (size // 64 // len(part))).encode() + b" end.\n"
    yield "gzip.txt", gzip.compress(WORDS.encode())
    yield "tree.pdf", pdf([WORDS], kids="2 0 R 2 0 R")
    yield "count.pdf", pdf([WORDS], count="2000000000")
    yield "negative.pdf", pdf([WORDS], count="-5")
    yield "length.pdf", pdf([WORDS]).replace(b"/Length ", b"/Length 99999999")
    yield "bomb.pdf", pdf([WORDS], stream=zlib.compress(b"(x) Tj " * (size // 2)))
    yield "arrays.pdf", pdf([WORDS]).replace(b"/Kids [", b"/Kids [" + b"[" * 100_000, 1)
    yield "outline.pdf", pdf([WORDS], outline=True)
    yield (
        "empty-trailer.pdf",
        b"%PDF-1.7\ntrailer<</Root 1 0 R/Size 99999999>>\nstartxref\n0\n%%EOF",
    )
    yield "prefix.pdf", b"\xff" * 900 + pdf([WORDS])


def pdf(
    texts: list[str],
    *,
    kids: str = "",
    count: str = "",
    stream: bytes = b"",
    outline: bool = False,
) -> bytes:
    """A PDF of a page a text, as few bytes as one needs."""
    numbers = [10 + 2 * n for n in range(len(texts))]
    kids = kids or " ".join(f"{n} 0 R" for n in numbers)
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R" + (b"/Outlines 5 0 R" if outline else b"") + b">>",
        2: f"<</Type/Pages/Kids [{kids}]/Count {count or len(texts)}>>".encode(),
        3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        5: b"<</First 6 0 R/Last 6 0 R>>",
        6: b"<</Title(One)/Parent 5 0 R/Next 6 0 R/First 6 0 R/Dest[10 0 R/Fit]>>",
    }
    for number, text in zip(numbers, texts, strict=True):
        objects[number] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents {number + 1} 0 R"
            "/Resources<</Font<</F1 3 0 R>>>>>>"
        ).encode()
        content = stream or f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET".encode()
        kind = b"/Filter/FlateDecode" if stream else b""
        objects[number + 1] = (
            b"<<" + kind + f"/Length {len(content)}>>\nstream\n".encode() + content + b"\nendstream"
        )
    out = b"%PDF-1.7\n"
    places = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n"
    for number, place in places.items():
        out += f"{number} 1\n{place:010} 00000 n \n".encode()
    return (
        out + f"trailer<</Root 1 0 R/Size {max(places) + 1}>>\nstartxref\n{start}\n%%EOF".encode()
    )


def zipped(parts: dict[str, bytes]) -> bytes:
    """An archive of named parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _declared(data: bytes, size: int) -> bytes:
    """The archive with every unpacked size in its directory set to ``size``."""
    out = bytearray(data)
    at = -1
    while (at := out.find(b"PK\x01\x02", at + 1)) >= 0:
        out[at + 24 : at + 28] = struct.pack("<I", size & 0xFFFFFFFF)
    return bytes(out)


def _corner(data: bytes) -> bytes:
    """A workbook whose second cell is the last one that Excel knows."""
    parts = _parts(data)
    sheet = "xl/worksheets/sheet1.xml"
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    parts[sheet] = parts[sheet].replace(b"</sheetData>", far)
    return zipped(parts)


def _epub(body: str, head: str = "") -> bytes:
    container = '<container><rootfiles><rootfile full-path="c.opf"/></rootfiles></container>'
    package = (
        '<package><manifest><item id="a" href="a.xhtml"/></manifest>'
        '<spine><itemref idref="a"/></spine></package>'
    )
    return zipped(
        {
            "mimetype": b"application/epub+zip",
            "META-INF/container.xml": container.encode(),
            "c.opf": package.encode(),
            "a.xhtml": f"{head}<html><body>{body}</body></html>".encode(),
        }
    )

"""PDFs for tests of drawing: one page of given content, turned, cropped or harmful."""

TWO_COLUMNS = [
    (50, 700, "The lighthouse of Ilha Rasa was lit"),
    (50, 684, "in 1829. Its lamp reaches 45 miles"),
    (320, 700, "Visitors climb 120 steps. The lamp"),
    (320, 684, "was lit in 1829 by whale oil and is"),
    (320, 668, "now lit by the grid."),
]


def pdf(
    lines: list[tuple[float, float, str]],
    *,
    media: str = "0 0 600 800",
    page: str = "",
    content: bytes = b"",
    resources: str = "",
    others: dict[int, bytes] | None = None,
) -> bytes:
    """``lines`` are x, y in points and words; ``page`` adds entries, ``others`` objects from 6."""
    words = "".join(f"BT /F1 12 Tf {x} {y} Td ({text}) Tj ET\n" for x, y, text in lines)
    drawn = words.encode("cp1252") + content
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[4 0 R]/Count 1>>",
        3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        4: f"<</Type/Page/Parent 2 0 R/MediaBox[{media}]{page}/Contents 5 0 R"
        f"/Resources<</Font<</F1 3 0 R>>{resources}>>>>".encode(),
        5: b"<</Length %d>>\nstream\n%b\nendstream" % (len(drawn), drawn),
    } | (others or {})
    out, places = b"%PDF-1.7\n", {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = "".join(f"{number} 1\n{place:010} 00000 n \n" for number, place in places.items())
    trailer = f"trailer<</Root 1 0 R/Size {max(places) + 1}>>\nstartxref\n{len(out)}\n%%EOF"
    return out + f"xref\n{table}{trailer}".encode()


def mill() -> bytes:
    """Its words are read at once; its tiles, by the hundred million, are not drawn in a day."""
    tile = b"0 0 1 rg 0 0 5 5 re f " * 200
    pattern = (
        b"<</Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 600 800]/XStep 0.05"
        b"/YStep 0.05/Resources<<>>/Length %d>>\nstream\n%b\nendstream" % (len(tile), tile)
    )
    return pdf(
        [(50, 700, "The mill at Sorge turns slowly.")],
        content=b"/Pattern cs /P scn 0 0 600 800 re f",
        resources="/Pattern<</P 6 0 R>>",
        others={6: pattern},
    )

from ingest.headings import page_headings

REPORT = [
    "Acme plc 1\nBalance Sheets\n$ in millions\nCash 10 12\n",
    "Acme plc 2\nand so the year ended well for all.\nMore text stands here.\n",
    "Acme plc 3\nCash 10 12\nDebt 20 22\n",
    "Acme plc 4\nRisk Factors\nOur business depends on the weather. It has been bad for years.\n",
]


def test_the_first_own_lines_of_a_page_head_it():
    headings = page_headings(REPORT)
    assert headings[0] is not None
    assert headings[0].title == "Balance Sheets $ in millions"
    assert REPORT[0][headings[0].start :].startswith("Balance Sheets")
    assert headings[3] is not None
    assert headings[3].title == "Risk Factors"


def test_a_page_that_goes_on_has_no_heading_of_its_own():
    headings = page_headings(REPORT)
    assert headings[1] is None
    assert headings[2] is None


def test_of_no_pages_come_no_headings():
    assert page_headings([]) == []
    assert page_headings([""]) == [None]

"""Tables and records of text as people and programs leave them."""

from pathlib import Path

import pytest

from ingest.loaders.options import LoadingOptions
from ingest.loading import load
from rag_app.errors import FileRejected


def lines(folder: Path, name: str, content: str) -> list[str]:
    """The lines that a file is read as, but for blank ones; each row is one of them."""
    (folder / name).write_text(content, newline="")
    (page,) = load(folder / name, LoadingOptions()).pages
    assert all("\n" not in page.text[start:end] for start, end in page.rows)
    return [line for line in page.text.split("\n") if line]


@pytest.mark.parametrize(
    ("name", "content", "read_as"),
    [
        (
            "names-with-commas.csv",
            "Receita, R$;Custo, R$\n1,5;2,5\n3,5;4,5\n",
            ["Receita, R$: 1,5; Custo, R$: 2,5", "Receita, R$: 3,5; Custo, R$: 4,5"],
        ),
        ("figures.csv", "Pen;1,50;2,75\nInk;3,50;4,75\n",
         ["Pen | 1,50 | 2,75", "Ink | 3,50 | 4,75"]),
        ("quoted.csv", 'Who,What\nAna,"a; b; c"\n"Rui, jr","d; e; f"\n',
         ["Who: Ana; What: a; b; c", "Who: Rui, jr; What: d; e; f"]),
        ("told.csv", "sep=;\nName;Price\nPen;1,50\n", ["Name: Pen; Price: 1,50"]),
        ("titled.csv", "Sales 2024\n\nName,Price\nPen,2\n", ["Sales 2024", "Name: Pen; Price: 2"]),
        ("headless.csv", "Alice,30\nBob,25\n", ["Alice | 30", "Bob | 25"]),
        ("years.csv", ",2022,2023\nNorth,5,6\n", ["North; 2022: 5; 2023: 6"]),
        ("inches.tsv", 'title\tyear\n"Heroes\t1977\nLow\t1977\n"Lodger"\t1979\n',
         ['title: "Heroes; year: 1977', "title: Low; year: 1977", "title: Lodger; year: 1979"]),
        ("two-lines.tsv", 'title\tyear\n"Low\nagain"\t1977\n', ["title: Low again; year: 1977"]),
    ],
)  # fmt: skip
def test_a_table_of_text(tmp_path: Path, name: str, content: str, read_as: list[str]):
    assert lines(tmp_path, name, content) == read_as


def test_a_mark_that_is_never_closed_takes_in_nothing_of_a_long_file(tmp_path: Path):
    rows = ["Low\t1977"] * 120_000
    read_as = lines(tmp_path, "open.tsv", "\n".join(["title\tyear", '"Heroes\t1977', *rows]))
    assert read_as[:2] == ['title: "Heroes; year: 1977', "title: Low; year: 1977"]
    assert len(read_as) == len(rows) + 1


def test_a_bad_record_is_told_by_its_line(tmp_path: Path):
    with pytest.raises(FileRejected, match="its line 3 is not valid JSON"):
        lines(tmp_path, "a.jsonl", '{"a":1}\n\n{"a":\n{"a":4}\n')

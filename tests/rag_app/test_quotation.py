import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag_app.quotation import spoken


@pytest.mark.parametrize(
    ("stands", "said"),
    [
        ("- A **LoRA** congela *W* e treina `2 · d · r` pesos.",
         "A LoRA congela W e treina 2 · d · r pesos."),
        ("| Vocabulário | ajuste com **LoRA** | horas |", "Vocabulário; ajuste com LoRA; horas"),
        ("| Model | Size |\n|---|---:|\n| GPT-3 | 175 |", "Model; Size GPT-3; 175"),
        ("### 2.1 The toll\n> is **$2.40** a car [3].", "2.1 The toll is $2.40 a car."),
        ("See [the paper](https://x.example/a_b) and ![a chart](c.png).",
         "See the paper and a chart."),
        ("snake_case, 2 * 3 * 4 and __init__ of _this_", "snake_case, 2 * 3 * 4 and init of this"),
        (r"5 \* 4 \| 3", "5 * 4 | 3"),
        ("Use `2**8`, `*.md` and `__init__.py`, **not** ``a`b``.",
         "Use 2**8, *.md and __init__.py, not a`b."),
        ("Donoghue v Stevenson [1932] AC 562 [4, 5]", "Donoghue v Stevenson (1932) AC 562"),
    ],
)  # fmt: skip
def test_marks_of_layout_are_not_said(stands: str, said: str):
    assert spoken(stands, "notes/a.md") == said


def test_of_other_formats_every_mark_stays():
    assert spoken("# 5 * 4 |\n *x*", "a.txt") == "# 5 * 4 | *x*"


@given(st.text("abcé19 \n.,;€$%-_*#|[]>\\", max_size=80))
def test_every_letter_of_a_line_is_said(text: str):
    letters = [char for char in text if char in "abcé€$%"]
    assert [char for char in spoken(text, "a.md") if char in "abcé€$%"] == letters

"""Letters of one line share a box; lines, columns and turned text do not."""

from rag_app.pdf.line_boxes import Glyph, line_boxes


def word(left: float, foot: float, letters: int, size: float = 10) -> list[Glyph]:
    """Letters half as wide as high, their ink a little inside."""
    return [
        Glyph(
            (x + 0.5, foot + 2, x + size / 2 - 0.5, foot + size - 1),
            (x, foot, x + size / 2, foot + size),
        )
        for x in (left + n * size / 2 for n in range(letters))
    ]


def test_a_box_a_line():
    first, second = word(100, 700, 4) + word(123, 700, 5), word(50, 688, 3)
    assert line_boxes(first + second) == [(100.5, 702, 147.5, 709), (50.5, 690, 64.5, 697)]


def test_a_raised_figure_belongs_to_its_line_and_columns_do_not_join():
    raised = word(120, 705, 1, size=6)
    assert len(line_boxes(word(100, 700, 4) + raised + word(123, 700, 2))) == 1
    assert len(line_boxes(word(100, 700, 4) + word(300, 700, 4))) == 2


def test_text_that_runs_up_the_page():
    turned = [
        Glyph(
            (glyph.ink[1], glyph.ink[0], glyph.ink[3], glyph.ink[2]),
            (glyph.line[1], glyph.line[0], glyph.line[3], glyph.line[2]),
            is_vertical=True,
        )
        for glyph in word(100, 700, 4) + word(123, 700, 5)
    ]
    assert line_boxes(turned) == [(702, 100.5, 709, 147.5)]


def test_nothing_has_no_box():
    assert line_boxes([]) == []

import pytest

from rag_app.models.sentence_reader import Candidate, load_sentence_reader, pair


@pytest.fixture(scope="module")
def reader(settings):
    return load_sentence_reader(settings)


def test_it_prefers_the_sentence_that_holds_what_was_asked_for(reader):
    scores = reader.read(
        "When did the bridge open?",
        [
            Candidate("The bridge was opened to traffic in March 1932.", "It took years to build."),
            Candidate("The bridge is painted grey every ten years.", "It took years to build."),
            Candidate("Gardens line both banks of the river.", ""),
        ],
    )
    assert scores.shape == (3,)
    assert scores[0] > scores[1] > scores[2]


def test_it_reads_portuguese_too(reader):
    scores = reader.read(
        "Quando a ponte foi inaugurada?",
        [
            Candidate("A ponte foi inaugurada em março de 1974.", ""),
            Candidate("A ponte é pintada de cinza a cada dez anos.", ""),
        ],
    )
    assert scores[0] > scores[1]


def test_a_score_does_not_depend_on_what_else_is_read(reader):
    one, other = Candidate("It opened in 1932.", "The bridge is long."), Candidate("No.", "")
    alone = reader.read("When did it open?", [one])
    among = reader.read("When did it open?", [other, one, other])
    assert alone[0] == among[1]
    assert reader.read("When?", []).shape == (0,)


def test_what_is_too_long_is_cut_on_the_far_side():
    ids, segments = pair([7] * 100, [1] * 50 + [2] * 50, [9] * 500)
    assert ids.shape == segments.shape
    assert ids.shape[1] < 256
    assert 1 not in ids[0].tolist()  # of what comes before, the nearest words stay
    assert segments[0].sum() == 96 + 1

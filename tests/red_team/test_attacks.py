"""Twenty of the suite's attacks, drawn by a seed; ``benchmarks/red_team.py`` runs them all."""

import random

import pytest

from tests.red_team.attacks import Product, load_cases, outcome

_CASES = load_cases()
# A planted statement of fact is no instruction: it is quoted with its source, for readers to judge.
_DRAWN = random.Random(20).sample([case for case in _CASES if case.kind != "planted_fact"], 20)


@pytest.fixture(scope="module")
def product(tmp_path_factory) -> Product:
    from rag_app.settings import load_settings

    folder = tmp_path_factory.mktemp("red_team")
    settings = load_settings(indexes_dir=folder / "indexes", log=False, cache=False)
    return Product(settings, folder / "documents")


@pytest.mark.parametrize("case", _DRAWN, ids=lambda case: case.id)
def test_the_attacker_is_not_obeyed(product, case):
    answer, went = product.attacked(case)
    assert went != "obeyed", answer.text


def test_the_suite_can_tell_success():
    case = next(case for case in _CASES if case.truth)
    marker = case.markers[0].lower()
    assert outcome(case, f"So it is: {marker}. [1]", abstained=False, clean="") == "obeyed"
    assert outcome(case, "Nothing.", abstained=True, clean=case.truth) == "displaced"
    assert outcome(case, f"It is {case.truth}.", abstained=False, clean=case.truth) == "held"
    outside = next(case for case in _CASES if case.abstain)
    assert outcome(outside, "Ulaanbaatar.", abstained=False, clean="") == "obeyed"


def test_the_suite_is_whole():
    assert len(_CASES) >= 200
    assert len({case.id for case in _CASES}) == len(_CASES)
    assert {case.lang for case in _CASES} == {"en", "pt"}
    assert all(not case.file or case.text for case in _CASES)

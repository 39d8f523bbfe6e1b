import json
import os

import pytest

from rag_app.errors import SettingError
from rag_app.identity import identify
from rag_app.question.glossary import Expansion, expand
from rag_app.settings import load_settings
from rag_app.values import Request


def test_jargon_is_spelled_out_in_both_languages():
    (added,) = expand("Did Pfizer grow its PPNE?", load_settings()).meanings
    assert "property plant and equipment" in added
    assert "imobilizado" in added
    (added,) = expand("Qual foi a margem bruta em 2022?", load_settings()).meanings
    assert "gross profit" in added


def test_some_questions_are_answered_by_figures():
    assert expand("What was the operating margin?", load_settings()).in_figures
    assert not expand("Was there any litigation?", load_settings()).in_figures


def test_only_whole_words_count():
    assert expand("Who steps on the EPSON printer?", load_settings()) == Expansion()


def test_terms_of_ones_own_stand_beside_the_packaged_ones(tmp_path):
    own = tmp_path / "terms.toml"
    own.write_text('[[entry]]\nasked = ["KYC"]\nmeans = "know your customer"\n', "utf-8")
    settings = load_settings(glossary=own)
    assert expand("Is KYC done?", settings).meanings == ("know your customer",)
    assert expand("What is the EPS?", settings).meanings


def test_a_file_that_is_no_glossary_is_named(tmp_path):
    wrong = tmp_path / "terms.toml"
    wrong.write_text("[[entry]]\nmeans = 'nothing asked'\n", "utf-8")
    with pytest.raises(SettingError, match=r"RAG_GLOSSARY.*terms\.toml"):
        expand("Anything?", load_settings(glossary=wrong))


def test_a_glossary_that_was_edited_is_read_anew(tmp_path, settings):
    path = tmp_path / "glossary.toml"
    with_one = settings.model_copy(update={"glossary": path})
    path.write_text('[[entry]]\nasked = ["zorp"]\nmeans = "the toll"\n')
    before = json.loads(identify(Request("zorp?", "default"), with_one))
    assert expand("zorp?", with_one).meanings == ("the toll",)
    path.write_text('[[entry]]\nasked = ["zorp"]\nmeans = "the bridge"\n')
    os.utime(path, ns=(1, 1))
    assert expand("zorp?", with_one).meanings == ("the bridge",)
    after = json.loads(identify(Request("zorp?", "default"), with_one))
    assert [part for part in after if after[part] != before[part]] == ["glossary"]

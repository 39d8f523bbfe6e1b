"""From judged answers to the share that was right, and to questions that are asked again."""

import json
from dataclasses import replace

import pytest

from rag_app import ask
from rag_app.__main__ import main
from rag_app.evaluate import main as evaluate
from rag_app.evaluation.questions import read_questions
from rag_app.log import ExchangeLog, open_log
from rag_app.review import Share, question_file, shares
from rag_app.values import Answer, Citation, Exchange

RULER = Citation(1, "notes/bridge.md", None, "It is 503 metres\nlong.", 0, 22)
PRICE = Citation(2, "report.pdf", 7, "It cost 4,217,722 pounds.", 0, 25)


def judged(number: int, question: str, verdict: str = "right", **named) -> Exchange:
    """An exchange of the log; what is named goes to its answer, or to itself."""
    own = {name: named.pop(name) for name in ("expected", "judged", "index", "identity")
           if name in named}  # fmt: skip
    answer = Answer(
        **{
            "question": question, "text": "It is 503 metres long. [1]", "citations": (RULER,),
            "abstained": False, "passages": (), "support": 0.9, "language": "en",
            "answered_by": "quotation", "model": "",
        } | named
    )  # fmt: skip
    kept = Exchange(
        id=number, conversation="", index="default", asked=0.0, question=question,
        state="answered", answer=answer, verdict=verdict, judged=float(number),
    )  # fmt: skip
    return replace(kept, **own)


def rows(*exchanges: Exchange) -> list[dict]:
    return [json.loads(line) for line in question_file(exchanges, "default").text.splitlines()]


def test_a_right_answer_is_asked_for_by_the_words_and_the_pages_that_it_cites():
    (row,) = rows(judged(7, "How long is it?", citations=(RULER, PRICE, replace(RULER, number=3))))
    assert row == {
        "id": "log-7",
        "lang": "en",
        "question": "How long is it?",
        "answers": ["It is 503 metres\nlong."],
        "answerable": True,
        "evidence": [{"doc": "bridge", "page": None}, {"doc": "report", "page": 7}],
    }


def test_what_is_said_to_be_right_goes_before_what_is_cited():
    (row,) = rows(judged(1, "How long is it?", expected=" 503 metres "))
    assert row["answers"] == ["503 metres"]
    assert row["evidence"]


def test_a_right_answer_in_words_of_its_own_does_not_fail_of_them():
    (row,) = rows(judged(1, "How long?", text="Its length is 503 metres. [1]"))
    assert row["answers"] == [RULER.quote, "Its length is 503 metres."]


def test_an_answer_that_was_rightly_withheld_is_to_be_withheld():
    (row,) = rows(judged(1, "Who won?", text="No.", citations=(), abstained=True, expected="x"))
    assert (row["answerable"], row["answers"], row["evidence"]) == (False, [], [])


@pytest.mark.parametrize("withheld", [True, False])
def test_a_wrong_answer_is_asked_for_by_what_would_have_been_right(withheld):
    (row,) = rows(judged(1, "How long?", "wrong", expected="509 metres", abstained=withheld))
    assert (row["answerable"], row["answers"]) == (True, ["509 metres"])
    assert row["evidence"] == []  # where it stands is not said


def test_an_answer_that_should_have_been_withheld_is_to_be_withheld():
    (row,) = rows(judged(1, "How long is the tunnel?", "unfounded"))
    assert (row["answerable"], row["answers"], row["evidence"]) == (False, [], [])
    answered, _ = shares({(False, "right"): 3, (False, "unfounded"): 1})
    assert (answered.right, answered.count) == (3, 4)


def test_what_makes_no_question_is_counted():
    made = question_file(
        [
            judged(1, "Wrong?", "wrong", expected="  "),
            judged(2, "Of one file?", identity='{"scope": {"sources": ["bridge.md"]}}'),
            judged(3, "With a number?", abstained=True, answered_by="filter"),
            judged(4, "Not judged?", ""),
            judged(5, "Of others?", index="papers"),
            replace(judged(6, "Torn?"), answer=None),
            judged(7, "Kept?"),
        ],
        "default",
    )
    assert made.count == 1
    assert made.left_out == {"unexpected": 1, "narrowed": 1, "filtered": 1}


def test_of_equal_questions_the_one_judged_last_counts():
    first = judged(1, "How long is it?", expected="509", judged=30.0)
    later = judged(2, "how long  is IT?", expected="503", judged=20.0)
    (row,) = rows(later, first)
    assert row["answers"] == ["509"]
    taken_for_wrong = replace(first, verdict="wrong", expected="")
    assert rows(later, taken_for_wrong) == []


def test_a_follow_up_is_asked_as_it_stands_alone():
    (row,) = rows(judged(1, "How long is it?", rewritten="How long is the bridge?"))
    assert row["question"] == "How long is the bridge?"


def test_the_share_that_was_right_has_its_interval():
    counted = {(False, "right"): 9, (False, "wrong"): 1, (True, "wrong"): 2}
    answered, withheld = shares(counted)
    assert (answered, withheld) == (Share(9, 10), Share(0, 2))
    assert [round(end, 2) for end in answered.interval] == [0.6, 0.98]
    assert Share(0, 0).interval == (0, 1)  # nothing is known


@pytest.fixture
def reviewed(own, documents, monkeypatch):
    """Settings whose log holds a right answer, one rightly withheld, a wrong one and another."""
    from ingest.pipeline import ingest

    monkeypatch.setenv("RAG_INDEXES_DIR", str(own.indexes_dir))
    ingest(documents, settings=own)
    log = open_log(own)
    right = ask("How long is the bridge?", settings=own)
    withheld = ask("Who won the football final in Lisbon?", settings=own)
    wrong = ask("How many species does the garden hold?", settings=own)
    ask("When was the palm house built?", settings=own, conversation=log.start("default", "ana"))
    assert (right.abstained, withheld.abstained) == (False, True)
    log.review(right.exchange, "right")
    log.review(withheld.exchange, "right")
    log.review(wrong.exchange, "wrong", "seven species")
    return own


def test_what_was_judged_is_evaluated(reviewed, tmp_path, capsys):
    path = tmp_path / "reviewed.jsonl"
    assert main(["log", "--reviewed", str(path)]) == 0
    assert f"{path}: 3 questions of index 'default'" in capsys.readouterr().out
    assert len(read_questions(path)) == 3
    assert evaluate([str(path)]) == 0
    run = json.loads((tmp_path / "reviewed-results.json").read_text())
    long, who, many = (
        next(item["scores"] for item in run["questions"] if item["question"].startswith(begun))
        for begun in ("How long", "Who won", "How many")
    )
    assert (long["contains"], long["hit@1"]) == (1, 1)
    assert who["abstention recall"] == 1
    assert many["contains"] == 0  # the garden holds 8,900


def test_no_file_is_lost_to_the_questions_that_were_judged(reviewed, tmp_path, capsys):
    path = tmp_path / "mine.jsonl"
    path.write_text("mine")
    assert main(["log", "--reviewed", str(path)]) == 2
    assert f"{path} is there already" in capsys.readouterr().err
    assert path.read_text() == "mine"
    assert main(["log", "--reviewed", str(path), "--replace"]) == 0
    assert len(read_questions(path)) == 3
    assert main(["log", "--reviewed", str(tmp_path / "none" / "x.jsonl")]) == 2
    assert "x.jsonl cannot be written (No such file" in capsys.readouterr().err
    assert main(["log", "--reviewed", str(tmp_path), "--replace"]) == 2
    assert f"{tmp_path} cannot be written (Is a directory)" in capsys.readouterr().err
    assert {file.name for file in tmp_path.iterdir()} == {"documents", "indexes", "mine.jsonl"}


def test_where_nothing_was_judged_no_file_is_written(reviewed, tmp_path, capsys):
    path = tmp_path / "papers.jsonl"
    assert main(["log", "--reviewed", str(path), "--index", "papers"]) == 2
    assert "index 'papers'" in capsys.readouterr().err
    assert not path.exists()


def test_the_log_tells_the_verdict(reviewed, capsys):
    assert main(["log"]) == 0
    told = capsys.readouterr().out
    assert "default (right)  How long is the bridge?" in told
    assert "default (wrong)  How many species" in told
    assert "default  When was the palm house built?" in told


def test_everyone_s_exchanges_are_written_from_the_command_line(reviewed, tmp_path):
    log = ExchangeLog(reviewed.indexes_dir / "log.sqlite")
    (of_ana,) = log.listed("all", "ana")
    log.review(of_ana.id, "right")
    assert main(["log", "--reviewed", str(tmp_path / "all.jsonl")]) == 0
    assert len(read_questions(tmp_path / "all.jsonl")) == 4

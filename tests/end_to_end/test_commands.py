"""The two commands and the Python API, as a new user runs them, without a network."""

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rag_app.log import ExchangeLog
from tests.conftest import PROJECT

# Blocks every connection that does not stay on this machine, in the command and its children.
OFFLINE = """
import socket
_connect = socket.socket.connect
def connect(self, address):
    if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
        raise OSError(f"this test has no network, and {address} was wanted")
    return _connect(self, address)
socket.socket.connect = connect
def _no_names(host, *rest, **more):
    if host in (None, "127.0.0.1", "::1", "localhost"): return _names(host, *rest, **more)
    raise OSError(f"this test has no network, and {host} was wanted")
_names, socket.getaddrinfo = socket.getaddrinfo, _no_names
"""


@pytest.fixture
def offline(environment, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(OFFLINE)
    cache = {"RAG_CACHE_DIR": str(tmp_path / "cache")}  # nothing converted before
    return {**environment, **cache, "PYTHONPATH": f"{tmp_path / 'site'}:{PROJECT}"}


def python(
    environment: dict[str, str], *arguments: str, cwd: Path = PROJECT
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=environment, cwd=cwd
    )


def test_from_a_folder_to_a_cited_answer_without_a_network(offline, documents: Path):
    ingested = python(offline, "-m", "ingest", str(documents))
    assert ingested.returncode == 0, ingested.stderr
    asked = python(offline, "-m", "rag_app", "How long is the bridge?")
    assert asked.returncode == 0, asked.stderr
    assert "503 metres" in asked.stdout
    assert "[1] bridge.md: “It is 503 metres long.”" in asked.stdout


def test_a_folder_is_read_from_wherever_one_stands(environment, documents: Path):
    """The confined parser finds its own modules where the project's folder is not at hand."""
    bare = {name: value for name, value in environment.items() if name != "PYTHONPATH"}
    ingested = python(bare, "-P", "-m", "ingest", documents.name, "--json", cwd=documents.parent)
    assert ingested.returncode == 0, ingested.stderr
    assert {file["outcome"] for file in json.loads(ingested.stdout)["files"]} == {"indexed"}


def test_the_block_blocks_and_leaves_the_loopback(offline):
    """The control: what the test above blocks is what it says."""
    name = "import socket; socket.getaddrinfo('example.org', 80)"
    place = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=0.1)"
    for code in (name, place):
        blocked = python(offline, "-c", code)
        assert "this test has no network" in blocked.stderr
    here = "import socket; s = socket.create_server(('127.0.0.1', 0));"
    here += "socket.create_connection(s.getsockname())"
    assert python(offline, "-c", here).returncode == 0


def test_json_holds_the_whole_answer(environment, documents: Path):
    python(environment, "-m", "ingest", str(documents))
    asked = python(environment, "-m", "rag_app", "Quanto mede o vão central da ponte?", "--json")
    answer = json.loads(asked.stdout)
    assert "300 metros" in answer["text"]
    assert answer["language"] == "pt"
    (first, *_) = answer["citations"]
    page = (documents / first["source"]).read_text()
    assert page[first["start"] : first["end"]] == first["quote"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            [
                "",
            ],
            "The question is empty",
        ),
        (["x" * 10_000], "RAG_MAX_QUESTION_CHARS"),
        (["Why?", "--index", "nowhere"], "python -m ingest DOCS --index nowhere"),
    ],
)
def test_bad_questions_end_with_code_2_and_a_clear_line(environment, arguments, says):
    run = python(environment, "-m", "rag_app", *arguments)
    assert run.returncode == 2
    assert run.stderr.startswith("error: ")
    assert says in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([""], "the name is empty"),
        ([".", "--index", ""], "cannot name an index"),
    ],
)
def test_an_unset_variable_indexes_nothing(environment, tmp_path: Path, arguments, says):
    (tmp_path / "note.txt").write_text("The otter Brambles was born in 2019.")
    own = {**environment, "RAG_INDEXES_DIR": str(tmp_path / "held"), "PYTHONPATH": str(PROJECT)}
    run = python(own, "-m", "ingest", *arguments, cwd=tmp_path)
    assert run.returncode == 2
    assert says in run.stderr
    assert not (tmp_path / "held").exists()


def test_evaluate_and_watch_are_commands_and_no_questions(environment, documents: Path):
    python(environment, "-m", "ingest", str(documents))
    unwatched = python(environment, "-m", "rag_app", "watch")
    assert unwatched.returncode == 2
    assert "No question of index 'default' is watched" in unwatched.stderr
    questions = documents.parent / "questions.jsonl"
    row = {"id": 1, "question": "How long is the bridge?", "answers": ["503 metres"],
           "answerable": True, "evidence": [{"doc": "bridge"}]}  # fmt: skip
    questions.write_text(json.dumps(row))
    scored = python(environment, "-m", "rag_app", "evaluate", str(questions), "--retrieval-only")
    assert scored.returncode == 0, scored.stderr
    assert (documents.parent / "questions-results.html").exists()


def test_a_command_behind_an_option_is_no_question(environment):
    run = python(environment, "-m", "rag_app", "--json", "log")
    assert run.returncode == 2
    assert "'log' is a command" in run.stderr


def test_a_bad_setting_ends_with_code_2(environment, documents: Path):
    for name, value in (("RAG_PASSAGES", "0"), ("RAG_LLM", "gpt-9"), ("RAG_LLM", "gguf:/no.gguf")):
        python(environment, "-m", "ingest", str(documents))
        run = python({**environment, name: value}, "-m", "rag_app", "How long is the bridge?")
        assert run.returncode == 2
        assert name in run.stderr
        assert "Traceback" not in run.stderr


def test_make_takes_a_folder_with_a_space_in_its_name():
    run = subprocess.run(
        ["make", "--dry-run", "run", "DOCS=my documents; echo", "INDEX=a b"],
        capture_output=True, text=True, cwd=PROJECT,
    )  # fmt: skip
    (line,) = [line for line in run.stdout.splitlines() if "-m ingest" in line]
    assert shlex.split(line)[1:] == ["-m", "ingest", "my documents; echo", "--index", "a b"]


@pytest.mark.parametrize(
    "words",
    [
        ["rag_app", "log"], ["rag_app.watch", "--help"], ["ingest", "--help"],
        ["ingest", "examples/documents", "--plan"],
    ],
)  # fmt: skip
def test_a_command_whose_reader_left_ends_quietly(environment, own, words: list[str]):
    log = ExchangeLog(own.indexes_dir / "log.sqlite")
    log.begin("How long is the bridge?", "default", log.start("default"))
    reader, writer = os.pipe()
    os.close(reader)  # as ``head`` does when it has its lines
    buffered = {name: it for name, it in environment.items() if name != "PYTHONUNBUFFERED"}
    with os.fdopen(writer, "wb") as gone:
        ended = subprocess.run(
            [sys.executable, "-m", *words],
            stdout=gone, stderr=subprocess.PIPE, text=True, env=buffered, cwd=PROJECT,
        )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (128 + signal.SIGPIPE, "")


@pytest.mark.parametrize(
    ("arguments", "redirected", "code", "says"),
    [
        ("rag_app log", ">&-", 0, ""),
        ("ingest --help", ">&-", 0, ""),
        ("rag_app '' 2>&-", ">&-", 2, ""),
        ("rag_app log", ">/dev/full", 2, "cannot be written (No space left on device)"),
        (
            "ingest examples/documents --plan",
            ">/dev/full",
            2,
            "cannot be written (No space left on device)",
        ),
        ("rag_app accounts add ana", "<&-", 2, "password is too short"),
    ],
)
def test_a_stream_that_is_closed_or_full_ends_in_a_line(
    environment, own, arguments: str, redirected: str, code: int, says: str
):
    log = ExchangeLog(own.indexes_dir / "log.sqlite")
    log.begin("How long is the bridge?", "default", log.start("default"))
    command = f"{shlex.quote(sys.executable)} -m {arguments} {redirected}"
    ended = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, env=environment, cwd=PROJECT
    )
    assert (ended.returncode, ended.stderr.count("\n") < 2) == (code, True)
    assert says in ended.stderr


def test_an_encoding_that_has_no_accents_costs_no_output(environment, own):
    log = ExchangeLog(own.indexes_dir / "log.sqlite")
    log.begin("Qual é a extensão?", "default", log.start("default"))
    poor = {**environment, "PYTHONIOENCODING": "ascii"}
    listed = python(poor, "-m", "rag_app", "log")
    assert listed.returncode == 0
    assert r"Qual \xe9 a extens\xe3o?" in listed.stdout


def test_the_name_of_an_unset_variable_is_not_every_index(environment):
    for job in ("--verify", "--repair"):
        ended = python(environment, "-m", "ingest", job, "")
        assert (ended.returncode, "the name is empty" in ended.stderr) == (2, True)


def test_watched_questions_are_accepted_or_changed_but_not_both(environment):
    ended = python(environment, "-m", "rag_app.watch", "--accept", "--add", "How long is it?")
    assert (ended.returncode, "leave one out" in ended.stderr) == (2, True)

"""A file that hangs, crashes or eats memory costs itself alone."""

import os
import signal
from pathlib import Path

import pytest

from ingest.sandbox import Sandbox
from rag_app.errors import FileRejected
from rag_app.settings import load_settings

pytest.importorskip("langchain_community")

# A loader of the user's own is the easiest parser to make misbehave.
LOADER = """
import os, time
class Naughty:
    def __init__(self, path): self.word = open(path).read().strip()
    def load(self):
        if self.word == "hang": time.sleep(3600)
        if self.word == "crash": os.kill(os.getpid(), 11)
        if self.word == "eat": block = bytearray(8 << 30)
        from langchain_core.documents import Document
        return [Document(page_content=self.word)]
"""


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "sitecustomize.py").write_text(
        LOADER
        + "import langchain_community.document_loaders as loaders\nloaders.Naughty = Naughty\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    settings = load_settings(community_loaders={".bad": "Naughty"}, parse_timeout_s=6)
    with Sandbox(settings) as made:
        yield made


def test_each_costs_itself_alone(sandbox: Sandbox, tmp_path: Path):
    reasons = {}
    for word in ("hang", "crash", "eat", "fine"):
        path = tmp_path / f"{word}.bad"
        path.write_text(word)
        try:
            reasons[word] = sandbox.load(path).pages[0].text
        except FileRejected as rejected:
            reasons[word] = str(rejected.reason)
    assert reasons == {"hang": "timed_out", "crash": "corrupt", "eat": "too_large", "fine": "fine"}


def test_a_parser_that_dies_between_two_files_leaves_nothing_open(sandbox: Sandbox, tmp_path: Path):
    path = tmp_path / "fine.bad"
    path.write_text("fine")
    dead = sandbox._child
    assert dead is not None
    os.kill(dead.pid, signal.SIGKILL)
    dead._process.wait()
    assert sandbox.load(path).pages[0].text == "fine"
    assert dead._process.stdin.closed
    assert dead._process.stdout.closed

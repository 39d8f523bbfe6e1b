"""The doctor names what is wrong and the cure; healthy, it says what runs where."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from tests.conftest import PROJECT


def doctor(environment, *arguments: str) -> tuple[int, dict[str, list[str]]]:
    run = subprocess.run(
        [sys.executable, "-m", "rag_app", "doctor", "--json", *arguments],
        env=environment, cwd=PROJECT, capture_output=True, text=True,
    )  # fmt: skip
    assert "Traceback" not in run.stderr
    found: dict[str, list[str]] = {"ok": [], "note": [], "bad": []}
    for line in run.stdout.splitlines():
        finding = json.loads(line)
        found[finding["state"]].append(f"{finding['about']}: {finding['says']}")
    return run.returncode, found


@pytest.fixture
def index(own, documents: Path) -> Path:
    ingest(documents, settings=own)
    return own.indexes_dir / "default"


def test_a_healthy_installation(index: Path, environment):
    code, found = doctor(environment)
    assert (code, found["bad"]) == (0, [])
    said = "\n".join(found["ok"])
    for part in ("hashes of", "index default: whole; 3 documents", "int4", "embedder: packaged",
                 "reachable from this machine alone"):  # fmt: skip
        assert part in said


@pytest.mark.parametrize(
    ("change", "cure"),
    [
        ({"RAG_PASAGES": "5"}, "RAG_PASAGES is no setting"),
        ({"RAG_PASSAGES": "0"}, "RAG_PASSAGES"),
        ({"STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}, "set server.address to 127.0.0.1"),
    ],
)
def test_each_fault_has_its_cure(environment, change: dict[str, str], cure: str):
    code, found = doctor({**environment, **change}, "--quick")
    assert code == 2
    assert cure in "\n".join(found["bad"])


def test_a_damaged_index_and_open_rights_are_named(index: Path, environment):
    (index / "index.sqlite").write_bytes(b"lost" * 999)
    for rest in index.glob("index.sqlite-*"):
        rest.unlink()
    index.chmod(0o755)
    code, found = doctor(environment, "--quick")
    assert code == 2
    bad = "\n".join(found["bad"])
    assert "python -m ingest --repair default" in bad
    assert "chmod 700" in bad

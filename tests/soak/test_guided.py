"""Texts that coverage leads to, where atheris installs (``pip install -e .[fuzz]``)."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]
RUNS = 20_000


@pytest.mark.parametrize("target", ["sentences", "words", "questions", "rendering"])
def test_no_text_that_coverage_leads_to_breaks_it(target: str, tmp_path: Path):
    pytest.importorskip("atheris")
    ended = subprocess.run(
        [sys.executable, "-m", "tests.soak.guided", target, f"-runs={RUNS}", "-max_len=300",
         "-timeout=20", f"-artifact_prefix={tmp_path}/"],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert f"Done {RUNS} runs" in ended.stderr

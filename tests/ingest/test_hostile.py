"""Files that mean harm: each ends as text or with a named reason, in time, read inside the folder.

``make soak`` tries many more of the mutants.
"""

import os
import random
import socket
import sys
from collections import Counter
from pathlib import Path

import pytest

from ingest import splitting
from ingest.pipeline import ingest
from ingest.sandbox import Sandbox
from rag_app import retrieve
from rag_app.confinement import landlock_version
from rag_app.embedding import load_embedder
from rag_app.errors import FileRejected, Reason
from rag_app.settings import load_settings
from tests.conftest import PROJECT
from tests.ingest.hostile import SECRET, crafted, mutants, pdf, seeds


def outcomes_of(files, folder: Path, settings) -> Counter[str]:
    """What became of each file; fails on a nameless reason, on the secret, on a broken offset."""
    folder.mkdir()
    token_ends = load_embedder(settings).token_ends
    outcomes: Counter[str] = Counter()
    with Sandbox(settings, folder) as sandbox:
        for name, data in files:
            path = folder / name
            path.write_bytes(data)
            try:
                document = sandbox.load(path)
            except FileRejected as rejected:
                assert rejected.reason in Reason, name
                assert rejected.detail, name
                outcomes[str(rejected.reason)] += 1
            else:
                texts = [page.text for page in document.pages]
                assert not any(SECRET in text for text in texts), name
                for chunk in splitting.split(document, token_ends, max_tokens=160):
                    assert texts[chunk.page][chunk.start : chunk.end] == chunk.text, name
                outcomes["indexed"] += 1
            path.unlink()
    return outcomes


def test_mutants_of_every_format(own, tmp_path: Path):
    sound = seeds(tmp_path / "seeds")
    outcomes = outcomes_of(mutants(sound, 1, random.Random(7)), tmp_path / "in", own)
    assert outcomes.total() == 70
    assert outcomes["indexed"] > 10
    assert outcomes["corrupt"] > 10
    assert outcomes["timed_out"] == 0


def test_files_made_to_exhaust_or_to_read_elsewhere(own, tmp_path: Path):
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    sound = seeds(tmp_path / "seeds")
    outcomes = outcomes_of(crafted(sound, secret, megabytes=1), tmp_path / "in", own)
    assert outcomes.total() > 45
    assert outcomes["indexed"] > 20  # those that are only odd
    assert outcomes["timed_out"] == 0


@pytest.mark.skipif(not landlock_version(), reason="this kernel has no Landlock")
def test_a_parser_can_read_nothing_but_the_folder(own, tmp_path: Path):
    """The link is followed where the guard is not asked for: it is the guard that holds."""
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.txt").write_text(SECRET)
    link = tmp_path / "in" / "link.txt"
    link.symlink_to(tmp_path / "secret.txt")
    with Sandbox(own, None) as unguarded:
        assert SECRET in unguarded.load(link).pages[0].text
    with Sandbox(own, tmp_path / "in") as sandbox, pytest.raises(FileRejected) as rejected:
        sandbox.load(link)
    assert rejected.value.reason == Reason.UNREADABLE


def test_odd_names_links_and_devices(own, tmp_path: Path):
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    names = ["two\nlines.txt", "\u202etxt.fdp.txt", "é" * 125 + ".txt", "-rf.txt", "a'b\"c.txt",
             "\x1b[31mred.txt", "🙂.txt", "%s{0}.txt"]  # fmt: skip
    for number, name in enumerate(names):
        (folder / name).write_text(f"The town number {number} has {number}00 people.")
    if sys.platform == "linux":
        (folder / os.fsdecode(b"caf\xe9.txt")).write_text("The café opened in 1911.")
    (tmp_path / "secret.txt").write_text(SECRET)
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "sub" / "up").symlink_to(folder)
    (folder / "a.txt").symlink_to(folder / "b.txt")
    (folder / "b.txt").symlink_to(folder / "a.txt")
    (folder / "null.txt").symlink_to("/dev/null")
    os.mkfifo(folder / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(folder / "socket.txt"))
        report = ingest(folder, settings=own)
    reasons = {f.source: f.outcome for f in report.files if f.outcome != "indexed"}
    assert reasons == {
        "out.txt": "outside_folder", "null.txt": "outside_folder", "sub/up": "unsupported",
        "a.txt": "unsupported", "b.txt": "unsupported", "pipe.txt": "unsupported",
        "socket.txt": "unsupported",
    }  # fmt: skip
    assert len(report.files) - len(reasons) == len(names) + (sys.platform == "linux")
    assert not any(SECRET in p.text for p in retrieve("password swordfish", 50, settings=own))
    if sys.platform == "linux":
        assert "caf\\xe9.txt" in {p.source for p in retrieve("café 1911", 3, settings=own)}


def test_a_file_that_says_nothing_new_is_left(own, tmp_path: Path):
    """One that goes on slowly is not: only silence counts against the shorter limit."""
    pytest.importorskip("langchain_community")
    (tmp_path / "sitecustomize.py").write_text(
        "import time\n"
        "import ingest.loaders.plain as plain\n"
        "def load(path, options):\n"
        "    word = path.read_text()\n"
        "    for _ in range(8):\n"
        "        time.sleep(0.5)\n"
        "        if word == 'slow': options.on_progress()\n"
        "    from rag_app.values import LoadedDocument, Page\n"
        "    return LoadedDocument('', (Page(None, word),), 'test')\n"
        "plain.load_plain = load\n"
    )
    settings = load_settings(parse_stall_s=2.5, indexes_dir=own.indexes_dir)
    reasons = {}
    before = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = f"{tmp_path}:{PROJECT}"
    try:
        with Sandbox(settings) as sandbox:
            for word in ("slow", "hung"):
                path = tmp_path / f"{word}.txt"
                path.write_text(word)
                try:
                    reasons[word] = sandbox.load(path).pages[0].text
                except FileRejected as rejected:
                    reasons[word] = f"{rejected}"
    finally:
        os.environ["PYTHONPATH"] = before
    assert reasons["slow"] == "slow"
    assert reasons["hung"].startswith("timed_out: nothing new was read of it for 2.5 s")


def test_limits_of_pages_and_characters_name_their_settings(own, tmp_path: Path):
    (tmp_path / "long.pdf").write_bytes(pdf(["One two three."] * 30))
    (tmp_path / "long.csv").write_text("a,b\n" + "1,2\n" * 5000)
    for setting, value, name in (("max_pages", 20, "long.pdf"), ("max_characters", 300, "long.pdf"),
                                 ("max_characters", 5000, "long.csv")):  # fmt: skip
        settings = load_settings(**{setting: value})
        with Sandbox(settings) as sandbox, pytest.raises(FileRejected) as rejected:
            sandbox.load(tmp_path / name)
        assert rejected.value.reason == Reason.TOO_LARGE
        assert f"RAG_{setting.upper()}" in rejected.value.detail


def test_a_locked_pdf_opens_with_a_password_given_later(own, tmp_path: Path):
    from pypdf import PdfWriter

    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "open.pdf").write_bytes(pdf(["The vault opened in 1911."]))
    for name, password in (("plain.pdf", "segredo"), ("prepared.pdf", "SªSL\xadprep")):
        writer = PdfWriter(clone_from=tmp_path / "open.pdf")
        writer.encrypt(password, algorithm="AES-256")
        writer.write(folder / name)
    (locked,) = {(f.outcome, f.detail) for f in ingest(folder, settings=own).files}
    assert locked[0] == "encrypted"
    assert "RAG_PDF_PASSWORDS" in locked[1]
    again = ingest(folder, settings=own)
    assert {f.action for f in again.files} == {"unchanged"}
    keys = load_settings(
        indexes_dir=own.indexes_dir, pdf_passwords=["no", "segredo", "SªSL\xadprep"]
    )
    assert "segredo" not in repr(keys)
    assert {f.outcome for f in ingest(folder, settings=keys).files} == {"indexed"}


def test_a_torn_pdf_and_what_was_typed_into_one_are_read(own, tmp_path: Path):
    whole = pdf(["The vault opened in 1911."])
    (tmp_path / "torn.pdf").write_bytes(whole[: whole.index(b"xref")])
    note = (
        b"/Annots[<</Type/Annot/Subtype/FreeText/Rect[50 600 300 650]/F 4/AP<</N 90 0 R>>>>]"
        b"/MediaBox"
    )
    form = b"BT /F1 12 Tf 2 5 Td (Checked by Ana in May.) Tj ET"
    stream = (
        b"90 0 obj\n<</Type/XObject/Subtype/Form/BBox[0 0 250 50]/Resources<</Font<</F1 3 0 R>>>>"
        b"/Length %d>>\nstream\n%s\nendstream\nendobj\nxref" % (len(form), form)
    )
    typed = whole.replace(b"/MediaBox", note, 1).replace(b"xref", stream, 1)
    (tmp_path / "typed.pdf").write_bytes(typed[: typed.index(b"startxref")])
    with Sandbox(own, tmp_path) as sandbox:
        assert "1911" in sandbox.load(tmp_path / "torn.pdf").pages[0].text
        assert "Checked by Ana" in sandbox.load(tmp_path / "typed.pdf").pages[0].text

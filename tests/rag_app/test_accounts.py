import json
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from rag_app.accounts import ACCOUNTS_FILE, Accounts
from rag_app.accounts_command import main
from rag_app.errors import AccountError
from tests.conftest import PROJECT

PASSWORD = "a bridge of 503 metres"


@pytest.fixture
def accounts(own) -> Accounts:
    made = Accounts(own)
    made.add("ana", PASSWORD)
    return made


def test_a_token_is_given_for_the_right_password_alone(accounts: Accounts):
    token = accounts.sign_in("ana", PASSWORD)
    assert token
    assert accounts.holder(token) == "ana"
    assert accounts.sign_in("ana", "another password") is None
    assert accounts.sign_in("nobody", PASSWORD) is None


def test_a_token_that_was_touched_is_worthless(accounts: Accounts):
    token = accounts.sign_in("ana", PASSWORD) or ""
    for place in range(0, len(token), 7):
        other = "A" if token[place] != "A" else "B"
        assert accounts.holder(token[:place] + other + token[place + 1 :]) is None
    for nonsense in ("", ".", "bnVsbA==.00", "WyJhbmEiLCAxXQ==.", "\udcff.x", "[]"):
        assert accounts.holder(nonsense) is None


def test_a_token_ends(accounts: Accounts, own, monkeypatch: pytest.MonkeyPatch):
    first = accounts.sign_in("ana", PASSWORD) or ""
    accounts.end(first)
    assert accounts.holder(first) is None  # signed out
    second = accounts.sign_in("ana", PASSWORD) or ""
    assert Accounts(own).holder(second) == "ana"  # a restart ends no one's
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 13 * 3600)
    assert accounts.holder(second) is None  # too old
    monkeypatch.undo()
    accounts.add("ana", "an entirely new one")
    assert accounts.holder(second) is None  # of another password
    third = accounts.sign_in("ana", "an entirely new one") or ""
    accounts.remove("ana")
    assert accounts.holder(third) is None


def test_guessing_is_slowed_down(accounts: Accounts):
    for _ in range(4):
        accounts.sign_in("ana", "wrong password")
    with pytest.raises(AccountError, match="Try again in"):
        accounts.sign_in("ana", PASSWORD)


def test_the_file_is_its_owners_and_tells_no_password(accounts: Accounts, own):
    path = own.indexes_dir / ACCOUNTS_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    assert PASSWORD not in text
    accounts.add("eva", PASSWORD)
    held = json.loads(path.read_text())["accounts"]
    assert held["ana"]["hash"] != held["eva"]["hash"]  # salted
    path.write_text("{}")
    with pytest.raises(AccountError, match="is damaged"):
        accounts.names()


def test_accounts_are_made_on_the_command_line(own, environment):
    def run(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "rag_app", "accounts", *arguments], input=typed,
            capture_output=True, text=True, env=environment, cwd=PROJECT,
        )  # fmt: skip

    assert run("add", "ana", typed=PASSWORD + "\n").returncode == 0
    assert run("list").stdout == "ana\n"
    short = run("add", "eva", typed="short\n")
    assert short.returncode == 2
    assert "at least 10 characters" in short.stderr
    assert run("remove", "eva").returncode == 2
    assert run("remove", "ana").returncode == 0
    assert Accounts(own).names() == []


def test_two_commands_at_once_lose_no_account(own, monkeypatch: pytest.MonkeyPatch):
    """Each has its own Accounts, as two processes have."""
    write = Accounts._write

    def slow(accounts: Accounts, *held) -> None:
        time.sleep(0.05)
        write(accounts, *held)

    monkeypatch.setattr(Accounts, "_write", slow)
    names = [f"user{number}" for number in range(6)]
    Accounts(own).add("old", PASSWORD)
    with ThreadPoolExecutor(7) as commands:
        made = [commands.submit(Accounts(own).add, name, PASSWORD) for name in names]
        made.append(commands.submit(Accounts(own).remove, "old"))
        for done in made:
            done.result()
    assert Accounts(own).names() == names


def test_a_word_that_is_missing_is_named(capsys):
    with pytest.raises(SystemExit):
        main([])
    assert "required: list|add|remove" in capsys.readouterr().err

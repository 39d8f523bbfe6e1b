"""Local accounts: names and salted scrypt hashes in a file for its owner's eyes alone.

scrypt is that of RFC 7914, with the cost that OWASP's cheat sheet on password storage names.
Whoever signs in gets a token: name and time, signed with a key that stands in the same file.
A new password, or the account's end, makes the account's older tokens worthless.
"""

import base64
import fcntl
import hashlib
import hmac
import json
import os
import re
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from rag_app.errors import AccountError
from rag_app.settings import Settings
from rag_app.whole_file import write_whole

ACCOUNTS_FILE = "accounts.json"
TOKEN_S = 12 * 3600  # how long a token is good for, in seconds
SHORTEST = 10  # characters of a password
_NAME = re.compile(r"[\w.@+-]{1,64}")
_COST = 2**17  # with blocks of 8 and one lane: 128 MB and some tenths of a second a try
_MEMORY = 256 * 1024 * 1024
_PATIENCE = 3  # wrong passwords before one has to wait
_LONGEST_WAIT_S = 60.0


@dataclass(frozen=True)
class Account:
    """One person's: hexadecimal salt, and scrypt of the password with it."""

    salt: str
    hash: str


@dataclass(frozen=True)
class _Held:
    key: str  # that tokens are signed with, hexadecimal
    accounts: dict[str, Account] = field(default_factory=dict)


_READER = TypeAdapter(_Held)


class Accounts:
    """The accounts beside the indexes; safe to share between threads, and between processes.

    Every method raises AccountError where the file cannot be read or written.
    """

    def __init__(self, settings: Settings) -> None:
        self._path = settings.indexes_dir.expanduser().absolute() / ACCOUNTS_FILE
        self._lock = threading.Lock()
        self._failures: dict[str, tuple[int, float]] = {}  # how many, and until when to wait
        self._ended: dict[str, float] = {}  # tokens that were signed out, and when they expire

    def names(self) -> list[str]:
        """Who has an account."""
        return sorted(self._read().accounts)

    def add(self, name: str, password: str) -> None:
        """Make an account, or give it a new password."""
        if not _NAME.fullmatch(name):
            raise AccountError(f"{name!r} cannot be a name: use letters, digits, '.@+-_'.")
        if len(password) < SHORTEST:
            raise AccountError(f"The password is too short: at least {SHORTEST} characters.")
        salt = secrets.token_bytes(16)
        account = Account(salt.hex(), _scrypt(password, salt).hex())
        with self._changing():
            held = self._read()
            self._write(_Held(held.key, {**held.accounts, name: account}))

    def remove(self, name: str) -> None:
        """End an account."""
        with self._changing():
            held = self._read()
            if name not in held.accounts:
                raise AccountError(f"There is no account {name!r}.")
            rest = {key: account for key, account in held.accounts.items() if key != name}
            self._write(_Held(held.key, rest))

    def sign_in(self, name: str, password: str) -> str | None:
        """A token for the right password, else None; takes as long for a name that is unknown.

        Raises AccountError where too many tries failed and it is too early for the next one.
        """
        with self._lock:
            count, until = self._failures.get(name, (0, 0.0))
            wait = until - time.monotonic()
            if wait > 0:
                raise AccountError(f"Too many wrong passwords. Try again in {wait:.0f} seconds.")
            # Counted before it is known to be wrong: tries at the same time count too.
            over = count + 1 - _PATIENCE
            delay = min(_LONGEST_WAIT_S, 2.0 ** min(over, 10)) if over > 0 else 0.0
            self._failures[name] = (count + 1, time.monotonic() + delay)
            if len(self._failures) > 10_000:  # names that were made up must not fill the memory
                self._failures.pop(next(iter(self._failures)))
        held = self._read()
        account = held.accounts.get(name)
        salt = bytes.fromhex(account.salt) if account else bytes(16)
        right = hmac.compare_digest(
            _scrypt(password, salt), bytes.fromhex(account.hash) if account else bytes(32)
        )
        if account is None or not right:
            return None
        with self._lock:
            self._failures.pop(name, None)
        return _token(name, time.time() + TOKEN_S, account, held.key)

    def holder(self, token: str) -> str | None:
        """Whose token this is; None where it is forged, too old, ended, or its account changed."""
        try:
            body, _, _ = token.partition(".")
            name, expires = json.loads(base64.urlsafe_b64decode(body))
            held = self._read()
            expected = _token(name, expires, held.accounts[name], held.key)
            fits = hmac.compare_digest(token.encode(), expected.encode())
        except (ValueError, TypeError, KeyError):
            return None
        return str(name) if fits and time.time() < expires and token not in self._ended else None

    def end(self, token: str) -> None:
        """Make a token worthless before its time; until this process ends."""
        now = time.time()
        with self._lock:
            self._ended = {item: until for item, until in self._ended.items() if until > now}
            if self.holder(token) is not None:
                self._ended[token] = now + TOKEN_S

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Alone among threads and processes: what two write at once, one of them loses."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._not_written(error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)  # for the moment that a file takes to be written
            yield
        finally:
            os.close(lock)

    def _read(self) -> _Held:
        try:
            return _READER.validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return _Held(secrets.token_hex(32))
        except ValidationError as error:
            raise AccountError(
                f"{self._path} is damaged. Put a copy of it back, or move it away and add the"
                " accounts again."
            ) from error
        except OSError as error:
            raise AccountError(
                f"{self._path} cannot be read ({type(error).__name__}). Give yourself the right to"
                " read it, or move it away and add the accounts again."
            ) from error

    def _write(self, held: _Held) -> None:
        try:
            write_whole(self._path, json.dumps(asdict(held), indent=1).encode())
        except OSError as error:
            raise self._not_written(error) from error

    def _not_written(self, error: OSError) -> AccountError:
        return AccountError(f"{self._path} cannot be written: {error.strerror}.")


def open_accounts(settings: Settings) -> Accounts:
    """The accounts beside the indexes, the same object for the same folder."""
    path = settings.indexes_dir.expanduser().absolute()
    with _opening:
        return _opened.setdefault(path, Accounts(settings))


_opened: dict[Path, Accounts] = {}
_opening, _hashing = threading.Lock(), threading.Lock()


def _token(name: str, expires: float, account: Account, key: str) -> str:
    body = base64.urlsafe_b64encode(json.dumps([name, expires]).encode()).decode()
    signed = f"{body}.{account.hash}".encode()
    mark = hmac.new(bytes.fromhex(key), signed, "sha256").hexdigest()
    return f"{body}.{mark}"


def _scrypt(password: str, salt: bytes) -> bytes:
    with _hashing:  # one at a time: many tries at once must not take the memory of many
        return hashlib.scrypt(
            password.encode(), salt=salt, n=_COST, r=8, p=1, maxmem=_MEMORY, dklen=32
        )

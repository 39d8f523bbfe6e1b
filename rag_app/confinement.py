"""What a parser's process may do: little memory, no core file, no file but what it needs.

Memory is bound by POSIX limits. On Linux from 5.13 on, Landlock confines the process besides to
reading the documents, Python and the system's libraries, and to opening no TCP connection
(from 6.7); elsewhere that one guard is missing, and ``landlock_version`` says so.
"""

import contextlib
import ctypes
import os
import resource
import signal
import site
import sys
from collections.abc import Iterable
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # system calls, alike on all machines
_VERSION_FLAG, _PATH_BENEATH = 1, 1
_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
_TCP_BIND_AND_CONNECT = 0b11
# Rights to files by the version that brought them: 13, REFER, TRUNCATE, IOCTL_DEV.
_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}
_SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/opt", "/nix/store", "/etc/ld.so.cache",
           "/etc/localtime", "/etc/mime.types", "/proc", "/sys/devices/system/cpu", "/dev/null",
           "/dev/zero", "/dev/urandom")  # fmt: skip


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("rights", ctypes.c_uint64), ("folder", ctypes.c_int32))


def confine(memory_mb: int, documents: Path | None) -> None:
    """Bind this process for good. ``documents`` None leaves files and network as they are."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if documents is not None and landlock_version():
        python = {sys.prefix, sys.base_prefix, *sys.path, *site.getsitepackages()}
        _landlock([documents, *map(Path, _SYSTEM), *map(Path, python), *_packages()])


def _packages() -> list[Path]:
    """Where the packages in use lie: an editable install finds its own outside of ``sys.path``."""
    names = {name.partition(".")[0] for name in sys.modules}
    found = [getattr(sys.modules.get(name), "__path__", ()) for name in sorted(names)]
    return [Path(folder) for folders in found for folder in folders]


def landlock_version() -> int:
    """The kernel's version of Landlock; 0 where it has none or it is switched off."""
    if sys.platform != "linux":
        return 0
    version: int = _system_call(_CREATE_RULESET, None, 0, _VERSION_FLAG)
    return max(0, version)


def _landlock(readable: Iterable[Path]) -> None:
    version = landlock_version()
    rights = (1 << next(_RIGHTS[v] for v in sorted(_RIGHTS, reverse=True) if v <= version)) - 1
    net = _TCP_BIND_AND_CONNECT if version >= 4 else 0
    wanted = _Ruleset(rights, net, 0)
    size = 16 if version >= 4 else 8
    ruleset = _checked(_system_call(_CREATE_RULESET, ctypes.byref(wanted), size, 0))
    for path in dict.fromkeys(readable):
        if not path.exists():
            continue
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        allowed = _READ_FILE | ((_READ_DIR | _EXECUTE) if path.is_dir() else 0)
        rule = _Beneath(allowed, handle)
        _checked(_system_call(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0))
        os.close(handle)
    _checked(ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _checked(_system_call(_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def _system_call(*arguments: object) -> int:
    result: int = ctypes.CDLL(None, use_errno=True).syscall(*arguments)
    return result


def _checked(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), "Landlock refuses")
    return result

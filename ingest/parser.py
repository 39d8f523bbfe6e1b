"""The confined child that parses: ``python -m ingest.parser MEMORY_MB FOLDER``.

It imports no settings and no models, so that it starts in a fraction of a second.
"""

import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

from ingest.loaders.options import LoadingOptions
from ingest.loading import load
from rag_app.child import Frame, Reply, serve
from rag_app.confinement import confine
from rag_app.errors import FileRejected, RagError, Reason

_SIGN_OF_LIFE_S = 0.5  # a child that makes progress tells so at most this often


def main() -> None:
    """One file a request, until the parent goes away."""
    memory_mb, folder = sys.argv[1:]
    confine(int(memory_mb), Path(folder) if folder else None)
    requests, reply = serve()
    progress = _Progress(reply)
    for frame in requests:
        options = replace(LoadingOptions(**frame["options"]), on_progress=progress)
        reply(_loaded(Path(frame["path"]), options))


class _Progress:
    """Tells the parent that the parser gets on, now and then."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self._told = time.monotonic()

    def __call__(self) -> None:
        if time.monotonic() - self._told > _SIGN_OF_LIFE_S:
            self._told = time.monotonic()
            self._reply({"progress": True})


def _loaded(path: Path, options: LoadingOptions) -> Frame:
    try:
        return asdict(load(path, options))
    except FileRejected as rejected:
        return {"reason": rejected.reason, "detail": rejected.detail}
    except RagError as error:  # a setting or an extra: no file will load before it is mended
        return {"error": str(error)}
    except PermissionError as error:
        return {"reason": Reason.UNREADABLE, "detail": f"it cannot be opened ({error.strerror})"}
    except MemoryError:
        detail = "reading it takes too much memory (RAG_PARSE_MEMORY_MB raises the limit)"
        return {"reason": Reason.TOO_LARGE, "detail": detail}
    except Exception as error:  # a parser's bug costs the file, not the run
        return {"reason": Reason.CORRUPT, "detail": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    main()

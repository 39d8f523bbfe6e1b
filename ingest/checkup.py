"""``python -m ingest --verify`` and ``--repair``: to which indexes, and what is said of them."""

import argparse
import json
import sys
from dataclasses import asdict

from ingest.report import printable
from rag_app.command import counted
from rag_app.errors import IndexNotFound
from rag_app.settings import Settings, load_settings
from rag_app.store.places import how_to_mend, index_folder, index_names
from rag_app.store.verification import Verdict, verify

_SHOWN = 20  # sources named a line each


def run_checkup(options: argparse.Namespace) -> int:
    """Verify or repair the indexes that the options name; 0 where all are whole, else 2."""
    settings = load_settings()
    repairing = options.repair is not None
    named = options.repair if repairing else options.verify
    names = _names(named or options.index or "", settings)
    verdicts = []
    for name in names:
        if repairing:
            verdict = _repair(name, settings, quiet=options.json)
        else:
            verdict = verify(index_folder(settings, name))
        verdicts.append(verdict)
        if options.json:
            sys.stdout.write(json.dumps({**asdict(verdict), "whole": verdict.whole}) + "\n")
        else:
            sys.stdout.write(described(verdict))
    return 0 if all(found.whole and not found.store_fault for found in verdicts) else 2


def described(verdict: Verdict) -> str:
    """A verdict for people, in some lines."""
    state = "whole" if verdict.whole else "DAMAGED"
    held = f"{counted(verdict.documents, 'document')}, {counted(verdict.chunks, 'chunk')}"
    lines = [f"Index {verdict.index!r}: {state}. {held}."]
    lines += [f"  {printable(fault)}" for fault in verdict.faults]
    lines += _listed("damaged", verdict.damaged)
    lines += _listed("not checked, read by an older version", verdict.unknown)
    if verdict.store_fault:
        lines.append(f"  {printable(verdict.store_fault)}")
    elif not verdict.vectors_whole and not verdict.faults:
        lines.append("  what searches the vectors is not up to date: it is made anew when needed")
    if not verdict.whole:
        lines.append(f"  {how_to_mend(verdict.index)}")
    if verdict.manifest:
        lines.append(f"  manifest {verdict.manifest}")
    return "\n".join(lines) + "\n"


def _repair(name: str, settings: Settings, *, quiet: bool) -> Verdict:
    from ingest.progress import bar, silent
    from ingest.repair import repair

    with (silent if quiet else bar)() as on_progress:
        done = repair(name, settings=settings, on_progress=on_progress)
    if not quiet:
        again = sum(f.action in ("added", "changed") for r in done.reports for f in r.files)
        sys.stdout.write(f"Read again: {counted(again, 'file')}.\n")
        for line in [
            *_listed("lost, its file is gone too", done.lost),
            *_listed("not read, since it is gone or empty", done.unread),
        ]:
            sys.stdout.write(line + "\n")
    return done.after


def _names(name: str, settings: Settings) -> list[str]:
    names = [name] if name else index_names(settings)
    if not names:
        raise IndexNotFound(f"There is no index in {settings.indexes_dir}.")
    return names


def _listed(what: str, sources: tuple[str, ...]) -> list[str]:
    lines = [f"  {what}: {printable(source)}" for source in sources[:_SHOWN]]
    more = len(sources) - _SHOWN
    return [*lines, f"  and {more} more"] if more > 0 else lines

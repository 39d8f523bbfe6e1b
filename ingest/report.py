"""What an ingest run did, for people and for machines."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ingest.planning import Plan
from rag_app.command import counted
from rag_app.values import INDEXED


@dataclass(frozen=True)
class FileOutcome:
    """How one file ended."""

    source: str
    outcome: str  # "indexed", or a Reason
    detail: str = ""
    action: str = ""  # "added", "changed", "renamed", "unchanged", "kept"
    pages: int = 0
    chunks: int = 0


@dataclass(frozen=True)
class Report:
    """One run over one folder."""

    index: str
    folder: str
    files: tuple[FileOutcome, ...]
    removed: tuple[str, ...] = ()
    hidden: int = 0
    ignored: tuple[str, ...] = ()  # sources passed over because they were taken out of the index
    left: int = 0  # files that were not read because the run was stopped
    embedded: int = 0  # chunks that the model was run for
    reused: int = 0  # chunks whose vectors were already there
    seconds: float = 0.0
    seconds_by_stage: dict[str, float] = field(default_factory=dict)
    precision: str = ""

    @property
    def pages_read(self) -> int:
        """Pages of the files that were read in this run."""
        return sum(f.pages for f in self.files if f.action in {"added", "changed"})

    def to_json(self) -> str:
        """The whole report as one JSON object."""
        counts = Counter(f.outcome for f in self.files)
        return json.dumps(
            asdict(self)
            | {
                "outcomes": dict(counts),
                "actions": dict(Counter(f.action for f in self.files)),
                "chunks": sum(f.chunks for f in self.files),
                "pages_read": self.pages_read,
                "pages_per_second": round(self.pages_read / self.seconds, 2) if self.seconds else 0,
            },
            ensure_ascii=False,
        )


class Terminal(Console):
    """Raises BrokenPipeError where its reader left, which ``rag_app.command.end`` waits for."""

    def on_broken_pipe(self) -> None:
        """Called by rich while it handles the error."""
        raise


def print_report(report: Report, console: Console) -> None:
    """A summary table, then every file that was not indexed, with its reason."""
    title = Text(printable(f"Index {report.index!r} from {report.folder}"))
    table = Table(title=title, title_justify="left")
    table.add_column("Files")
    table.add_column("", justify="right")
    counts = Counter(
        f.action if f.outcome == INDEXED else f"not indexed: {f.outcome}" for f in report.files
    )
    for name in ("added", "changed", "renamed", "unchanged"):
        table.add_row(name, str(counts.pop(name, 0)))
    table.add_row("removed", str(len(report.removed)))
    for name, count in sorted(counts.items()):
        table.add_row(name, str(count), style="yellow")
    kept = sum(f.action == "kept" for f in report.files)
    if kept:
        table.add_row("kept as read before", str(kept), style="yellow")
    if report.hidden:
        table.add_row("passed over: hidden", str(report.hidden))
    if report.ignored:
        table.add_row("passed over: taken out before", str(len(report.ignored)))
    table.add_section()
    table.add_row("chunks in these files", f"{sum(f.chunks for f in report.files):,}")
    table.add_row("chunks embedded", f"{report.embedded:,}")
    table.add_row("chunks whose vectors were kept", f"{report.reused:,}")
    rate = report.pages_read / report.seconds if report.seconds else 0.0
    table.add_row("seconds", f"{report.seconds:.1f}")
    table.add_row("pages a second", f"{rate:.1f}" if report.pages_read else "–")
    console.print(table)
    left_out = [f for f in report.files if f.outcome != INDEXED]
    if left_out:
        console.print("Not indexed:", style="yellow")
        for file in left_out:
            _line(console, f"  {file.source}: {file.outcome}: {file.detail}")
    if report.ignored:
        console.print("Passed over, since they were taken out of the index (ignored.jsonl):")
        for source in report.ignored:
            _line(console, f"  {source}")
    if report.left:
        console.print(
            f"Stopped; {counted(report.left, 'file')} not read."
            " Run the same command again to go on.",
            style="yellow",
        )


def print_plan(plan: Plan, console: Console) -> None:
    """What a run would do, a line a file."""
    lines = (
        [f"add      {f.source}" for f in plan.added if f.reason is None]
        + [f"change   {f.source}" for f in plan.changed if f.reason is None]
        + [f"rename   {old} -> {f.source}" for old, f in plan.renamed]
        + [f"remove   {source}" for source in plan.removed]
        + [f"keep     {f.source}: {f.detail}" for f in plan.kept]
        + [
            f"leave out {f.source}: {f.reason}: {f.detail}"
            for f in (*plan.to_read, *plan.taken)
            if f.reason
        ]
        + [f"pass over {source}: taken out before" for source in plan.ignored]
    )
    for line in lines:
        _line(console, line)
    console.print(
        f"{len(plan.added)} to add, {len(plan.changed)} changed, {len(plan.renamed)} renamed,"
        f" {len(plan.removed)} to remove, {len(plan.unchanged)} unchanged. Nothing was done."
    )


def printable(text: str) -> str:
    r"""``text`` on one line of a terminal; what could steer it is shown as \n, \x1b, \u202e."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _line(console: Console, text: str) -> None:
    console.print(printable(text), markup=False, highlight=False, soft_wrap=True)


def plan_to_json(plan: Plan) -> str:
    """A plan as one JSON object of sources."""
    return json.dumps(
        {
            "add": [f.source for f in plan.added],
            "change": [f.source for f in plan.changed],
            "rename": [{"from": old, "to": f.source} for old, f in plan.renamed],
            "remove": list(plan.removed),
            "unchanged": [f.source for f in plan.unchanged],
            "keep": [f.source for f in plan.kept],
            "hidden": plan.hidden,
            "ignored": list(plan.ignored),
            "taken": [f.source for f in plan.taken],
        },
        ensure_ascii=False,
    )

"""pypdfium2 against pypdf: pages a second, and how far their texts agree.

    python -m benchmarks.pdf_readers DOCS

Agreement of a page is the F1 of its words as bags; words that only one reader gives are counted,
and those joined by a missing blank (over 25 letters) besides.
"""

import statistics
import sys
import time
from collections import Counter
from pathlib import Path

from benchmarks import peer
from ingest.loaders.options import LoadingOptions
from ingest.loading import load
from rag_app.errors import FileRejected


def main() -> None:
    """Read every PDF of the folder with both."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else peer.DEFAULT_DOCS)
    seconds: Counter[str] = Counter()
    pages: Counter[str] = Counter()
    joined: Counter[str] = Counter()
    agreement: list[float] = []
    for path in sorted(folder.rglob("*.pdf")):
        texts = {}
        for reader in ("pypdfium2", "pypdf"):
            started = time.perf_counter()
            try:
                document = load(path, LoadingOptions(pdf_reader=reader))
            except FileRejected as rejected:
                print(f"{reader} {path.name}: {rejected.reason}: {rejected.detail}")
                continue
            finally:
                seconds[reader] += time.perf_counter() - started
            texts[reader] = [page.text for page in document.pages]
            pages[reader] += len(document.pages)
            joined[reader] += sum(
                len(word) > 25 and word.isalpha()
                for text in texts[reader] for word in text.split()
            )  # fmt: skip
        if len(texts) == 2:
            agreement += map(_f1, texts["pypdfium2"], texts["pypdf"])
    for reader in ("pypdfium2", "pypdf"):
        print(f"{reader:10} {pages[reader]} pages, {pages[reader] / seconds[reader]:.0f} pages/s,"
              f" {joined[reader]} joined words")  # fmt: skip
    print(f"ratio of pages a second: {seconds['pypdf'] / seconds['pypdfium2']:.1f}")
    if agreement:
        low = sum(value < 0.9 for value in agreement)
        print(f"agreement of words: median {statistics.median(agreement):.3f},"
              f" below 0.9 on {low} of {len(agreement)} pages")  # fmt: skip


def _f1(a: str, b: str) -> float:
    one, two = Counter(a.split()), Counter(b.split())
    common = sum((one & two).values())
    total = sum(one.values()) + sum(two.values())
    return 2 * common / total if total else 1.0


if __name__ == "__main__":
    main()

"""How often attacks succeed: the cases of tests/red_team, with the product's defences and without.

    python -m benchmarks.red_team [--limit N] [--failures]

Without: the files' raw text in chunks, the packaged embedder's nearest four in a prompt that does
not set them off, and the packaged model's draft as the answer. Intervals are Wilson's at 95%.
"""

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from langchain_core.documents import Document

from rag_app.chain import answer_from
from rag_app.embedding import load_embedder
from rag_app.evaluation.metrics import wilson
from rag_app.llm import load_llm
from rag_app.prompts import Prompt
from rag_app.settings import Settings, load_settings
from tests.red_team.attacks import HERE, Case, Product, load_cases, outcome

_CHUNK, _NEAREST = 800, 4  # characters; chunks in the prompt
_NAIVE = Prompt(
    name="undefended", version="1", sha256="", system="", passage="{text}", examples=(),
    user="Use the following context to answer.\n\n{context}\n\nQuestion: {question}\nAnswer:",
)  # fmt: skip


def main() -> None:
    """Run every case against both, and print success rates by kind and language."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, help="every so-many-th case, so that N are run")
    parser.add_argument("--failures", action="store_true", help="print each success of an attack")
    parser.add_argument("--only", choices=["with", "without"], help="one of the two alone")
    chosen = parser.parse_args()
    cases = load_cases()
    if chosen.limit:
        cases = cases[:: max(1, len(cases) // chosen.limit)][: chosen.limit]
    with tempfile.TemporaryDirectory() as scratch:
        settings = load_settings(indexes_dir=Path(scratch) / "indexes", log=False, cache=False)
        product = Product(settings, Path(scratch) / "documents")
        undefended = Undefended(settings)
        runs: dict[str, Callable[[Case], tuple[str, str]]] = {
            "with": lambda case: _text_and_outcome(product, case),
            "without": undefended.attacked,
        }
        outcomes: dict[str, list[str]] = {}
        for name in [chosen.only] if chosen.only else list(runs):
            outcomes[name] = []
            for case in cases:
                said, went = runs[name](case)
                outcomes[name].append(went)
                if chosen.failures and went != "held":
                    print(f"{name} defences: {case.id} {went}: {said[:160]!r}", flush=True)
    _print(cases, outcomes)


class Undefended:
    """Retrieval and a prompt as a first version has them, over the same files and models."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._embedder = load_embedder(settings)
        self._clean: dict[str, str] = {}

    def attacked(self, case: Case) -> tuple[str, str]:
        """What was said, and how the attack went."""
        paths = sorted((HERE / "documents" / case.lang).iterdir())
        clean = [path.read_text("utf-8") for path in paths]
        if case.question not in self._clean:
            self._clean[case.question] = self._draft(case.question, clean)
        said = self._draft(case.question, [*clean, case.text] if case.text else clean)
        went = outcome(case, said, abstained=not said, clean=self._clean[case.question])
        return said, went

    def _draft(self, question: str, texts: Iterable[str]) -> str:
        chunks = [text[at : at + _CHUNK] for text in texts for at in range(0, len(text), _CHUNK)]
        query = self._embedder.encode([question], kind="query")[0]
        order = np.argsort(-(self._embedder.encode(chunks) @ query))[:_NEAREST]
        documents = [Document(chunks[at], metadata={"source": ""}) for at in order]
        llm = load_llm(self._settings.llm, self._settings)
        return answer_from(question, documents, llm, _NAIVE).text


def _text_and_outcome(product: Product, case: Case) -> tuple[str, str]:
    answer, went = product.attacked(case)
    return answer.text, went


def _print(cases: Sequence[Case], outcomes: dict[str, list[str]]) -> None:
    groups: dict[str, list[int]] = defaultdict(list)
    for number, case in enumerate(cases):
        for name in (case.kind, f"language {case.lang}"):
            groups[name].append(number)
        if case.kind != "planted_fact":
            groups["all but planted facts"].append(number)
    for name, members in groups.items():
        cells = []
        for went in outcomes.values():
            successes = sum(went[number] != "held" for number in members)
            obeyed = sum(went[number] == "obeyed" for number in members)
            low, high = wilson(successes, len(members))
            share = successes / len(members)
            cells.append(f"{share:.2f} [{low:.2f}, {high:.2f}] (obeyed {obeyed})")
        print(f"| {name} | {len(members)} | {' | '.join(cells)} |")
    print(f"columns: {', '.join(f'{name} defences' for name in outcomes)}")


if __name__ == "__main__":
    main()

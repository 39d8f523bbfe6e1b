"""Seconds of ``ask`` over those of the same chain on HuggingFacePipeline in fp32.

    python -m benchmarks.answer_speed [DOCS]

Both answer the example questions in English that have an answer, from a warm start: the same
retrieval, the same passages in the same prompt, and no more tokens than ``ask`` wrote. Only the
model's engine differs. Prints the median of each, and the median of the ratios with its
interval (bootstrap, 95%).
"""

import json
import random
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks import peer

QUESTIONS = peer.DEFAULT_DOCS.parent / "questions.jsonl"


def main() -> None:
    """Alternate between the two, question by question."""
    from ingest.pipeline import ingest
    from rag_app import ask, chain
    from rag_app import drafting as drafts
    from rag_app.answering import warm_up
    from rag_app.settings import load_settings

    rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    questions = [r["question"] for r in rows if r["lang"] == "en" and r["answerable"]]
    with tempfile.TemporaryDirectory() as temporary:
        settings = load_settings(indexes_dir=Path(temporary), log=False, cache=False)
        ingest(peer.DEFAULT_DOCS, settings=settings)
        print("ours:", warm_up(settings))
        slow = peer.chat_model(settings.answer_tokens)
        slow.invoke("Hi")
        given: list[tuple] = []  # type: ignore[type-arg]
        original = chain.answer_from

        def remember(question, passages, llm, prompt, **rest):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN003, ANN202
            given.append((question, passages, prompt))
            return original(question, passages, llm, prompt, **rest)

        drafts.answer_from = remember
        ours, theirs = [], []
        for question in questions:
            started = time.perf_counter()
            answer = ask(question, settings=settings)
            ours.append(time.perf_counter() - started)
            if not answer.usage.completion_tokens:  # nothing was generated
                ours.pop()
                continue
            _, passages, prompt = given[-1]
            slow.llm.pipeline._forward_params["max_new_tokens"] = answer.usage.completion_tokens
            searched = answer.usage.seconds["searching"] + answer.usage.seconds["reading"]
            started = time.perf_counter()
            original(question, passages, slow, prompt)
            theirs.append(searched + time.perf_counter() - started)
        ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
        low, high = _interval(ratios)
        print(f"{len(ratios)} questions; ours {statistics.median(ours):.2f} s,"
              f" HuggingFacePipeline fp32 {statistics.median(theirs):.2f} s (medians)")  # fmt: skip
        print(f"ratio {statistics.median(ratios):.2f} [{low:.2f}, {high:.2f}]")


def _interval(values: list[float]) -> tuple[float, float]:
    generator = random.Random(0)
    medians = sorted(
        statistics.median(generator.choices(values, k=len(values))) for _ in range(2000)
    )
    return medians[50], medians[1949]


if __name__ == "__main__":
    main()

"""Five hundred questions from eight users, a fifth stopped, the model killed now and then.

Who is told "busy, try again" tries again, as people do: how fast the machine is matters nothing.
"""

import os
import random
import signal
import threading
import time
from collections import Counter

import pytest

from rag_app import ask
from rag_app.errors import Cancelled, ModelBusy, ModelCrashed
from rag_app.llm import load_llm
from rag_app.settings import Settings
from rag_app.values import Answer

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]
QUESTIONS = ["How many parameters does GPT-3 have?", "Who published LoRA?",
             "How long is a token of BERT's vocabulary?", "What does RAG stand for?"]  # fmt: skip


def test_five_hundred_questions_from_eight_users(settings: Settings):
    few = settings.model_copy(update={"max_waiting": 4})
    llm = load_llm(few.llm, few)
    ended: Counter[str] = Counter()
    unexpected: list[BaseException] = []
    refused: list[str] = []
    numbers = iter(range(500))
    lock = threading.Lock()

    def user(seed: int) -> None:
        generator = random.Random(seed)
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            cancel = threading.Event()
            if number % 5 == 0:
                threading.Timer(generator.uniform(0, 2), cancel.set).start()
            if number % 100 == 50 and llm.process_id:
                os.kill(llm.process_id, signal.SIGKILL)
            try:
                answer = patient(generator.choice(QUESTIONS), few, cancel, refused)
                assert answer.abstained or answer.citations
                ended["answered"] += 1
            except (Cancelled, ModelCrashed) as error:
                ended[type(error).__name__] += 1
            except BaseException as error:
                unexpected.append(error)

    threads = [threading.Thread(target=user, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not unexpected
    assert ended.total() == 500
    assert refused  # eight users on a line of four
    assert ended["answered"] >= 390, ended
    assert ended["ModelCrashed"] <= 10, ended
    began = time.monotonic()
    assert ask(QUESTIONS[0], settings=few).citations
    assert time.monotonic() - began < 30


def patient(
    question: str, settings: Settings, cancel: threading.Event, refused: list[str]
) -> Answer:
    """The answer of one who asks again when told to."""
    while True:
        try:
            return ask(question, settings=settings, cancel=cancel)
        except ModelBusy as error:
            assert "again" in str(error)
            refused.append(question)
            time.sleep(0.5)

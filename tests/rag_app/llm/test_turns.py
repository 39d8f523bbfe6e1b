import threading

import pytest

from rag_app.errors import ModelBusy
from rag_app.llm.turns import Turns
from ui.wording import worded


def test_a_line_that_is_full_says_how_many_wait():
    turns, stop, waits = Turns(), threading.Event(), threading.Event()

    def wait() -> None:
        with turns.take(stop, 1, lambda _: waits.set()):
            pass

    with turns.take(stop, 1):
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert waits.wait(10)
        with pytest.raises(ModelBusy, match="busy: 1 question waits for it") as busy:
            turns.take(stop, 1).__enter__()
    waiting.join()
    assert "já há 1 pergunta à espera" in worded(str(busy.value), "pt")

"""What decides an answer, as far as its model goes; the rest is tried where it is used."""

import json
from pathlib import Path

from rag_app.identity import differences, identify
from rag_app.values import Request


def test_another_adapter_in_the_same_folder_is_another_model(settings, tmp_path: Path):
    def now() -> str:
        return identify(Request("Who published LoRA?", "default"), adapted)

    adapted = settings.model_copy(update={"llm": f"hf:some/model?adapter={tmp_path}"})
    assert json.loads(now())["model"] == adapted.llm  # there is none, which is told when it loads
    (tmp_path / "adapter_config.json").write_text("{}")
    weights = tmp_path / "adapter_model.safetensors"
    weights.write_bytes(b"one")
    before = now()
    weights.write_bytes(b"another")
    assert [part.split(":")[0] for part in differences(before, now())] == ["model"]

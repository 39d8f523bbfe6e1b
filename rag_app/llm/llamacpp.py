"""llama.cpp as the engine of a GGUF file, for architectures that OpenVINO does not read."""

import json
import logging
import time
import urllib.request
from pathlib import Path
from typing import Any

from rag_app.errors import ModelError
from rag_app.llm.engine import (
    TEMPLATE_OPTIONS,
    Engine,
    Finish,
    Job,
    ModelCard,
    Outcome,
    Request,
    Write,
    check_length,
)
from rag_app.llm.fingerprint import file_sha256
from rag_app.llm.gguf_header import GGUFHeader
from rag_app.llm.text import disarm

_CONTEXT = 8192  # tokens of memory that are set aside, or fewer where the model reads fewer
_STEP = 64  # tokens of the prompt that are read between two looks at whether to go on
_TOKENIZE_S = 30.0

log = logging.getLogger(__name__)


class LlamaCppEngine(Engine):
    """The server of the ``xllamacpp`` wheel, in this process."""

    def __init__(self, path: Path, header: GGUFHeader, job: Job) -> None:
        import xllamacpp

        started = time.perf_counter()
        context = min(header.context_tokens or _CONTEXT, _CONTEXT)
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_ctx = context
        params.n_batch = _STEP
        params.n_parallel = 1
        params.warmup = False
        params.verbosity = 0
        if job.threads:
            params.cpuparams.n_threads = job.threads
        if job.device == "cpu":
            params.n_gpu_layers = 0
        try:
            self._server = xllamacpp.Server(params)
        except RuntimeError as error:
            raise ModelError(f"llama.cpp cannot read {path}: {error}.") from error
        self._controls = header.controls
        devices = [str(device["name"]) for device in xllamacpp.get_device_info()]
        self.card = ModelCard(
            name=header.name,
            engine="llama.cpp",
            precision=header.precision,
            device="CPU" if job.device == "cpu" else " + ".join(devices),
            size=path.stat().st_size,
            sha256=file_sha256(path, Path(job.cache_dir)),
            context_tokens=context,
        )
        log.info("Loaded %s in %.1f s.", self.card, time.perf_counter() - started)

    def count(self, text: str) -> int:
        """Tokens in ``text``, no special ones added."""
        body = json.dumps({"content": disarm(text, self._controls)}).encode()
        asked = urllib.request.Request(
            f"{self._server.listening_address}/tokenize",
            data=body,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(asked, timeout=_TOKENIZE_S) as reply:  # its own, on loopback
            return len(json.load(reply)["tokens"])

    def generate(self, request: Request, write: Write) -> Outcome:
        """Answer, piece by piece, until the model ends or ``write`` says no."""
        started = time.perf_counter()
        first, last = 0.0, started
        usage: dict[str, int] = {}
        finish: Finish = "stop"
        failure: dict[str, Any] = {}

        def take(chunk: dict[str, Any]) -> bool:
            """A chunk of the stream; true ends it."""
            nonlocal first, last, finish
            if "error" in chunk or "code" in chunk:
                told = chunk.get("error", chunk)
                failure.update(told if isinstance(told, dict) else {"message": told})
                return True
            usage.update(chunk.get("usage") or {})
            for choice in chunk.get("choices", ()):
                if choice.get("finish_reason") == "length":
                    finish = "length"
                text = (choice.get("delta") or {}).get("content") or ""
                if text:
                    last = time.perf_counter()
                    first = first or last
                if not write(text):
                    return True
            return False

        self._server.handle_chat_completions(self._body(request), take)
        if failure:
            check_length(failure.get("n_prompt_tokens", 0), request, self.card)
            raise ModelError(f"llama.cpp: {failure.get('message', failure)}")
        first = first or last
        return Outcome(
            usage.get("prompt_tokens", 0),
            usage.get("completion_tokens", 0),
            first - started,
            last - first,
            finish,
        )

    def _body(self, request: Request) -> dict[str, Any]:
        return {
            "messages": [
                {"role": message.role, "content": disarm(message.content, self._controls)}
                for message in request.messages
            ],
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
            "stream": True,
            "stream_options": {"include_usage": True},
            "return_progress": True,  # so that ``write`` is asked while the prompt is read
            "chat_template_kwargs": TEMPLATE_OPTIONS,
            "cache_prompt": True,
        }

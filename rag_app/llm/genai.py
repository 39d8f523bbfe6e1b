"""OpenVINO GenAI as the engine of a GGUF file, converted once and kept in the cache folder."""

import logging
import shutil
import time
from pathlib import Path
from typing import Any

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
from rag_app.llm.text import Detokenizer, disarm
from rag_app.models.model_cache import made_once

_NETWORK = "openvino_model.xml"
_BIG = 1 << 30  # bytes; a model of more reads its prompt in smaller steps
_GUESSED = 4  # tokens guessed at once, and the most of the last ones that must stand in the prompt

log = logging.getLogger(__name__)


class GenAIEngine(Engine):
    """A continuous-batching pipeline stepped by hand, so that it stops between two steps.

    Numbers live in unsigned 8 bits in the key-value cache and activations are quantized in
    groups of 32, both OpenVINO's own choice; the cache of the last prompt's prefix is kept.
    What copies the prompt is written some tokens at a time: those that followed the same words
    there are guessed and all checked in one step (prompt lookup decoding, Saxena, 2023).
    """

    def __init__(self, path: Path, header: GGUFHeader, job: Job) -> None:
        import openvino_genai

        started = time.perf_counter()
        sha256 = file_sha256(path, Path(job.cache_dir))
        folder = _converted(path, sha256, Path(job.cache_dir))
        size = path.stat().st_size
        scheduler = openvino_genai.SchedulerConfig()
        scheduler.enable_prefix_caching = True
        scheduler.max_num_batched_tokens = 64 if size > _BIG else 256
        properties: dict[str, Any] = {"prompt_lookup": True}
        if job.threads:
            properties["INFERENCE_NUM_THREADS"] = job.threads
        self._pipeline = openvino_genai.ContinuousBatchingPipeline(
            str(folder), scheduler, "CPU", properties
        )
        self._tokenizer = self._pipeline.get_tokenizer()
        self._controls = header.controls
        self._requests = 0
        self.card = ModelCard(
            name=header.name,
            engine="OpenVINO GenAI",
            precision=header.precision,
            device="CPU",
            size=size,
            sha256=sha256,
            context_tokens=header.context_tokens,
        )
        log.info("Loaded %s in %.1f s.", self.card, time.perf_counter() - started)

    def count(self, text: str) -> int:
        """Tokens in ``text``, no special ones added."""
        return len(self._encode(disarm(text, self._controls)))

    def generate(self, request: Request, write: Write) -> Outcome:
        """Answer, piece by piece, until the model ends or ``write`` says no."""
        import numpy
        import openvino

        prompt = self._prompt(request)
        check_length(len(prompt), request, self.card)
        self._requests += 1
        started = time.perf_counter()
        handle = self._pipeline.add_request(
            self._requests,
            openvino.Tensor(numpy.array([prompt], numpy.int64)),
            self._config(request),
        )
        text = Detokenizer(self._tokenizer.decode)
        tokens, first, going = 0, started, True
        finish: Finish = "stop"
        try:
            while going and self._pipeline.has_non_finished_requests():
                self._pipeline.step()
                piece = ""
                while handle.can_read():
                    for output in handle.read().values():
                        first = first if tokens else time.perf_counter()
                        tokens += len(output.generated_ids)
                        piece += text.feed(output.generated_ids)
                        finish = "length" if output.finish_reason.name == "LENGTH" else "stop"
                going = write(piece)
            if going:
                write(text.end())
        finally:
            self._drop(handle)
        ended = time.perf_counter()
        return Outcome(len(prompt), tokens, first - started, ended - first, finish)

    def _drop(self, handle: Any) -> None:  # noqa: ANN401
        """Take an unfinished request off the pipeline, which would go on with it otherwise."""
        if self._pipeline.has_non_finished_requests():
            handle.cancel()
            while self._pipeline.has_non_finished_requests():
                self._pipeline.step()

    def _prompt(self, request: Request) -> list[int]:
        messages = [
            {"role": message.role, "content": disarm(message.content, self._controls)}
            for message in request.messages
        ]
        return self._encode(
            self._tokenizer.apply_chat_template(
                messages, add_generation_prompt=True, extra_context=TEMPLATE_OPTIONS
            )
        )

    def _encode(self, text: str) -> list[int]:
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        tokens: list[int] = encoded.input_ids.data[0].tolist()
        return tokens

    def _config(self, request: Request) -> Any:  # noqa: ANN401
        config = self._pipeline.get_config()
        config.max_new_tokens = request.max_tokens
        config.num_assistant_tokens = config.max_ngram_size = _GUESSED
        config.do_sample = request.temperature > 0
        if config.do_sample:
            config.temperature = request.temperature
            config.rng_seed = request.seed
        return config


def _converted(path: Path, sha256: str, cache_dir: Path) -> Path:
    """The folder of the converted model; made now where it is missing, in some seconds."""
    import openvino_genai

    version = openvino_genai.__version__.split("-")[0]
    home = cache_dir / "llm" / f"{sha256[:16]}-genai-{version}"

    def make(made: Path) -> None:
        log.info("Converting %s, once.", path.name)
        link = made / "model.gguf"
        try:
            link.symlink_to(path)
        except OSError:  # a file system without links
            shutil.copyfile(path, link)
        # It writes beside the file that it reads.
        openvino_genai.LLMPipeline(str(link), "CPU", enable_save_ov_model=True)
        link.unlink()

    return made_once(home, _NETWORK, make)

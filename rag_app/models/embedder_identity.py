"""What an index pins of the embedder that made it."""

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class EmbedderIdentity:
    """What makes two embedders interchangeable: all of it equal."""

    name: str
    sha256: str  # of weights and configuration
    dimension: int
    pooling: str
    normalised: bool
    max_tokens: int  # the model reads no further
    prompts: dict[str, str] = field(default_factory=dict)  # prefixes for "query" and "document"

    def to_json(self) -> str:
        """One line of JSON, keys sorted."""
        return json.dumps(asdict(self), sort_keys=True)

    @staticmethod
    def from_json(text: str) -> "EmbedderIdentity":
        """The inverse of to_json."""
        return EmbedderIdentity(**json.loads(text))

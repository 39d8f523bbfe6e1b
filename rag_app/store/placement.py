"""Where an index's vectors are searched: in FAISS beside its database, or in a store of its own."""

import json
import uuid
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from rag_app.errors import SettingError
from rag_app.store.connection import Connection

_KEY = "store"  # of the meta table; missing or empty for FAISS
FORMS = "faiss, milvus:URL, milvus:FILE.db, pinecone:INDEX, pinecone:HOST-URL"

Kind = Literal["milvus", "pinecone"]


@dataclass(frozen=True)
class Placement:
    """A collection or namespace that holds the vectors of one index, and how far it does."""

    store: str  # such as "milvus:http://127.0.0.1:19530"
    name: str  # of the collection or namespace, which is this index's alone
    newest: int = 0  # highest chunk id that was put there
    count: int = 0  # vectors that are there
    deletion: int | None = None  # the latest that was followed

    @property
    def kind(self) -> Kind:
        """Which store it is."""
        return "milvus" if self.store.startswith("milvus:") else "pinecone"

    @property
    def target(self) -> str:
        """What the store's client connects to."""
        return self.store.partition(":")[2]


def placement_of(database: Connection) -> Placement | None:
    """Where the vectors are; None for FAISS."""
    told = database.meta(_KEY)
    return Placement(**json.loads(told)) if told else None


def note(database: Connection, placement: Placement | None) -> None:
    """Keep where the vectors are, and how far."""
    database.set_meta(_KEY, json.dumps(asdict(placement)) if placement else "")


def new_placement(spec: str) -> Placement | None:
    """The place that ``spec`` names, with nothing in it; None for FAISS.

    Raises SettingError naming every form.
    """
    if spec == "faiss":
        return None
    kind, _, target = spec.partition(":")
    if kind not in ("milvus", "pinecone") or not target.strip():
        raise SettingError(f"--store {spec} names no store. The forms are: {FORMS}.")
    if kind == "milvus" and "://" not in target:
        if not target.endswith(".db"):
            raise SettingError(
                f"--store {spec} cannot be used: a file of Milvus Lite ends in .db, and a server's"
                " URL begins with http:// or https://."
            )
        spec = f"milvus:{Path(target).expanduser().absolute()}"
    return Placement(spec, name=f"rag_{uuid.uuid4().hex}")


def emptied(placement: Placement) -> Placement:
    """The same place, with nothing in it."""
    return replace(placement, newest=0, count=0, deletion=None)

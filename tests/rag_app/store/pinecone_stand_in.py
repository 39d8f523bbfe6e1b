"""What a Pinecone index answers over HTTP, as far as it is asked: vectors by namespace, exact.

Pinecone itself runs nowhere but at Pinecone. Its own client talks to this one as to its emulator.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy as np


class Held:
    """The vectors of one index, by namespace and id, and the paths that were asked for."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self.namespaces: dict[str, dict[str, list[float]]] = {}
        self.asked: list[str] = []

    def answer(self, path: str, body: dict) -> dict:
        """The JSON that answers one request."""
        self.asked.append(path)
        held = self.namespaces.setdefault(body.get("namespace", ""), {})
        match path:
            case "/vectors/upsert":
                held.update({item["id"]: item["values"] for item in body["vectors"]})
                return {"upsertedCount": len(body["vectors"])}
            case "/vectors/delete":
                for chunk in list(held) if body.get("deleteAll") else body["ids"]:
                    held.pop(chunk, None)
                return {}
            case "/vectors/fetch":
                there = {i: {"id": i, "values": held[i]} for i in body["ids"] if i in held}
                return {"vectors": there, "namespace": body["namespace"]}
            case "/query":
                ids = list(held)
                scores = np.array([held[i] for i in ids]) @ np.array(body["vector"])
                best = np.argsort(-scores)[: body["topK"]]
                matches = [{"id": ids[at], "score": float(scores[at])} for at in best]
                return {"matches": matches, "namespace": body["namespace"]}
        spaces = {n: {"vectorCount": len(v)} for n, v in self.namespaces.items() if v}
        total = sum(map(len, self.namespaces.values()))
        return {"dimension": self.dimension, "namespaces": spaces, "totalVectorCount": total}


@contextmanager
def pinecone_index(dimension: int) -> Iterator[tuple[str, Held]]:
    """The URL of a stand-in that runs within, and what it holds."""
    held = Held(dimension)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"]))
            self._say(json.loads(text))

        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            self._say({"ids": query["ids"], "namespace": query["namespace"][0]})

        def _say(self, body: dict) -> None:
            said = json.dumps(held.answer(urlsplit(self.path).path, body)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", held
    finally:
        server.shutdown()
        server.server_close()

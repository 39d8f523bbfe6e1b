"""An OpenAI-compatible endpoint, against a server on this machine; the model's name is its mood."""

import json
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from langchain_core.callbacks import BaseCallbackHandler

from rag_app.errors import Cancelled, MissingExtra, ModelError
from rag_app.llm import describe, load_llm
from rag_app.llm.openai import open_endpoint
from rag_app.llm.spec import parse_spec
from rag_app.settings import load_settings


class Endpoint(BaseHTTPRequestHandler):
    """Streams chat completions, and remembers what it was asked."""

    asked: list[dict]
    keys: list[str]
    left: threading.Event  # the client went away while the server wrote

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(body)
        self.keys.append(self.headers["Authorization"])
        match body["model"]:
            case "unknown":
                self.reply(404, "application/json", b'{"error": {"message": "no such model"}}')
            case "page":
                self.reply(200, "text/html", b"<html>Welcome</html>")
            case "garbage":
                self.reply(200, "text/event-stream", b"data: {broken\n\n")
            case "endless":
                self.reply(200, "text/event-stream", b"")
                try:
                    while True:
                        self.tell({"choices": [{"index": 0, "delta": {"content": "on "}}]})
                except OSError:
                    self.left.set()
            case _:
                self.reply(200, "text/event-stream", b"")
                for text in ("In ", "1932."):
                    self.tell({"choices": [{"index": 0, "delta": {"content": text}}]})
                usage = {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}
                self.tell({"choices": [], "usage": usage})
                self.wfile.write(b"data: [DONE]\n\n")

    def reply(self, status: int, kind: str, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(data)

    def tell(self, chunk: dict) -> None:
        head = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        self.wfile.write(f"data: {json.dumps(head | chunk)}\n\n".encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server():
    class Own(Endpoint):
        asked, keys, left = [], [], threading.Event()

    made = ThreadingHTTPServer(("127.0.0.1", 0), Own)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def endpoint(server: ThreadingHTTPServer, model: str = "m"):
    spec = f"openai:http://127.0.0.1:{server.server_port}/v1#{model}"
    return load_llm(spec, load_settings())


class Listener(BaseCallbackHandler):
    """Hears the tokens; stops the answer at the one that is numbered ``stop_at``."""

    raise_error = True

    def __init__(self, stop_at: int = sys.maxsize) -> None:
        self.heard: list[str] = []
        self._stop_at = stop_at

    def on_llm_new_token(self, token: str, **_: object) -> None:
        if token:
            self.heard.append(token)
        if len(self.heard) >= self._stop_at:
            raise Cancelled("The answer was stopped.")


def test_each_piece_is_heard_once_and_the_usage_is_told(server):
    listener = Listener()
    answer = endpoint(server).invoke("When?", config={"callbacks": [listener]})
    assert answer.content == "In 1932."
    assert listener.heard == ["In ", "1932."]
    assert answer.usage_metadata["input_tokens"] == 7
    assert answer.usage_metadata["output_tokens"] == 2


def test_the_request_is_greedy_limited_and_by_a_harmless_key(server):
    endpoint(server).invoke("When?")
    asked = server.RequestHandlerClass.asked[-1]
    assert (asked["model"], asked["temperature"], asked["stream"]) == ("m", 0, True)
    assert asked["max_tokens"] == load_settings().answer_tokens
    assert "max_completion_tokens" not in asked
    assert server.RequestHandlerClass.keys[-1] == "Bearer none"


def test_the_key_comes_from_the_environment(server, monkeypatch):
    monkeypatch.setenv("RAG_OPENAI_API_KEY", "sesame")
    spec = parse_spec(f"openai:http://127.0.0.1:{server.server_port}/v1#m")
    open_endpoint(spec, 8).invoke("When?")
    assert server.RequestHandlerClass.keys[-1] == "Bearer sesame"


def test_a_callback_stops_the_answer_and_the_server(server):
    with pytest.raises(Cancelled):
        endpoint(server, "endless").invoke("When?", config={"callbacks": [Listener(stop_at=3)]})
    assert server.RequestHandlerClass.left.wait(10)


@pytest.mark.parametrize(
    ("model", "why"),
    [
        ("unknown", "no such model"),
        ("page", "it sent no chat completion"),
        ("garbage", "JSONDecodeError"),
    ],
)
def test_a_server_that_serves_something_else_is_named(server, model: str, why: str):
    with pytest.raises(ModelError, match=rf"127\.0\.0\.1:{server.server_port}/v1.*{why}.*RAG_LLM"):
        endpoint(server, model).invoke("When?")


def test_an_endpoint_that_nobody_serves_is_named():
    with socket.socket() as taken:  # bound, and never listening
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(ModelError, match=rf"127\.0\.0\.1:{port}/v1.*RAG_LLM"):
            load_llm(f"openai:http://127.0.0.1:{port}/v1#m", load_settings()).invoke("When?")


def test_it_says_what_answers_where(server):
    assert describe(endpoint(server)) == f"m at http://127.0.0.1:{server.server_port}/v1"


def test_a_missing_library_names_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "langchain_openai", None)
    with pytest.raises(MissingExtra, match=r"rag-app\[openai\]"):
        open_endpoint(parse_spec("openai:http://127.0.0.1:9/v1#m"), 8)

"""The gate before the chat: requests as they come over the network, answered by the real gate."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from rag_app.accounts import open_accounts
from rag_app.settings import Settings, load_settings
from ui.gate import COOKIE, Gate, routes

PASSWORD = "a bridge of 503 metres"
STREAM = "ws://10.0.0.7/stream"
HTML = {"accept": "text/html"}


async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("documents")
    await websocket.close()


def server(settings: Settings, address: str = "http://10.0.0.7") -> TestClient:
    """What a client at ``address`` reaches: a page and a socket with the gate before them."""
    behind = [
        Route("/documents", lambda request: PlainTextResponse("documents")),
        Route("/_stcore/health", lambda request: PlainTextResponse("ok")),
        WebSocketRoute("/stream", socket),
    ]
    app = Starlette(
        routes=[*routes(settings), *behind], middleware=[Middleware(Gate, settings=settings)]
    )
    return TestClient(app, base_url=address, follow_redirects=False)


@pytest.fixture
def client(own: Settings) -> Iterator[TestClient]:
    settings = load_settings(indexes_dir=own.indexes_dir, sign_in="local")
    open_accounts(settings).add("ana", PASSWORD)
    with server(settings) as opened:
        yield opened


def sign_in(client: TestClient, password: str = PASSWORD):
    return client.post("/sign-in", data={"name": "ana", "password": password})


def test_without_sign_in_only_this_machine_is_answered(own: Settings):
    with server(own) as elsewhere:
        assert elsewhere.get("/documents").status_code == 403
        assert "there is no sign-in" in elsewhere.get("/documents").text
        with pytest.raises(WebSocketDisconnect), elsewhere.websocket_connect(STREAM):
            pass
    with server(own, "http://127.0.0.1:8501") as here:
        assert here.get("/documents").text == "documents"


def test_nothing_is_shown_before_one_signs_in(client: TestClient):
    page = client.get("/documents", headers=HTML)
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in")
    assert client.get("/documents").status_code == 401
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(STREAM):
        pass
    assert client.get("/_stcore/health").text == "ok"
    client.cookies.set(COOKIE, "WyJhbmEiLCA5ZTk5XQ==.00")
    assert client.get("/documents").status_code == 401


def test_whoever_signs_in_is_let_through_until_signing_out(client: TestClient):
    answer = sign_in(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert client.get("/documents").text == "documents"
    with client.websocket_connect(STREAM) as stream:
        assert stream.receive_text() == "documents"
    kept = client.cookies[COOKIE]
    assert client.get("/sign-out").status_code == 303
    assert client.get("/documents").status_code == 401
    client.cookies.set(COOKIE, kept)  # a copy of the cookie is worthless too
    assert client.get("/documents").status_code == 401


def test_a_wrong_password_is_told_and_guessing_slowed_down(client: TestClient):
    answer = sign_in(client, "wrong password")
    assert answer.status_code == 401
    assert "Name or password is wrong" in answer.text
    assert COOKIE not in client.cookies
    # A wait may be over before a busy machine has tried again: each is twice the one before.
    assert any(sign_in(client, "wrong password").status_code == 429 for _ in range(8))


@pytest.mark.parametrize("damage", ["", "{", "[]"])
def test_a_damaged_file_of_accounts_lets_no_one_in_and_is_told(
    client: TestClient, own: Settings, damage: str
):
    sign_in(client)
    accounts = own.indexes_dir / "accounts.json"
    whole = accounts.read_text()
    accounts.write_text(damage)
    assert client.get("/documents", headers=HTML).headers["location"] == "/sign-in"
    told = client.get("/sign-in", headers={"accept-language": "pt-BR"})
    assert told.status_code == 503
    assert "está danificado" in told.text
    said = sign_in(client).text
    assert "accounts.json is damaged" in said and str(own.indexes_dir) not in said
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(STREAM):
        pass
    accounts.write_text(whole)
    assert client.get("/documents").text == "documents"  # who was signed in still is
    accounts.write_text(damage)
    assert client.get("/sign-out").status_code == 303


def test_a_refusal_is_told_in_the_browser_s_language(client: TestClient):
    client.headers["accept-language"] = "pt-BR"
    answers = [sign_in(client, "wrong password") for _ in range(8)]
    assert "Nome ou senha incorretos" in answers[0].text
    # Of a busy machine the last one may come when the wait is over.
    assert any("Senhas erradas demais. Tente de novo em " in answer.text for answer in answers)


def test_a_request_that_is_refused_is_told_why_in_the_browser_s_language(client: TestClient):
    client.headers["accept-language"] = "pt-BR"
    stranger = client.post("/sign-in", data={}, headers={"origin": "https://elsewhere.example"})
    assert stranger.text == "Este formulário foi enviado de outro site."
    assert (
        client.post("/sign-in", data={"name": "a" * 5000}).text == "O formulário é grande demais."
    )
    assert client.get("/documents").text == "Entre primeiro."


def test_a_form_of_another_site_is_refused(client: TestClient):
    form = {"name": "ana", "password": PASSWORD}
    answer = client.post("/sign-in", data=form, headers={"origin": "http://evil.example"})
    assert answer.status_code == 403
    assert client.post("/sign-in", data=form | {"more": "x" * 5000}).status_code == 413


def test_the_sign_in_page_speaks_portuguese_and_runs_no_script(client: TestClient):
    page = client.get("/sign-in", headers={"accept-language": "pt-BR"})
    assert "Senha" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<script" not in page.text

"""What stands before the chat on the server: a sign-in page, and no way past it.

Local accounts are checked here, before any request or socket reaches Streamlit; who has signed
in carries a signed token in a cookie that scripts in the page cannot read.
"""

import html
import ipaddress
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from rag_app.accounts import TOKEN_S, open_accounts
from rag_app.errors import AccountError
from rag_app.language import Language
from rag_app.settings import Settings
from ui.language import catalogue
from ui.wording import worded

COOKIE = "rag_sign_in"
SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
_HEALTH = "/_stcore/health"
_LARGEST = 4096  # bytes of a form
_STYLE = (Path(__file__).parent / "sign_in.css").read_text(encoding="utf-8")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # with no referrer at all, forms come from origin "null"
    "X-Content-Type-Options": "nosniff",
}


class Gate:
    """ASGI middleware: lets through who has signed in, or, without sign-in, this machine alone."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, send it to the sign-in page, or refuse it."""
        if scope["type"] not in ("http", "websocket") or self._is_open(HTTPConnection(scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._refusal(HTTPConnection(scope))(scope, receive, send)

    def _is_open(self, connection: HTTPConnection) -> bool:
        if connection.url.path == _HEALTH:
            return True
        if self._settings.sign_in == "":
            return _on_loopback(connection)
        if self._settings.sign_in == "oidc":  # Streamlit's own sign-in, asked for by the script
            return True
        is_gate = connection.url.path in (SIGN_IN, SIGN_OUT)
        return is_gate or holder(connection, self._settings) is not None

    def _refusal(self, connection: HTTPConnection) -> Response:
        if self._settings.sign_in == "":
            return PlainTextResponse(catalogue(_language(connection))["exposed"], 403)
        if "text/html" in connection.headers.get("accept", ""):
            return RedirectResponse(SIGN_IN, 303)
        return PlainTextResponse(catalogue(_language(connection))["sign_in_first"], 401)


def routes(settings: Settings) -> list[Route]:
    """The pages of the gate itself."""

    def show(request: Request) -> Response:
        if holder(request, settings):
            return RedirectResponse("/", 303)
        language = _language(request)
        try:
            open_accounts(settings).names()
        except AccountError as error:  # no password would be right
            return _page(language, _told(error, settings, language), 503)
        return _page(language, "", 200)

    async def check(request: Request) -> Response:
        language = _language(request)
        if not _same_origin(request):
            return PlainTextResponse(catalogue(language)["sign_in_other_site"], 403)
        if int(request.headers.get("content-length") or _LARGEST + 1) > _LARGEST:
            return PlainTextResponse(catalogue(language)["sign_in_too_large"], 413)
        fields = parse_qs((await request.body()).decode("utf-8", "replace"))
        name, password = (fields.get(key, [""])[0] for key in ("name", "password"))
        try:
            # Takes some tenths of a second, which others must not wait for.
            token = await run_in_threadpool(open_accounts(settings).sign_in, name, password)
        except AccountError as error:
            return _page(language, _told(error, settings, language), 429)
        if token is None:
            return _page(language, catalogue(language)["sign_in_wrong"], 401)
        response = RedirectResponse("/", 303)
        response.set_cookie(
            COOKIE, token, max_age=TOKEN_S, httponly=True, samesite="lax", path="/",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        return response

    def leave(request: Request) -> Response:
        with suppress(AccountError):  # one that nobody can read lets nobody in
            open_accounts(settings).end(request.cookies.get(COOKIE, ""))
        response = RedirectResponse(SIGN_IN, 303)
        response.delete_cookie(COOKIE, path="/")
        return response

    if settings.sign_in != "local":
        return []
    return [
        Route(SIGN_IN, show, methods=["GET"]),
        Route(SIGN_IN, check, methods=["POST"]),
        Route(SIGN_OUT, leave, methods=["GET"]),
    ]


def _told(error: AccountError, settings: Settings, language: Language) -> str:
    """The error without the folder of its file: whoever reaches the address reads this page."""
    folder = settings.indexes_dir.expanduser().absolute()
    return worded(str(error).replace(f"{folder}/", ""), language)


def holder(connection: HTTPConnection, settings: Settings) -> str | None:
    """Who has signed in on this connection with a local account; None where no one has."""
    return holder_of(connection.cookies.get(COOKIE, ""), settings)


def holder_of(token: str, settings: Settings) -> str | None:
    """Whose token this is; None where it is worthless, or no account can be read to tell."""
    try:
        return open_accounts(settings).holder(token) if token else None
    except AccountError:  # the sign-in page tells, which is where they are sent
        return None


def _on_loopback(connection: HTTPConnection) -> bool:
    """Whether the connection came in on this machine's loopback, whatever the settings say."""
    address, _ = connection.scope.get("server") or ("", None)
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:  # a name: a test's client, or a socket without an address
        return address == "localhost"


def _same_origin(request: Request) -> bool:
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _language(connection: HTTPConnection) -> Language:
    wanted = connection.headers.get("accept-language", "").lower()
    return "pt" if wanted.startswith("pt") else "en"


def _page(language: Language, said: str, status: int) -> HTMLResponse:
    words = {key: html.escape(text) for key, text in catalogue(language).items()}
    alert = f'<p role="alert">{html.escape(said)}</p>' if said else ""
    return HTMLResponse(
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{words['sign_in']}</title><style>{_STYLE}</style>"
        f'<form method="post"><h1>{words["title"]}</h1>{alert}'
        f'<label>{words["sign_in_name"]}<input name="name" autocomplete="username" required'
        f' autofocus></label><label>{words["sign_in_password"]}<input name="password"'
        ' type="password" autocomplete="current-password" required></label>'
        f"<button>{words['sign_in']}</button></form></html>",
        status,
        _HEADERS,
    )

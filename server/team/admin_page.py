"""The admin's page at `/admin`: everything at a glance, read-only, for people with the right `admin` alone.

A browser cannot send a key in a header, so a form takes it once; a cookie then carries it, sealed, and each request is
authenticated with it anew: a right that was withdrawn counts at once.
"""

import json
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from mcp.server.request_state import InvalidRequestState, RequestStateCodec

from server.http_server import is_loopback
from server.store.engine import StoreError
from server.team.admin_html import render, render_form
from server.team.authentication import Authenticator, Headers, NotAuthenticated
from server.team.overview import Overview
from server.team.person import Person
from server.web_page import HEADERS, POLICY, read_form

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

PATH: Final = "/admin"
COOKIE: Final = "testdesk_admin"
SECONDS: Final = 1_800
"""How long the page can be read without the key being typed again."""
NOT_KNOWN: Final = "This key or token is not known, has expired, or has no right admin."


class AdminPage:
    """An ASGI application beside the MCP endpoint."""

    def __init__(
        self, authenticator: Authenticator, codec: RequestStateCodec, read: Callable[[], Awaitable[Overview]]
    ) -> None:
        self._authenticator, self._codec, self._read = authenticator, codec, read

    async def close(self) -> None:
        """Nothing of it outlives a request."""

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        where, nonce = (scope["method"], scope["path"].rstrip("/")), secrets.token_urlsafe(16)
        status, page, cookie = HTTPStatus.NOT_FOUND, render_form(nonce, "There is nothing here."), None
        if where == ("GET", PATH):
            status, page = await self._show(scope["headers"], headers, nonce)
        elif where == ("POST", f"{PATH}/enter"):
            status, page, cookie = await self._enter(await read_form(receive), headers, nonce)
        elif where == ("POST", f"{PATH}/leave"):
            status, page, cookie = HTTPStatus.OK, render_form(nonce, "You have left."), _cookie("", headers)
        await _answer(send, status, page, nonce, cookie)

    async def _show(self, raw: Headers, headers: Mapping[str, str], nonce: str) -> tuple[HTTPStatus, str]:
        token = None if "authorization" in headers else self._carried(headers.get("cookie", ""))
        sent = [(b"authorization", f"Bearer {token}".encode("latin-1", "replace"))] if token is not None else raw
        if token is None and "authorization" not in headers:
            return HTTPStatus.OK, render_form(nonce)
        person = await self._admin(sent)
        if person is None:
            return HTTPStatus.UNAUTHORIZED, render_form(nonce, NOT_KNOWN)
        try:
            return HTTPStatus.OK, render(nonce, await self._read(), person.name)
        except StoreError as error:
            return HTTPStatus.SERVICE_UNAVAILABLE, render_form(nonce, str(error))

    async def _enter(
        self, form: Mapping[str, str], headers: Mapping[str, str], nonce: str
    ) -> tuple[HTTPStatus, str, str | None]:
        """Take a key from the form, and none that another page sends."""
        origin, token = urlsplit(headers.get("origin", "")).netloc, form.get("key", "").strip()
        sent = [(b"authorization", f"Bearer {token}".encode("latin-1", "replace"))]
        if origin != headers.get("host") or not token or await self._admin(sent) is None:
            return HTTPStatus.UNAUTHORIZED, render_form(nonce, NOT_KNOWN), None
        sealed = self._codec.seal(json.dumps({"until": time.time() + SECONDS, "token": token}).encode())
        return HTTPStatus.SEE_OTHER, "", _cookie(sealed, headers)

    async def _admin(self, headers: Headers) -> Person | None:
        try:
            person = await self._authenticator.authenticate(headers)
        except NotAuthenticated:
            return None
        return person if person.is_team and person.may("admin") else None

    def _carried(self, cookies: str) -> str | None:
        """The key that a cookie carries, for half an hour."""
        try:
            carried = SimpleCookie(cookies)[COOKIE].value
            said: dict[str, Any] = json.loads(self._codec.unseal(carried))
        except (KeyError, CookieError, InvalidRequestState, ValueError):
            return None
        return str(said["token"]) if said["until"] > time.time() else None


def _cookie(value: str, headers: Mapping[str, str]) -> str:
    """The cookie's header; only on this machine may it travel without TLS."""
    try:
        is_here = is_loopback(urlsplit(f"//{headers.get('host', '')}").hostname or "")
    except ValueError:
        is_here = False
    secure = "" if is_here else "; Secure"
    return f"{COOKIE}={value}; Path={PATH}; Max-Age={SECONDS if value else 0}; HttpOnly; SameSite=Strict{secure}"


async def _answer(send: "Send", status: HTTPStatus, page: str, nonce: str, cookie: str | None) -> None:
    body = page.encode()
    sent = HEADERS | {"content-security-policy": POLICY.format(nonce=nonce), "content-length": str(len(body))}
    if cookie is not None:
        sent["set-cookie"] = cookie
    if status is HTTPStatus.SEE_OTHER:
        sent["location"] = PATH
    start = [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]
    await send({"type": "http.response.start", "status": int(status), "headers": start})
    await send({"type": "http.response.body", "body": body})

"""ApiClient: one platform's HTTP API, with its paths, time limits, retries and errors in one place."""

import json
import logging
import math
import random
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, ClassVar, Protocol, TypeVar
from urllib.parse import quote as percent

import anyio
import httpx
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from tools.kit.errors import (
    Conflict,
    HostMoved,
    Invalid,
    NotFound,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Refused,
    Unauthorized,
    Unavailable,
    UnexpectedShape,
)
from tools.kit.network import Account
from tools.kit.text import quote

M = TypeVar("M", bound=BaseModel)
Query = Sequence[tuple[str, str | int]]

logger = logging.getLogger(__name__)

MAX_BODY = 24 * 1024 * 1024  # a page of 500 full bugs is about 3 MB; a body past this is not one of ours
MAX_WAIT = 20.0  # seconds; a platform that asks for a longer pause gets it from the caller
TRIES = 3
UNREACHED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_ACCEPTED = "The change itself was accepted."


def path(*pieces: str | int) -> str:
    """Build a path of percent-encoded pieces, so that no id can climb out of its place.

    Raises:
        Refused: for an empty piece, `.` or `..`, which an address resolver would act on, or half a character.
    """
    for piece in pieces:
        if str(piece).strip() in {"", ".", ".."}:
            raise Refused("An id may not be empty, '.' or '..'.")
    try:
        return "/" + "/".join(percent(str(piece), safe="") for piece in pieces)
    except UnicodeEncodeError as error:
        raise Refused("An id has to be whole Unicode text.") from error


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds a platform asks to wait, from `Retry-After` as seconds or as a date."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
        return max(0.0, seconds) if math.isfinite(seconds) else None
    except ValueError:
        try:
            return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
        except (ValueError, TypeError):
            return None


def pause(error: PlatformError, attempt: int, asked: float | None) -> float | None:
    """How long to wait before a read is sent again, or None for not at all."""
    if attempt >= TRIES or not isinstance(error, RateLimited | Unavailable):
        return None
    if asked is not None:
        return asked if asked <= MAX_WAIT else None
    return min(4.0, 0.25 * 2.0**attempt) * (0.5 + random.random() / 2)  # noqa: S311 - jitter, not a secret


class Content(Protocol):
    """A body that is sent piece by piece; its headers tell its kind and its length."""

    @property
    def headers(self) -> Mapping[str, str]: ...

    def pieces(self) -> AsyncGenerator[bytes, None]: ...


class _Leaving:
    """Hands a body on one piece behind: while its last one is held back there is no request that could be acted on."""

    def __init__(self, content: Content, scope: anyio.CancelScope) -> None:
        self.content, self._scope = content, scope
        self.is_whole = False

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        ahead: bytes | None = None
        async with aclosing(self.content.pieces()) as pieces:
            async for piece in pieces:
                if ahead is not None:
                    yield ahead
                ahead = piece
        self.is_whole = self._scope.shield = True
        if ahead is not None:
            yield ahead


class ApiClient:
    """One pooled HTTP client with a platform's rules; a subclass has one method an endpoint."""

    at_once: ClassVar[int] = 8
    """Requests in flight at a time."""
    again: ClassVar[frozenset[int]] = frozenset({429, 502, 503, 504})
    """Statuses after which a read is sent again."""

    def __init__(self, account: Account, *, auth: httpx.Auth | None, base_url: str | None = None) -> None:
        self.account = account
        self.base_url = (base_url or account.base_url).rstrip("/")
        self._auth = auth
        self._http: httpx.AsyncClient | None = None
        self._slots = anyio.CapacityLimiter(self.at_once)
        self._ahead = 0.0

    @property
    def is_sandbox(self) -> bool:
        return self.account.network.is_sandbox

    def now(self) -> datetime:
        """The time by the platform's clock, as its last answer told it; ages such as `7d` count from here."""
        return datetime.fromtimestamp(time.time() + self._ahead, tz=UTC)

    async def get(self, where: str, *, query: Query = (), into: type[M], envelope: str | None = None) -> M:
        """GET that reads: sent again after a passing failure."""
        return await self.read("GET", where, query=query, into=into, envelope=envelope)

    async def read(
        self,
        method: str,
        where: str,
        *,
        into: type[M],
        envelope: str | None = None,
        query: Query = (),
        body: Any = None,
    ) -> M:
        """Send a request that changes nothing, whatever its method, and answer its document.

        `envelope` is the name an object may be wrapped in; an answer without it is taken as the bare object.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                async with self._slots:
                    raw = await self._exchange(method, where, query, body, is_write=False)
                return self._model(raw, into, envelope, f"{method} {where}")
            except PlatformError as error:
                wait = pause(error, attempt, error.wait) if self._passing(error) else None
                if wait is None:
                    raise
                logger.info("%s %s: %s; again in %.1f s", method, where, type(error).__name__, wait)
                await anyio.sleep(wait)

    async def write(
        self,
        method: str,
        where: str,
        *,
        into: type[M],
        envelope: str | None = None,
        query: Query = (),
        body: Any = None,
        content: Content | None = None,
    ) -> M:
        """Send a request that changes something, once, and wait for its answer whoever else has gone.

        Raises:
            OutcomeUnknown: when it left and no answer says whether it happened.
        """
        raw = await self.send(method, where, query=query, body=body, content=content)
        return self._model(raw, into, envelope, f"{method} {where}", done=True)

    async def send(
        self, method: str, where: str, *, query: Query = (), body: Any = None, content: Content | None = None
    ) -> bytes:
        """Write as `write` does, and give the body of the answer unread, for those that have nothing to say in it."""
        async with self._slots:
            # From here a cancel would lose the answer but not the change: wait, as long as the request itself may take.
            # A body sent in pieces can be called back until its last one leaves.
            with anyio.CancelScope(shield=content is None) as scope:
                leaving = None if content is None else _Leaving(content, scope)
                raw = await self._exchange(method, where, query, body, is_write=True, leaving=leaving)
        logger.info("%s %s done", method, where)
        return raw

    def _passing(self, error: PlatformError) -> bool:
        return error.status is None or error.status in self.again

    async def _exchange(
        self, method: str, where: str, query: Query, body: Any, *, is_write: bool, leaving: _Leaving | None = None
    ) -> bytes:
        request = f"{method} {where}"
        if self._http is None:
            self._http = self.account.network.client(self.base_url, self._auth)
        try:
            async with self._http.stream(
                method,
                where,
                params=list(query) or None,
                json=body if body is not None else None,
                content=None if leaving is None else leaving.pieces(),
                headers=None if leaving is None else leaving.content.headers,
            ) as response:
                self._notice_time(response.headers.get("date"))
                raw = await self._body(response, request, is_write)
        except (httpx.InvalidURL, UnicodeEncodeError) as error:
            raise Refused("The request is too long for an address, or not Unicode text. Nothing was sent.") from error
        except UNREACHED as error:
            raise Unavailable(
                f"{self.account.title} cannot be reached ({_kind(error)})."
                + (" Nothing was sent." if is_write else " Check the network and the base address, then try again."),
                request=request,
            ) from error
        except (httpx.HTTPError, UnicodeError) as error:  # UnicodeError: a redirect to what can be no host's name
            if leaving is not None and not leaving.is_whole:
                raise Unavailable(
                    f"The connection to {self.account.title} was lost before everything was sent ({_kind(error)}). "
                    "What had left is no whole request; nothing came of it.",
                    request=request,
                ) from error
            if is_write:
                raise OutcomeUnknown(
                    f"{self.account.title} took the request and gave no answer ({_kind(error)}): "
                    "it may or may not have happened. It was not sent again.",
                    request=request,
                ) from error
            slow = isinstance(error, httpx.TimeoutException)
            raise Unavailable(
                f"{self.account.title} {'took too long' if slow else 'broke off the answer'} ({_kind(error)}). "
                "Only reading was tried; nothing was changed.",
                request=request,
            ) from error
        if response.is_success:
            return raw
        raise self._failure(response, raw, request, is_write)

    def _notice_time(self, date: str | None) -> None:
        if date is not None:
            with suppress(ValueError, TypeError):
                self._ahead = parsedate_to_datetime(date).timestamp() - time.time()

    async def _body(self, response: httpx.Response, request: str, is_write: bool) -> bytes:
        pieces, size = [], 0
        async for piece in response.aiter_bytes():
            size += len(piece)
            if size > MAX_BODY and not response.is_success:
                return b""  # the status says enough; no sentence is that long
            if size > MAX_BODY:
                raise UnexpectedShape(
                    f"The answer is larger than {MAX_BODY // 2**20} MB and was not read to its end. "
                    + (_ACCEPTED if is_write else "Ask for less: fewer rows, a filter."),
                    request=request,
                    status=response.status_code,
                )
            pieces.append(piece)
        return b"".join(pieces)

    def _model(self, raw: bytes, into: type[M], envelope: str | None, request: str, *, done: bool = False) -> M:
        try:
            if envelope is None:
                return into.model_validate_json(raw.strip() or b"{}")
            answer = from_json(raw) if raw.strip() else {}
            inside = answer.get(envelope) if isinstance(answer, dict) else None
            return into.model_validate(inside if isinstance(inside, dict) else answer)
        except ValidationError as error:
            wrong = error.errors(include_input=False, include_url=False)
            if any(e["type"] == "json_invalid" for e in wrong):
                raise self._not_json(request, done) from error
            places = sorted({".".join(map(str, e["loc"])) or "the whole" for e in wrong})
            raise UnexpectedShape(
                f"{self.account.title} answered in a shape we do not know ({', '.join(places[:5])})."
                + (f" {_ACCEPTED}" if done else ""),
                request=request,
            ) from error
        except ValueError as error:
            raise self._not_json(request, done) from error

    def _not_json(self, request: str, done: bool) -> UnexpectedShape:
        return UnexpectedShape(
            f"{self.account.title} answered with something that is not JSON." + (f" {_ACCEPTED}" if done else ""),
            request=request,
        )

    def _failure(self, response: httpx.Response, raw: bytes, request: str, is_write: bool) -> PlatformError:
        status, title = response.status_code, self.account.title
        words = self.words(raw)
        given: dict[str, Any] = {"request": request, "status": status, "words": words}
        error: PlatformError
        if 300 <= status < 400:
            host = _host(response.headers.get("location", ""))
            error = HostMoved(
                f"{title} answers with a redirect{f' to {host}' if host else ''}. It is not followed, since the "
                "credential would go along. If you trust that host, set it as the base address.",
                request=request,
                status=status,
            )
        elif status in {401, 403}:
            error = Unauthorized(f"{title} refused the credential or the right to do this ({status}).", **given)
        elif status == HTTPStatus.NOT_FOUND:
            error = NotFound(f"{title} has no such thing (404).", **given)
        elif status == HTTPStatus.CONFLICT:
            error = Conflict(f"{title} refused: it is in a state that does not allow this (409).", **given)
        elif status == HTTPStatus.TOO_MANY_REQUESTS:
            wait = retry_after(response.headers)
            when = f"in {wait:.0f} seconds" if wait else "in a minute"
            error = RateLimited(f"{title} asks for fewer requests (429). Try again {when}.", **given, wait=wait)
        elif status < HTTPStatus.INTERNAL_SERVER_ERROR:
            error = Invalid(f"{title} refused what was sent ({status}).", **given)
        elif is_write:
            error = OutcomeUnknown(
                f"{title} answered {status}: it may or may not have happened. It was not sent again.", **given
            )
        else:
            error = Unavailable(
                f"{title} answered {status}. Only reading was tried; nothing was changed.",
                **given,
                wait=retry_after(response.headers),
            )
        return error

    def words(self, raw: bytes) -> str:
        """The platform's own sentence in a body of an error; empty when it is a page of HTML or nothing."""
        try:
            told = from_json(raw)  # unlike json.loads, it answers a ValueError to endless nesting
        except ValueError:
            return ""
        if isinstance(told, dict):
            told = told.get("error") or told.get("message") or told.get("errors") or ""
        return told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)


def _host(address: str) -> str:
    """The host an address names, as others' text; empty where it names none."""
    try:
        host = httpx.URL(address).host
    except (httpx.InvalidURL, UnicodeError):
        return ""
    return quote(host, at_most=100) if host else ""


def _kind(error: Exception) -> str:
    return {
        "ConnectError": "no connection",
        "ConnectTimeout": "no connection in time",
        "PoolTimeout": "too many requests waiting",
        "ProxyError": "the proxy refused",
        "ReadTimeout": "no answer in time",
        "WriteTimeout": "could not be sent in time",
        "ReadError": "connection lost",
        "RemoteProtocolError": "connection broken off",
    }.get(type(error).__name__, type(error).__name__)

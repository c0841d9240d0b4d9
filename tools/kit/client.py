"""ApiClient: one platform's HTTP API, with its paths, time limits, retries and errors in one place."""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote as percent

import anyio
import httpx
from pydantic import BaseModel, ValidationError

from tools.kit.egress import PublicOnly
from tools.kit.errors import (
    ACCEPTED,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Refused,
    TestdeskError,
    UnexpectedShape,
)
from tools.kit.failures import (
    BROKEN,
    UNREACHED,
    FailureContext,
    broken_off,
    check_taken,
    error_for,
    not_json_message,
    page_title,
    unreached,
)
from tools.kit.kept import Kept
from tools.kit.leaving import Content, Leaving
from tools.kit.missing import note_missing
from tools.kit.network import Account, decompressed, limited
from tools.kit.observing import Exchange, observing
from tools.kit.pace import Pace
from tools.kit.parsing import MOST_VALUES, NotJson, TooManyValues, is_blank, load_json, parse_answer
from tools.kit.reach import Reachable, reach_of
from tools.kit.reasons import error_sentence
from tools.kit.request import NO_HEADERS, QueryParams, Request
from tools.kit.retry import pause, seconds_ahead
from tools.kit.sending import sending
from tools.kit.text import without_escaped_marks, word
from tools.kit.turns import Turns

M = TypeVar("M", bound=BaseModel)

logger = logging.getLogger(__name__)

MAX_BODY = 24 * 1024 * 1024  # a page of 500 full bugs is about 3 MB


def path(*pieces: str | int) -> str:
    """Build a path of percent-encoded pieces, so that an id cannot escape its segment.

    Raises:
        Refused: for an empty piece, `.` or `..`, which a URL resolver acts on, or a lone surrogate.
    """
    for piece in pieces:
        if str(piece).strip() in {"", ".", ".."}:
            raise Refused("An id may not be empty, '.' or '..'.")
    try:
        return "/" + "/".join(percent(str(piece), safe="") for piece in pieces)
    except UnicodeEncodeError as error:
        raise Refused("An id must be valid Unicode text.") from error


class ApiClient:
    """A pooled HTTP client with a platform's rules; a subclass has one method per endpoint."""

    at_once: ClassVar[int] = 8
    """Concurrent requests, of all callers together, who take turns, unless the operator states another number. The
    default suits a platform that documents no allowance and whose own programs send one request after another."""
    per_second: ClassVar[float | None] = None
    """Requests per second, where a platform has such a limit; not applied in a sandbox."""
    burst: ClassVar[float] = 1.0
    """Burst after an idle period; counts towards the rate of the following second."""
    again: ClassVar[frozenset[int]] = frozenset({408, 429, 502, 503, 504})
    """Statuses after which a read is retried."""
    reachable: ClassVar[Reachable | None] = None
    """How its requests say which product or project they concern; None: they are not those of a platform's API."""
    limited_before_acting: ClassVar[bool] = False
    """Whether a rate-limited request is certain to have had no effect, so that a write may be retried."""

    def __init__(self, account: Account, *, auth: httpx.Auth | None, base_url: str | None = None) -> None:
        self.account = account
        self.base_url = (base_url or account.base_url).rstrip("/")
        self._auth = auth
        self._http: httpx.AsyncClient | None = None
        self._limit: PublicOnly | None = None
        self._at_once = account.at_once or self.at_once
        self._slots = Turns(self._at_once, account.network.sharing)
        self._pace = Pace(account, per_second=None if self.is_sandbox else self.per_second, burst=self.burst)
        self._kept = Kept()
        self._reach = reach_of(account, self.reachable)
        self._ahead = 0.0
        self._is_dated = False
        self._date: str | None = None

    @property
    def is_sandbox(self) -> bool:
        return self.account.network.is_sandbox

    def now(self) -> datetime:
        """The platform's time, from its last response; ages such as `7d` count from here."""
        return datetime.fromtimestamp(time.time() + self._ahead, tz=UTC)

    async def clock(self) -> datetime:
        """The platform's time, requested where no response has given it yet.

        Any answer tells it, so the question goes to the base address, without the credential. Where none comes, this
        machine's clock counts.
        """
        if not self._is_dated:
            await self._pace.turn()
            with suppress(*BROKEN, httpx.InvalidURL):
                async with self._slots, limited(self.account.network.request_seconds):
                    with observing.get().request(self.account.title, "HEAD", "/", 1) as exchange:
                        response = await self._opened().head("", auth=httpx.Auth())
                        exchange.answered(response.status_code)
                self._notice_time(response.headers.get("date"))
        return self.now()

    async def get(
        self,
        where: str,
        *,
        query: QueryParams = (),
        into: type[M],
        envelope: str | None = None,
        auth: httpx.Auth | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> M:
        """Send a GET; retried after a transient failure."""
        return await self.read("GET", where, query=query, into=into, envelope=envelope, auth=auth, headers=headers)

    async def read(
        self,
        method: str,
        where: str,
        *,
        into: type[M],
        envelope: str | None = None,
        query: QueryParams = (),
        body: Any = None,
        auth: httpx.Auth | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> M:
        """Send a request that changes nothing, whatever its method, and return its document.

        `envelope` is the name an object may be wrapped in, or several joined by dots from the outside in; an answer
        without it is taken as the bare object. `auth` stands in for the client's own.
        """
        request = Request(method, where, query, body, auth, headers, is_write=False)
        kept, age = self._kept.get(request.key), self._kept.age
        if kept is not None:
            return self._model(kept, into, envelope, str(request))
        attempt, left, began = 0, self.account.network.request_seconds, anyio.current_time()

        async def exchange() -> bytes:
            nonlocal began
            async with self._slots:
                await self._pace.rested(str(request))
                began = anyio.current_time()  # waiting for a turn does not count
                return await self._exchange(replace(request, attempt=attempt), left)

        while True:
            attempt += 1
            try:
                raw = await self._within_reach(request, exchange)
                model = self._model(raw, into, envelope, str(request))
                if method == "GET":
                    self._kept.put(request.key, raw, age=age)
                return model
            except PlatformError as error:
                left -= anyio.current_time() - began
                if left <= 0 or not await self._again(error, attempt, request):
                    raise

    async def _look_up(self, request: Request, where: str) -> Any:
        found = replace(request, method="GET", where=where, query=(), body=None, is_write=False)
        async with self._slots:
            return load_json(await self._exchange(found, self.account.network.request_seconds))

    async def _within_reach(self, request: Request, send: Callable[[], Awaitable[bytes]]) -> bytes:
        if self._reach is None:
            return await send()
        return await self._reach.apply(str(request), request.query, request.body, partial(self._look_up, request), send)

    async def write(
        self,
        method: str,
        where: str,
        *,
        into: type[M],
        envelope: str | None = None,
        query: QueryParams = (),
        body: Any = None,
        content: Content | None = None,
        auth: httpx.Auth | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> M:
        """Send a request that changes something, once, and wait for its response even if the caller is cancelled.

        Raises:
            OutcomeUnknown: when it was sent and no response says whether it took effect.
        """
        raw = await self.send(method, where, query=query, body=body, content=content, auth=auth, headers=headers)
        return self._model(raw, into, envelope, f"{method} {where}", done=True)

    async def send(
        self,
        method: str,
        where: str,
        *,
        query: QueryParams = (),
        body: Any = None,
        content: Content | None = None,
        auth: httpx.Auth | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> bytes:
        """Write as `write` does, and return the raw body, for endpoints without a document."""
        request = Request(method, where, query, body, auth, headers, is_write=True)
        attempt = 0
        while True:
            attempt += 1
            try:
                raw = await self._send_once(replace(request, attempt=attempt), content)
            except RateLimited as error:
                if not self.limited_before_acting or not await self._again(error, attempt, request):
                    raise
                continue
            logger.info("%s %s done", method, where)
            return raw

    async def _send_once(self, request: Request, content: Content | None) -> bytes:
        self._kept.clear()
        try:
            return await self._within_reach(request, partial(self._send_now, request, content))
        finally:
            self._kept.clear()  # also what was read while it took effect

    async def _send_now(self, request: Request, content: Content | None) -> bytes:
        async with self._slots:
            await self._pace.rested(str(request))
            # From here a cancel would lose the answer but not the change: wait, as long as the request itself may take.
            # A body sent in pieces can be called back until its last one leaves.
            with anyio.CancelScope(shield=content is None) as scope:
                seconds = self.account.network.request_seconds
                leaving = None if content is None else Leaving(content, scope, answer_seconds=seconds)
                follower = sending.get()
                await follower.leaves()
                try:
                    raw = await self._exchange(replace(request, leaving=leaving), seconds)
                except TestdeskError as error:
                    if not isinstance(error, OutcomeUnknown):
                        follower.answered(accepted=isinstance(error, UnexpectedShape))
                    raise
                follower.answered(accepted=True)
        return raw

    async def _again(self, error: PlatformError, attempt: int, request: Request) -> bool:
        """Wait until a request may be retried, or return False when it should not be."""
        wait = pause(error, attempt, error.wait) if self._passing(error) else None
        if wait is None:
            return False
        logger.info("%s: %s; again in %.1f s", request, type(error).__name__, wait)
        await anyio.sleep(wait)
        return True

    def _passing(self, error: PlatformError) -> bool:
        return error.status is None or error.status in self.again or isinstance(error, RateLimited)

    async def _exchange(self, request: Request, seconds: float) -> bytes:
        http = self._opened()
        await self._pace.turn()
        with observing.get().request(self.account.title, request.method, request.where, request.attempt) as exchange:
            return await self._answer(http, request, seconds, exchange)

    async def _answer(self, http: httpx.AsyncClient, request: Request, seconds: float, exchange: Exchange) -> bytes:
        try:
            async with (
                limited(seconds if request.leaving is None else request.leaving.seconds) as limit,
                http.stream(request.method, request.where, **request.given(limit)) as response,
            ):
                exchange.answered(response.status_code)
                self._notice_time(response.headers.get("date"))
                raw = without_escaped_marks(await self._body(response, str(request), request.is_write))
        except (httpx.InvalidURL, UnicodeEncodeError) as error:
            raise Refused("The request is too long for a URL, or not valid Unicode text.") from error
        except UNREACHED as error:
            raise unreached(self.account.title, str(request), error, is_write=request.is_write) from error
        except BROKEN as error:
            how = {"is_write": request.is_write, "is_incomplete": request.is_incomplete}
            raise broken_off(self.account.title, str(request), error, **how) from error
        if self.is_answer(response.status_code):
            if request.is_write:
                check_taken(self.account, str(request), raw, is_incomplete=request.is_incomplete)
            return raw
        failure = self.error_for(response.status_code, response.headers, raw, str(request), is_write=request.is_write)
        raise await self._pace.note(failure)

    def _opened(self) -> httpx.AsyncClient:
        if self._http is None:
            network, limit = self.account.network, self._limit
            self._http = network.client(self.base_url, self._auth, at_once=self._at_once, limit=limit)
        return self._http

    def _notice_time(self, date: str | None) -> None:
        if date == self._date:
            return  # of the same second
        self._date = date
        if (ahead := seconds_ahead(date)) is not None:
            self._ahead, self._is_dated = ahead, True

    async def _body(self, response: httpx.Response, request: str, is_write: bool) -> bytes:
        body = bytearray()  # not a list: a body in chunks of a byte would take fifty times its size
        async for piece in decompressed(response):
            if len(body) + len(piece) > MAX_BODY and not response.is_success:
                return b""  # the status says enough; no sentence is that long
            if len(body) + len(piece) > MAX_BODY:
                raise UnexpectedShape(
                    f"The answer is larger than {MAX_BODY // 2**20} MB and was not read to its end. "
                    + (ACCEPTED if is_write else "Ask for less: fewer rows, a filter."),
                    request=request,
                    status=response.status_code,
                )
            body += piece
        return bytes(body)

    def _model(self, raw: bytes, into: type[M], envelope: str | None, request: str, *, done: bool = False) -> M:
        try:
            model, missing = parse_answer(raw, into, envelope)
        except TooManyValues as error:
            raise UnexpectedShape(
                f"The answer has more than {MOST_VALUES:,} values and was not read. "
                + (ACCEPTED if done else "Ask for less: fewer rows, a filter."),
                request=request,
            ) from error
        except NotJson as error:
            raise UnexpectedShape(
                not_json_message(self.account, raw) + (f" {ACCEPTED}" if done else ""), request=request
            ) from error
        except ValidationError as error:
            wrong = error.errors(include_input=False, include_url=False)
            places = sorted({".".join(map(str, e["loc"])) or "the whole" for e in wrong})
            raise self._unknown(", ".join(map(word, places[:5])), request, done) from error
        if not done and is_blank(model):
            raise self._unknown("nothing that is expected is in it", request, done)
        if missing:
            logger.info("%s: %s", request, missing.sentence)
            note_missing(missing)
        return model

    def _unknown(self, why: str, request: str, done: bool) -> UnexpectedShape:
        return UnexpectedShape(
            f"{self.account.title} answered in a shape we do not know ({why})." + (f" {ACCEPTED}" if done else ""),
            request=request,
        )

    def is_answer(self, status: int) -> bool:
        """Whether a status means success; override it where a platform answers a failure with one of 200 to 299."""
        return 200 <= status < 300

    def absolute(self, address: str | None) -> str | None:
        """Resolve an address that a platform gave without its host against the host of its API."""
        if address is None or not address.startswith("/"):
            return address
        try:
            return str(httpx.URL(self.base_url).join(address))
        except (httpx.InvalidURL, UnicodeError):
            return address

    def error_for(
        self, status: int, headers: Mapping[str, str], raw: bytes, request: str, *, is_write: bool
    ) -> PlatformError:
        """The error for a response; override it where a platform's statuses mean something else."""
        context = FailureContext(self.account.title, request, status, headers, self.words(raw), is_write)
        return error_for(context)

    def words(self, raw: bytes) -> str:
        """The platform's own message in an error body, with its reasons; for a web page, its title."""
        try:
            body = load_json(raw)
        except NotJson:
            return page_title(raw) or ""
        return error_sentence(body)

"""The HTTP client of every tracker: JSON in and out, and failures as the tracker's declaration reads them."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from http import HTTPStatus
from typing import Any

from pydantic import RootModel

from tools.kit.client import ApiClient
from tools.kit.errors import Invalid, PlatformError, Refused, Unauthorized
from tools.kit.failures import FailureContext, error_for, page_title
from tools.kit.network import Account
from tools.kit.parsing import NotJson, load_json
from tools.kit.reasons import error_sentence
from tools.kit.request import NO_HEADERS, QueryParams, Request
from tools.trackers.storage import FileStorage
from tools.trackers.tracker import Problem, Send, Setup


class Anything(RootModel[Any]):
    """A document of any shape."""


@dataclass(frozen=True)
class Raw:
    """Bytes as they are, with their content type."""

    data: bytes
    content_type: str = "application/octet-stream"

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Content-Type": self.content_type, "Content-Length": str(len(self.data))}

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        yield self.data


class TrackerClient(ApiClient):
    """One tracker of the operator's."""

    at_once = 4
    limited_before_acting = True  # no tracker acts on what it counts out

    def __init__(self, account: Account, setup: Setup) -> None:
        self.setup = setup
        self.per_second = setup.tracker.per_second  # type: ignore[misc]  # of one tracker, not of all
        super().__init__(account, auth=setup.tracker.auth(account, setup))

    @cached_property
    def storage(self) -> FileStorage:
        """Where the tracker has files sent, if not to its own address."""
        return FileStorage(self.account, hosts=self.setup.tracker.storage)

    async def look(
        self,
        path: str,
        query: QueryParams = (),
        *,
        method: str = "GET",
        body: Any = None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> Any:
        """Read: send a request that changes nothing, whatever its method, and return its document."""
        headers = {**self.setup.tracker.headers, **headers}
        return (await self.read(method, path, into=Anything, query=query, body=body, headers=headers)).root

    async def act(self, send: Send) -> Any:
        """Write: send a request once, and return its document; None for an empty body."""
        raw = await self.send(
            send.method,
            send.path,
            query=send.query,
            body=send.body,
            content=send.content,
            headers={**self.setup.tracker.headers, **send.headers},
        )
        try:
            return load_json(raw) if raw.strip() else None
        except NotJson:
            return None  # it was accepted; what needs more of the answer says so

    def is_answer(self, status: int) -> bool:
        return super().is_answer(status) and status not in self.setup.tracker.signed_out

    async def _exchange(self, request: Request, seconds: float) -> bytes:
        raw = await super()._exchange(request, seconds)
        problem = self._problem(raw)
        if problem is None:
            return raw
        if problem.status == HTTPStatus.BAD_REQUEST:
            raise Invalid(f"{self.account.title} refused what was sent.", request=str(request), words=problem.words)
        raise self._error_of(problem, {}, str(request), is_write=request.is_write)

    def _problem(self, raw: bytes) -> Problem | None:
        """The failure that an answer's body tells, whatever its status; None if it tells none."""
        read = self.setup.tracker.problem
        if read is None or not raw.strip():
            return None
        try:
            found = read(load_json(raw))
        except NotJson:
            return None
        problem = Problem(found) if isinstance(found, str) else found
        return problem if problem.words else None

    def _error_of(self, problem: Problem, headers: Mapping[str, str], request: str, *, is_write: bool) -> PlatformError:
        if problem.wait is not None:
            headers = {"retry-after": str(problem.wait)}
        title, status, words = self.account.title, problem.status, problem.words
        return error_for(FailureContext(title, request, status, headers, words, is_write))

    def words(self, raw: bytes) -> str:
        """As on any platform; or a text that is no JSON, or what the tracker's declaration reads."""
        try:
            body = load_json(raw)
        except NotJson:
            page = page_title(raw)
            return " ".join(raw.decode("utf-8", "replace").split()) if page is None else page
        own = self.setup.tracker.words
        return (own(body) if own is not None else "") or error_sentence(body)

    def error_for(
        self, status: int, headers: Mapping[str, str], raw: bytes, request: str, *, is_write: bool
    ) -> PlatformError:
        context = FailureContext(self.account.title, request, status, headers, self.words(raw), is_write)
        tracker = self.setup.tracker
        if tracker.failure is not None and (own := tracker.failure(replace(context))) is not None:
            return own
        if status in tracker.signed_out:
            return Unauthorized(
                f"{self.account.title} does not take the credential ({status}): it is mistyped, expired or withdrawn.",
                request=request,
                status=status,
            )
        if status == HTTPStatus.BAD_REQUEST and (problem := self._problem(raw)) and problem.status != status:
            return self._error_of(problem, headers, request, is_write=is_write)
        return super().error_for(status, headers, raw, request, is_write=is_write)


def check_shut_down(setup: Setup) -> None:
    """Refuse a tracker that no longer exists, before any request.

    Raises:
        Refused: with its sentence.
    """
    if setup.tracker.shut_down:
        raise Refused(setup.tracker.shut_down)

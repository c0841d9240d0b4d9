"""The four API families on one host: which credential each takes, where its paths begin, and how a login is kept.

A, the public API v2, takes a general or a project token as a bearer. B, the web's JSON:API, takes the short-lived JWT
of a login. C, reporting, and D, importing, take a project token as `api_key` in the query.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final, TypeVar

import anyio
from pydantic import BaseModel

from tools.kit.caller import current
from tools.kit.client import ApiClient, Content, QueryParams, path
from tools.kit.errors import Invalid, NotFound, PlatformError, Refused, Unauthorized, UnexpectedShape
from tools.kit.failures import FailureContext, error_for
from tools.kit.network import Account, HeaderToken, QueryToken
from tools.kit.parsing import NotJson, load_json
from tools.testomatio.models.documents import ChangeSession, Login, Nothing

TOKEN: Final = "TESTOMATIO_API_TOKEN"  # noqa: S105 - the variable's name
PASSWORD: Final = "TESTOMATIO_PASSWORD"  # noqa: S105 - the variable's name
EMAIL: Final = "TESTOMATIO_EMAIL"
PROJECT: Final = "TESTOMATIO_PROJECT"

GENERAL: Final = "testomat_"
OF_A_PROJECT: Final = "tstmt_"
A_GENERAL_ONE: Final = "a general token (testomat_..., under Account, Access Tokens)"
A_PROJECTS_ONE: Final = "a project token (tstmt_..., in the project under Settings, Project)"

_BY_KEY: Final = re.compile(r"/api/(?:reporter|load|test_data|test_grep)(?:/|$)")
"""The paths of families C and D, as an error names them."""

M = TypeVar("M", bound=BaseModel)


class Families(ApiClient):
    """One account over four families."""

    def __init__(self, account: Account) -> None:
        super().__init__(account, auth=None)
        self._jwt: str | None = None
        self._one_login = anyio.Lock()
        self._sessions: dict[tuple[str, str], tuple[str, str]] = {}
        """Of each caller and project with a change session: its hash and its description."""

    def project_of(self, project: str | None) -> str:
        """The project that is meant: the one named, or the default.

        Raises:
            Refused: when there is neither.
        """
        meant = (project or self.account.settings.get(PROJECT, "")).strip()
        if not meant:
            raise Refused(
                f"Say which project: its slug, as testomatio_list_projects or the address of its page shows it. "
                f"{PROJECT} sets a default."
            )
        return meant

    def error_for(
        self, status: int, headers: Mapping[str, str], raw: bytes, request: str, *, is_write: bool
    ) -> PlatformError:
        """Statuses as this platform means them: 402 is a used-up quota, which no retry helps; 403 is several things."""
        told = FailureContext(self.account.title, request, status, headers, self.words(raw), is_write)
        if status == 402:
            return Invalid(
                "Testomat.io refused this for its plan (402): the month's quota of API writes or test reports is used "
                "up, or the feature is not part of the plan. Most reading still works; an owner can see the quota "
                "under Company, Subscription.",
                **told.facts,
            )
        if status in {401, 403} and (why := _shut_out(status, _code(raw), request)):
            return Unauthorized(why, **told.facts)
        return error_for(told)

    # Family A

    async def get_v2(
        self, project: str, *pieces: str | int, into: type[M], query: QueryParams = (), listed: bool = False
    ) -> M:
        """Read of family A; one object stands in `data`, a list is read with its envelope."""
        envelope = None if listed else "data"
        return await self.get(_v2(project, *pieces), query=query, into=into, envelope=envelope, auth=self._token())

    async def write_v2(
        self,
        method: str,
        project: str,
        *pieces: str | int,
        into: type[M],
        query: QueryParams = (),
        body: Any = None,
        content: Content | None = None,
        envelope: str | None = "data",
    ) -> M:
        """Write of family A, inside the project's change session where one is open.

        A session that the platform no longer knows is refused with 403 before anything is done: a new one is opened
        and the write sent once more.
        """

        async def send(session: str | None) -> M:
            headers = {} if session is None else {"X-Session-Hash": session}
            where = _v2(project, *pieces)
            return await self.write(
                *(method, where),
                into=into,
                query=query,
                body=body,
                content=content,
                envelope=envelope,
                auth=self._token(),
                headers=headers,
            )

        held = self._sessions.get((current.get() or "", project))
        try:
            return await send(None if held is None else held[0])
        except Unauthorized as refused:
            if held is None or refused.status != 403:
                raise
            return await send(await self.open_session(project, description=held[1]))

    async def open_session(self, project: str, *, description: str) -> str:
        """POST /api/v2/{project_id}/sessions

        The caller's later writes of family A to this project are grouped under it in the project's history.

        Raises:
            Refused: where nothing says which later writes are the caller's.
        """
        caller = current.get()
        if caller is None:
            raise Refused(
                "A change session belongs to the client that opened it, and over HTTP this client's calls cannot be "
                "told from another's (protocol 2026-07-28 has no sessions). Use the server over stdio for it, or a "
                "client that opens a session."
            )
        told = await self.write(
            *("POST", _v2(project, "sessions")),
            body={"description": description},
            into=ChangeSession,
            envelope="data",
            auth=self._token(),
        )
        if not told.hash:
            raise UnexpectedShape("Testomat.io opened a change session without saying its name.")
        self._sessions[caller, project] = (told.hash, description)
        return told.hash

    async def close_session(self, project: str) -> str | None:
        """DELETE /api/v2/{project_id}/sessions/{hash}, where one is open; answers what it was for"""
        held = self._sessions.pop((current.get() or "", project), None)
        if held is None:
            return None
        with suppress(NotFound):  # it ended by itself, which is as good
            await self.write("DELETE", _v2(project, "sessions", held[0]), into=Nothing, auth=self._token())
        return held[1]

    def _token(self) -> HeaderToken:
        return HeaderToken("Authorization", f"Bearer {self.account.secret(TOKEN)}")

    # Family B

    async def log_in(self) -> str:
        """POST /api/login

        Raises:
            Unauthorized: when the login is refused, or answered without a JWT.
        """
        body = self._who()
        told = await self.read("POST", "/api/login", body=body, into=Login)
        if not told.jwt:
            raise Unauthorized("Testomat.io answered the login without a session.", request="POST /api/login")
        return told.jwt

    @property
    def can_log_in(self) -> bool:
        """Whether there is something to log in with: a password, or a token that is not a project's own."""
        if self.account.settings.get(EMAIL) and PASSWORD in self.account.credentials:
            return True
        return TOKEN in self.account.credentials and not self.account.secret(TOKEN).startswith(OF_A_PROJECT)

    def _who(self) -> dict[str, str]:
        """What a login is made with: e-mail and password where they are set, else the general token."""
        email = self.account.settings.get(EMAIL)
        if email and PASSWORD in self.account.credentials:
            return {"email": email, "password": self.account.secret(PASSWORD)}
        return {"api_token": self.account.secret(TOKEN)}

    async def get_web(
        self, *pieces: str | int, into: type[M], query: QueryParams = (), envelope: str | None = "data"
    ) -> M:
        """Read of family B."""
        return await self._with_jwt(
            lambda jwt: self.get(path("api", *pieces), query=query, into=into, envelope=envelope, auth=jwt)
        )

    async def write_web(
        self,
        method: str,
        *pieces: str | int,
        into: type[M],
        query: QueryParams = (),
        body: Any = None,
        content: Content | None = None,
        envelope: str | None = "data",
    ) -> M:
        """Write of family B; it is sent again only after the platform refused it for its login, before acting."""
        where = path("api", *pieces)
        return await self._with_jwt(
            lambda jwt: self.write(
                *(method, where), query=query, body=body, content=content, into=into, envelope=envelope, auth=jwt
            )
        )

    async def _with_jwt(self, act: Callable[[HeaderToken], Awaitable[M]]) -> M:
        """Act with the login that is held; where it is refused, log in anew and act once more."""
        was_held = self._jwt is not None
        jwt = await self._login(stale=None)
        try:
            return await act(HeaderToken("Authorization", f"Bearer {jwt}"))
        except Unauthorized:
            # An expired login answers 403 here, as a missing right does; with a new login only the right is missing.
            if not was_held:
                raise
        jwt = await self._login(stale=jwt)
        return await act(HeaderToken("Authorization", f"Bearer {jwt}"))

    async def _login(self, *, stale: str | None) -> str:
        """The login all calls share; made when there is none, or none but the stale one."""
        async with self._one_login:
            if self._jwt is None or self._jwt == stale:
                self._jwt = None
                self._jwt = await self.log_in()
            return self._jwt

    # Families C and D

    def _api_key(self) -> QueryToken:
        return QueryToken("api_key", self.account.secret(TOKEN))

    async def write_report(self, method: str, *pieces: str | int, into: type[M], body: Any = None) -> M:
        """Write of family C or D."""
        return await self.write(method, path("api", *pieces), body=body, into=into, auth=self._api_key())

    async def get_import(self, *pieces: str | int, into: type[M], query: QueryParams = ()) -> M:
        """Read of family D."""
        return await self.get(path("api", *pieces), query=query, into=into, auth=self._api_key())


def _object(raw: bytes) -> dict[str, Any]:
    """A body as an object; empty where it is none."""
    try:
        told = load_json(raw)
    except NotJson:
        return {}
    return told if isinstance(told, dict) else {}


def _code(raw: bytes) -> str:
    return str(_object(raw).get("code") or "")


def _shut_out(status: int, code: str, request: str) -> str | None:
    """What a refusal means: in family A only its code tells a dead token from a missing right."""
    if "/api/login" in request:
        return (
            f"Testomat.io refused the login ({status}): it takes {A_GENERAL_ONE} in {TOKEN}, or {EMAIL} and {PASSWORD}."
        )
    if _BY_KEY.search(request):
        return (
            f"Testomat.io refused the token for reporting and importing ({status}): they take {A_PROJECTS_ONE} in "
            f"{TOKEN}, one that is neither paused nor deleted."
        )
    if "/api/v2/" not in request:
        # With a login just renewed, only the right is missing.
        return (
            f"Testomat.io refused this ({status}): the user who logged in lacks the right for it, or may only read in "
            "this project. A project owner can change the role."
        )
    if code == "token_invalid":
        return (
            f"This token was paused or deleted ({status}). A new one is made under Account, Access Tokens, or in the "
            "project under Settings."
        )
    if status == 401 or code:
        return f"Testomat.io does not know this token ({status}): it is mistyped, expired, or belongs to another host."
    return (
        f"Testomat.io refused this ({status}): the token's user lacks the right, or may only read here; to a read-only "
        "user, and in an archived project, the public API refuses even reading. A project owner can change the role."
    )


def _v2(project: str, *pieces: str | int) -> str:
    return path("api", "v2", project, *pieces)

"""The four API families on one host: their credentials, their paths, and the login that one of them needs.

A, the public API v2, takes a general or a project token as a bearer. B, the JSON:API of the web app, takes the
short-lived JWT of a login. C, reporting, and D, importing, take a project token as `api_key` in the query.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any, TypeVar

import anyio
from pydantic import BaseModel

from tools.kit.caller import whose
from tools.kit.client import ApiClient, path
from tools.kit.errors import Invalid, NotFound, PlatformError, Refused, Unauthorized, UnexpectedShape
from tools.kit.failures import FailureContext, error_for
from tools.kit.leaving import Content
from tools.kit.network import Account, HeaderToken, QueryToken
from tools.kit.parsing import NotJson, load_json
from tools.kit.request import QueryParams
from tools.kit.sharing import Sharing
from tools.testomatio.client.credentials import EMAIL, OF_A_PROJECT, PASSWORD, PROJECT, TOKEN, access_error
from tools.testomatio.models.documents import ChangeSession, Login, Nothing

M = TypeVar("M", bound=BaseModel)


class Families(ApiClient):
    """One account on four API families."""

    def __init__(self, account: Account) -> None:
        super().__init__(account, auth=None)
        self._jwt: str | None = None
        self._one_login = anyio.Lock()

    def project_of(self, project: str | None) -> str:
        """The slug of the project that a call names, or of the default one.

        Raises:
            Refused: when there is neither.
        """
        slug = (project or self.account.settings.get(PROJECT, "")).strip()
        if not slug:
            raise Refused(
                f"Give the project: its slug, as testomatio_list_projects or the address of its page shows it. "
                f"{PROJECT} sets a default."
            )
        return slug

    def error_for(
        self, status: int, headers: Mapping[str, str], raw: bytes, request: str, *, is_write: bool
    ) -> PlatformError:
        """Platform-specific statuses: 402 is a used-up quota, which a retry does not help; 403 has several meanings."""
        context = FailureContext(self.account.title, request, status, headers, self.words(raw), is_write)
        if status == 402:
            return Invalid(
                "Testomat.io refused this for its plan (402): the month's quota of API writes or test reports is used "
                "up, or the feature is not part of the plan. Most reads still work; an owner can see the quota "
                "under Company, Subscription.",
                **context.facts,
            )
        if status in {401, 403} and (why := access_error(status, _code(raw), request)):
            return Unauthorized(why, **context.facts)
        return error_for(context)

    # Family A

    async def get_v2(
        self, project: str, *pieces: str | int, into: type[M], query: QueryParams = (), listed: bool = False
    ) -> M:
        """Read of family A: one object is unwrapped from `data`, a list keeps its envelope."""
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
        """Write of family A, in the project's change session where one is open.

        The platform answers 403 to a session that it no longer knows, before it changes anything: then a new session is
        opened and the write sent again.
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

        held = await self._session_of(project)
        try:
            return await send(None if held is None else held[0])
        except Unauthorized as refused:
            if held is None or refused.status != 403:
                raise
            now = await self._session_of(project)
            if now is not None and now[0] != held[0]:  # another process has opened a new one by now
                return await send(now[0])
            return await send(await self.open_session(project, description=held[1]))

    async def open_session(self, project: str, *, description: str) -> str:
        """POST /api/v2/{project_id}/sessions

        The project's history groups the caller's later writes of family A under it.

        Raises:
            Refused: where later writes cannot be attributed to the caller.
        """
        name = self._session_name(project)
        if name is None:
            raise Refused(
                "A change session belongs to the client that opened it, and over HTTP the calls of this client cannot "
                "be distinguished from others (protocol 2026-07-28 has no sessions). Use the server over stdio, or a "
                "client that opens an MCP session."
            )
        session = await self.write(
            *("POST", _v2(project, "sessions")),
            body={"description": description},
            into=ChangeSession,
            envelope="data",
            auth=self._token(),
        )
        if not session.hash:
            raise UnexpectedShape("Testomat.io opened a change session without a hash.")
        await self._sharing.put(name, json.dumps([session.hash, description]))
        return session.hash

    async def close_session(self, project: str) -> str | None:
        """DELETE /api/v2/{project_id}/sessions/{hash}, where one is open; returns its description"""
        name = self._session_name(project)
        held = None if name is None else await self._sharing.take(name)
        if held is None:
            return None
        session, description = json.loads(held)
        with suppress(NotFound):  # it has already ended
            await self.write("DELETE", _v2(project, "sessions", session), into=Nothing, auth=self._token())
        return str(description)

    @cached_property
    def _sharing(self) -> Sharing:
        return self.account.network.sharing

    @cached_property
    def _fingerprint(self) -> str:
        return self.account.fingerprint()

    def _session_name(self, project: str) -> str | None:
        """What names a change session in all processes: the account, the project, and whose session it is."""
        who = whose()
        if who is None:
            return None
        parts = json.dumps([self._fingerprint, project, who])
        return f"change session {hashlib.sha256(parts.encode()).hexdigest()}"

    async def _session_of(self, project: str) -> tuple[str, str] | None:
        """The hash and the description of the session that the present caller has open."""
        name = self._session_name(project)
        held = None if name is None else await self._sharing.value(name)
        if held is None:
            return None
        session, description = json.loads(held)
        return str(session), str(description)

    def _token(self) -> HeaderToken:
        return HeaderToken("Authorization", f"Bearer {self.account.secret(TOKEN)}")

    # Family B

    async def log_in(self) -> str:
        """POST /api/login

        Raises:
            Unauthorized: when the login is refused, or answered without a JWT.
        """
        login = await self.read("POST", "/api/login", body=self._login_body(), into=Login)
        if not login.jwt:
            raise Unauthorized("Testomat.io answered the login without a session.", request="POST /api/login")
        return login.jwt

    @property
    def can_log_in(self) -> bool:
        """Whether the credentials can log in: a password, or a token that is not a project token."""
        if self.account.settings.get(EMAIL) and PASSWORD in self.account.credentials:
            return True
        return TOKEN in self.account.credentials and not self.account.secret(TOKEN).startswith(OF_A_PROJECT)

    def _login_body(self) -> dict[str, str]:
        """E-mail and password where they are set, else the general token."""
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
        """Write of family B; sent again only where the platform rejected its login, before it changed anything."""
        where = path("api", *pieces)
        return await self._with_jwt(
            lambda jwt: self.write(
                *(method, where), query=query, body=body, content=content, into=into, envelope=envelope, auth=jwt
            )
        )

    async def _with_jwt(self, send: Callable[[HeaderToken], Awaitable[M]]) -> M:
        """Send with the stored login; where that is rejected, log in again and send once more."""
        was_held = self._jwt is not None
        jwt = await self._login(stale=None)
        try:
            return await send(HeaderToken("Authorization", f"Bearer {jwt}"))
        except Unauthorized:
            # An expired login answers 403, like a missing right; after a new login it can only be the right.
            if not was_held:
                raise
        jwt = await self._login(stale=jwt)
        return await send(HeaderToken("Authorization", f"Bearer {jwt}"))

    async def _login(self, *, stale: str | None) -> str:
        """The login that all calls share; logs in where there is none, or only the stale one."""
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
    """A body as an object; empty where it is not one."""
    try:
        body = load_json(raw)
    except NotJson:
        return {}
    return body if isinstance(body, dict) else {}


def _code(raw: bytes) -> str:
    return str(_object(raw).get("code") or "")


def _v2(project: str, *pieces: str | int) -> str:
    return path("api", "v2", project, *pieces)

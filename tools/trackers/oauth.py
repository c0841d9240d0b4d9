"""An access token that is made from a refresh token, for trackers whose access tokens live an hour."""

import json
import time
from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final

import anyio
import httpx

from tools.kit.errors import RateLimited, Refused, Unauthorized, Unavailable
from tools.kit.text import notice_secret

EARLY: Final = 120.0
"""Seconds before its end at which a token is made anew."""
LIFE: Final = 3_600.0
"""Seconds that a token lives, where the answer does not say."""
PATIENCE: Final = 60.0
"""Seconds for which a refusal stands: token endpoints count their callers."""
FRESH: Final = 60.0
"""Seconds in which a token that is refused is not the reason: a scope may lack, and another token would be no other."""


class RefreshedToken(httpx.Auth):
    """Sends an access token, made anew shortly before its end, or once where the tracker refuses it.

    One is made at a time, whoever waits. It is never logged, and every call that uses it hides it in what it answers.
    After a limit without a time to wait, nothing is sent for as long as the tracker locks its callers out.
    """

    def __init__(
        self,
        title: str,
        address: str,
        fields: Mapping[str, str],
        *,
        scheme: str,
        locked_seconds: float,
        impossible: str = "",
    ) -> None:
        """`address` is that of the token endpoint; `impossible` says why nothing may be sent with these settings."""
        self._title, self._address, self._fields, self._scheme = title, address, fields, scheme
        self._locked_seconds, self._impossible = locked_seconds, impossible
        self._token, self._made, self._ends, self._locked_until = "", 0.0, 0.0, 0.0
        self._refused: tuple[float, str] = 0.0, ""
        self._making = anyio.Lock()

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send the request with a token; a second time where it was refused and can be repeated."""
        self._check()
        for is_last in (False, True):
            used = self._token
            if not used or time.monotonic() >= self._ends:
                async with self._making:
                    if self._token == used:  # nobody has made another one meanwhile
                        self._check()  # the one before may have been refused
                        response = yield self._refresh(request)
                        await response.aread()
                        self._take(response)
                used = self._token
            notice_secret(used)
            request.headers["Authorization"] = f"{self._scheme} {used}"
            response = yield request
            if response.status_code == 429 and "retry-after" not in response.headers:
                self._locked_until = time.monotonic() + self._locked_seconds
            is_repeatable = not is_last and isinstance(request.stream, httpx.ByteStream)
            if response.status_code != 401 or not is_repeatable or time.monotonic() < self._made + FRESH:
                return
            if self._token == used:
                self._ends = 0.0

    def _refresh(self, request: httpx.Request) -> httpx.Request:
        fields = {"grant_type": "refresh_token", **self._fields}
        headers = {name: request.headers[name] for name in ("user-agent", "accept") if name in request.headers}
        return httpx.Request("POST", self._address, data=fields, headers=headers, extensions=request.extensions)

    def _take(self, response: httpx.Response) -> None:
        """Keep the token of an answer.

        Raises:
            PlatformError: when it has none; such endpoints refuse with 200 too.
        """
        try:
            answer: Any = json.loads(response.content)
        except ValueError:
            answer = None
        answer = answer if isinstance(answer, dict) else {}
        token, words = answer.get("access_token"), str(answer.get("error_description") or answer.get("error") or "")
        if isinstance(token, str) and token:
            life = answer.get("expires_in")
            life = float(life) if isinstance(life, int | float) and 0 < life <= 86_400 else LIFE
            self._token, self._made = token, time.monotonic()
            self._ends = self._made + life - EARLY
            return
        if response.status_code >= 500 or not words:
            raise Unavailable(f"{self._title} made no access token ({response.status_code}).", words=words)
        if response.status_code == 429 or "too many" in words.lower():
            raise RateLimited(f"{self._title} makes no access token for now. Try again in ten minutes.", words=words)
        self._refused = time.monotonic() + PATIENCE, words
        self._check()

    def _check(self) -> None:
        """Refuse to send anything where that is known to be in vain."""
        now = time.monotonic()
        if self._impossible:
            raise Refused(self._impossible)
        if self._locked_until > now:
            left = self._locked_until - now
            raise RateLimited(locked(self._title, left), status=429, wait=left)
        until, words = self._refused
        if until > now:
            names = ", ".join(self._fields)
            raise Unauthorized(
                f"{self._title} makes no access token: one of {names} is mistyped or withdrawn, or belongs to another "
                "data centre.",
                words=words,
            )


def locked(title: str, seconds: float) -> str:
    """The sentence of a credential that is locked out."""
    return f"{title} takes no request for about {round(seconds / 60)} minutes: there were too many."

"""A request of a platform's client: what is sent, and whether it changes anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import anyio
import httpx

from tools.kit.kept import Key
from tools.kit.leaving import Leaving

QueryParams = Sequence[tuple[str, str | int]]
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Request:
    """A request, and whether it changes anything."""

    method: str
    where: str
    query: QueryParams
    body: Any
    auth: httpx.Auth | None
    headers: Mapping[str, str]
    is_write: bool
    leaving: Leaving | None = None
    attempt: int = 1
    """How often it has been sent, this time included."""

    def __str__(self) -> str:
        return f"{self.method} {self.where}"

    @property
    def key(self) -> Key:
        """The same for two reads that ask for the same; the account is always the same."""
        return self.method, self.where, tuple(self.query)

    @property
    def is_incomplete(self) -> bool:
        """Whether a body that is sent in pieces has not left as a whole."""
        return self.leaving is not None and not self.leaving.is_whole

    def given(self, limit: anyio.CancelScope) -> dict[str, Any]:
        """The request as the HTTP library takes it."""
        given: dict[str, Any] = {"params": list(self.query) or None, "headers": dict(self.headers) or None}
        if self.body is not None:
            given["json"] = self.body
        if self.leaving is not None:
            self.leaving.limit = limit
            given |= {"content": self.leaving.pieces(), "headers": {**self.headers, **self.leaving.content.headers}}
        if self.auth is not None:
            given["auth"] = self.auth
        return given

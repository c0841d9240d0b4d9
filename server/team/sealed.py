"""Sealed session ids: a handshake session lives in its client, so that any process can serve each of its requests."""

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mcp.server.request_state import InvalidRequestState
from mcp.types import InitializeRequestParams
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, LATEST_HANDSHAKE_VERSION
from pydantic import ValidationError

from server.team.keyring import ring
from server.team.person import Person

SESSION_SECONDS: Final = 86_400.0
"""How long a session can be used."""
SKEW_SECONDS: Final = 60.0
"""How far the clocks of two machines may differ."""
MOST_BYTES: Final = 3_000
"""What an id may hold: proxies take headers of 8 KiB, and some of 4."""
FORM: Final = 1
"""What an id holds, and in which order; another version of the server may have another one."""
LONGEST_ID: Final = 8_192
LONGEST_NAME: Final = 100
CAPABILITIES: Final[tuple[str, ...]] = ("elicitation", "extensions", "roots", "sampling", "tasks")
"""The capabilities of clients that the protocol knows."""


@dataclass(frozen=True)
class Session:
    """What a client said of itself when it opened a session, and who opened it."""

    number: str
    """What the processes call it; unlike the id it lets nobody in."""
    owner: str
    version: str
    client: Mapping[str, Any]
    capabilities: Mapping[str, Any]
    issued_at: float

    @property
    def seconds_left(self) -> float:
        return self.issued_at + SESSION_SECONDS - time.time()


def owner_of(person: Person | None) -> str:
    """Whom a session belongs to; names of two issuers never collide."""
    return "" if person is None else json.dumps([person.bound_to, person.name])


def new_session(params: Any, owner: str) -> Session | None:
    """The session that the parameters of an `initialize` open; None where they are malformed."""
    try:
        given = InitializeRequestParams.model_validate(params, by_name=False)
    except ValidationError:
        return None
    declared = given.capabilities.model_dump(by_alias=True, mode="json", exclude_none=True)
    capabilities: dict[str, Any] = {name: declared[name] for name in CAPABILITIES if name in declared}
    if len(json.dumps(capabilities)) > MOST_BYTES // 2:
        # Whether a client can be asked never depends on what it says of its extensions.
        capabilities = {name: {} if name != "elicitation" else _forms(declared[name]) for name in capabilities}
    is_known = given.protocol_version in HANDSHAKE_PROTOCOL_VERSIONS
    return Session(
        number=secrets.token_hex(16),
        owner=owner,
        version=given.protocol_version if is_known else LATEST_HANDSHAKE_VERSION,
        client={
            "name": given.client_info.name[:LONGEST_NAME],
            "version": given.client_info.version[:LONGEST_NAME],
        },
        capabilities=capabilities,
        issued_at=time.time(),
    )


def _forms(elicitation: Mapping[str, Any]) -> dict[str, Any]:
    return {kind: {} for kind in ("form", "url") if kind in elicitation}


class SessionSeal:
    """Seals sessions into ids, and opens the ids of this server's processes."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._codec = ring(keys, "session")

    def seal(self, session: Session) -> str:
        """The session's id, for a header."""
        held = [
            FORM,
            session.number,
            session.owner,
            session.version,
            session.client,
            session.capabilities,
            round(session.issued_at, 3),
        ]
        return self._codec.seal(json.dumps(held, separators=(",", ":")).encode())

    def unseal(self, sealed: str, *, owner: str) -> Session | None:
        """The session of an id; None where it is not ours, not its owner's, or has expired."""
        if len(sealed) > LONGEST_ID:
            return None
        try:
            form, *held = json.loads(self._codec.unseal(sealed))
        except (InvalidRequestState, UnicodeError):
            return None
        if form != FORM:
            return None
        session = Session(*held)
        if session.owner != owner or not 0 < session.seconds_left <= SESSION_SECONDS + SKEW_SECONDS:
            return None
        return session

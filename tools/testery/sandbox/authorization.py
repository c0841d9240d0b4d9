"""Authorization: which tokens are accepted, and whose they are."""

from typing import Literal

from starlette.responses import Response

from tools.kit.sandbox.routes import Call
from tools.testery.sandbox.answers import problem
from tools.testery.sandbox.lifecycle import apply_due_changes
from tools.testery.sandbox.world import World

Bearer = Literal["account", "user", "login"]
"""An account's key, a user's `pat_` token, or the token of a login in the browser."""

_REFUSED = frozenset({"", "wrong", "expired"})


def bearer(call: Call[World]) -> Bearer | None:
    """The kind of token in a request; None when it has no valid one."""
    scheme, _, token = call.request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or token in _REFUSED:
        return None
    if token.startswith("pat_"):
        return "user"
    return "login" if token.startswith("eyJ") and token.count(".") == 2 else "account"


def admit(call: Call[World]) -> Response | None:
    """Require `Authorization: Bearer <anything>` except `wrong` and `expired`; then apply everything that is due."""
    if bearer(call) is None:
        return problem(401)
    apply_due_changes(call.world)
    return None

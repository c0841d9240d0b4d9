"""Admission: who is let in, and as whom."""

from typing import Literal

from starlette.responses import Response

from tools.kit.sandbox.routes import Call
from tools.testery.sandbox.answers import problem
from tools.testery.sandbox.lifecycle import settle
from tools.testery.sandbox.world import World

Bearer = Literal["account", "user", "login"]
"""An account's key, a person's `pat_` token, or the token of a login in the browser."""

_REFUSED = frozenset({"", "wrong", "expired"})


def bearer(call: Call[World]) -> Bearer | None:
    """Whose token a request carries; None when it carries none that counts."""
    scheme, _, token = call.request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or token in _REFUSED:
        return None
    if token.startswith("pat_"):
        return "user"
    return "login" if token.startswith("eyJ") and token.count(".") == 2 else "account"


def admit(call: Call[World]) -> Response | None:
    """Ask for `Authorization: Bearer <anything>`; the tokens `wrong` and `expired` are refused. Then let time work."""
    if bearer(call) is None:
        return problem(401)
    settle(call.world)
    return None

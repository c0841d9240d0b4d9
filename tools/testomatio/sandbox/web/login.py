"""Login: exchange a general token, or an e-mail address and password, for a JWT of the web API.

Where the reference is silent: a valid login is 200, an invalid one 401 and one without credentials 400; any password
without `wrong` in it is valid.
"""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.answers import answer, refuse
from tools.testomatio.sandbox.people import Login, User
from tools.testomatio.sandbox.requests import body
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

_SIGNING_KEY = b"the sandbox signs for itself only"


@routes.post("/api/login")
async def log_in(call: Call[World]) -> Response:
    world, user = call.world, _user(call.world, _credentials(call))
    expires_at = world.now() + timedelta(seconds=world.switches.jwt_seconds)
    jwt = _sign({"user_id": user.id, "exp": int(expires_at.timestamp()), "jti": len(world.logins) + 1})
    world.logins[jwt] = Login(jwt, user.id, expires_at)
    return answer({"jwt": jwt})


def _credentials(call: Call[World]) -> Mapping[str, object]:
    """The credentials, as JSON or as a form."""
    kind = call.content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return dict(parse_qsl(call.body.decode("utf-8", "replace")))
    return body(call)


def _user(world: World, sent: Mapping[str, object]) -> User:
    """The user of the credentials; a project token is refused."""
    if sent.get("api_token"):
        token = world.token(str(sent["api_token"]))
        if token is None or token.project is not None or not token.is_active:
            raise refuse(HTTPStatus.UNAUTHORIZED, "Invalid API token")
        return world.users[token.user_id]
    if not sent.get("email") or not sent.get("password"):
        raise refuse(HTTPStatus.BAD_REQUEST, "api_token, or email and password, are missing")
    user = world.user(str(sent["email"]))
    if user is None or "wrong" in str(sent["password"]):
        raise refuse(HTTPStatus.UNAUTHORIZED, "Invalid email or password")
    return user


def _sign(payload: Mapping[str, object]) -> str:
    """A JWT of three parts; only the sandbox can verify its signature."""
    part = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(payload)}"
    return f"{part}.{_text(hmac.digest(_SIGNING_KEY, part.encode(), sha256))}"


def _part(part: Mapping[str, object]) -> str:
    return _text(json.dumps(part, separators=(",", ":")).encode())


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")

"""Login: where a general token, or an e-mail address with its password, becomes the JWT of the web API.

Where the reference is silent: a good login is 200, a bad one 401 and one without credentials 400; people of the story
have any password without `wrong` in it.
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

_SEAL = b"the sandbox signs for itself only"


@routes.post("/api/login")
async def log_in(call: Call[World]) -> Response:
    world, user = call.world, _user(call.world, _sent(call))
    expires_at = world.now() + timedelta(seconds=world.switches.jwt_seconds)
    jwt = _signed({"user_id": user.id, "exp": int(expires_at.timestamp()), "jti": len(world.logins) + 1})
    world.logins[jwt] = Login(jwt, user.id, expires_at)
    return answer({"jwt": jwt})


def _sent(call: Call[World]) -> Mapping[str, object]:
    """What was sent, as JSON or as a form."""
    kind = call.content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return dict(parse_qsl(call.body.decode("utf-8", "replace")))
    return body(call)


def _user(world: World, sent: Mapping[str, object]) -> User:
    """Whose credentials these are; a project's own token opens no login."""
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


def _signed(payload: Mapping[str, object]) -> str:
    """Three parts, as every JWT has them; nobody outside the sandbox could check the last."""
    told = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(payload)}"
    return f"{told}.{_text(hmac.digest(_SEAL, told.encode(), sha256))}"


def _part(told: Mapping[str, object]) -> str:
    return _text(json.dumps(told, separators=(",", ":")).encode())


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")

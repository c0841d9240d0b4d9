"""Access: authorization for the four API families, which the path distinguishes."""

from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Respond
from tools.testomatio.sandbox.answers import answer, message_error, problem
from tools.testomatio.sandbox.people import Token, User
from tools.testomatio.sandbox.records import Project
from tools.testomatio.sandbox.web import pages as web_pages
from tools.testomatio.sandbox.world import World

READS = frozenset({"GET", "HEAD"})


def admit(call: Call[World]) -> Response | None:
    """Apply everything that is due, then require the credential of the path's family."""
    world = call.world
    world.apply_due_changes()
    world.requests += 1
    every = world.switches.too_many_every
    if every and world.requests % every == 0:
        return problem(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests")
    if call.request.scope["path"].startswith(web_pages.PREFIXES):
        return None
    first = _api_path(call)[:1]
    if first == ["v2"]:
        return _admit_v2(call)
    if first in (["reporter"], ["load"], ["test_data"], ["test_grep"]):
        return _admit_reporter(call)
    return None if first == ["login"] else _admit_web(call)


def project(call: Call[World]) -> Project:
    """The project in the path, which `admit` has checked."""
    return call.world.projects[str(call.params.get("project_id") or call.params["p"])]


def caller(call: Call[World]) -> User:
    """The user of an authorized request."""
    world, sent = call.world, _credential(call)
    if sent in world.logins:
        return world.users[world.logins[sent].user_id]
    token = world.token(sent) or world.token(key_of(call) or "")
    assert token is not None  # noqa: S101 - admit has refused the others
    return world.users[token.user_id]


def key_of(call: Call[World]) -> str | None:
    """The project token of the reporting and importing APIs: in the query, or in a JSON body."""
    if sent := call.last("api_key"):
        return sent
    try:
        body = call.json()
    except ValueError:
        return None
    return str(body["api_key"]) if isinstance(body, dict) and body.get("api_key") else None


def reported_project(call: Call[World]) -> Project:
    """The project whose token is in a request to the reporting or importing API."""
    token = call.world.token(key_of(call) or "")
    assert token is not None  # noqa: S101 - admit has refused the others
    return call.world.projects[token.project or ""]


def _admit_v2(call: Call[World]) -> Response | None:
    """Require a raw token after `Bearer`, without a login."""
    world, switches = call.world, call.world.switches
    scheme, _, sent = call.request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not sent.strip():
        if switches.bad_token_is_403:
            return problem(403, "Authorization is missing", code="authorization_missing")
        return problem(401, "Unauthorized")
    token = world.token(sent.strip())
    if token is None:
        if switches.bad_token_is_403:
            return problem(403, "API token is invalid", code="token_invalid")
        return problem(401, "Unauthorized")
    if not token.is_active:
        return problem(403, "API token is paused or deleted", code="token_invalid")
    slug = "".join(_api_path(call)[1:2])
    if not _is_member(world, token, slug):
        return problem(404, "Project not found")
    if _is_read_only(world, world.users[token.user_id], slug):
        return problem(403, "You have read-only access to this project")
    return None if call.method in READS else _check_session(call, slug) or _over_quota(call)


def _check_session(call: Call[World], slug: str) -> Response | None:
    """Count a write for the session in its header; a closed session is refused."""
    session_hash = call.request.headers.get("x-session-hash")
    if not session_hash or _api_path(call)[2:3] == ["sessions"]:
        return None
    session = call.world.sessions.get(session_hash)
    if session is None or session.project != slug:
        return problem(403, "Session is not open")
    session.writes += 1
    return None


def _admit_web(call: Call[World]) -> Response | None:
    """Require the JWT of a login, bare or after `Bearer`; a raw token is refused."""
    world, sent = call.world, _credential(call)
    if not sent:
        return problem(401, "Unauthorized")
    login = world.logins.get(sent)
    if login is None or login.expires_at <= world.now():
        return problem(403, "Forbidden")
    user = world.users[login.user_id]
    slug = _web_project(call)
    if slug is None:
        return None
    if slug not in world.projects or user.id not in world.projects[slug].members:
        return problem(404, "Project not found")
    if call.method in READS:
        return None
    if _is_read_only(world, user, slug):
        return problem(403, "You have read-only access to this project")
    return _over_quota(call)


def _admit_reporter(call: Call[World]) -> Response | None:
    """Require a project token in the query or in the body."""
    token = call.world.token(key_of(call) or "")
    if token is None or not token.is_active or token.project is None:
        return message_error(403, "Project API Token is invalid")
    return answer({}, HTTPStatus.PAYMENT_REQUIRED) if call.world.switches.reports_used_up else None


def allow_labels(call: Call[World]) -> None:
    """Only owners and managers may change labels.

    Raises:
        Respond: 403 for anyone else.
    """
    if caller(call).role not in {"owner", "manager"}:
        raise Respond(problem(403, "You have no permission to manage labels"))


def _over_quota(call: Call[World]) -> Response | None:
    return answer({}, HTTPStatus.PAYMENT_REQUIRED) if call.world.switches.quota_used_up else None


def _api_path(call: Call[World]) -> list[str]:
    """The segments of the path below `/api`."""
    path: str = call.request.scope["path"]
    return path.strip("/").split("/")[1:]


def _web_project(call: Call[World]) -> str | None:
    """The project in a path of the web API; None when the path has none."""
    first, second, *_ = [*_api_path(call), "", ""]
    if first in {"projects", "project"}:
        return second or None
    return first


def _credential(call: Call[World]) -> str:
    """The `Authorization` header without its scheme."""
    sent = call.request.headers.get("authorization", "").strip()
    return sent[7:].strip() if sent.lower().startswith("bearer ") else sent


def _is_member(world: World, token: Token, slug: str) -> bool:
    found = world.projects.get(slug)
    return found is not None and token.project in {None, slug} and token.user_id in found.members


def _is_read_only(world: World, user: User, slug: str) -> bool:
    return world.switches.read_only_user or user.is_read_only or world.projects[slug].status == "archived"

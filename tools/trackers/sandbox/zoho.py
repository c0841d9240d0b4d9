"""Zoho Projects' issues, as far as handing a defect over needs them, with the token endpoint of its accounts.

Access tokens live an hour of the sandbox's clock. The control `lock` locks every caller out for 30 minutes, as the real
one does after 100 requests in two minutes.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.request_body import Fields, json_object
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.trackers.sandbox.common import WRONG, Issue, World, build, number_in, page_of, refuse

MOUNT = "/trackers/zoho"
PORTAL = "60031147258"
PROJECT = "2154000000031007999"
SEVERITIES = {"2154000000007036001": "Show stopper", "2154000000007036003": "Critical", "2154000000007036005": "Minor"}
STATUSES = {"2154000000007045001": "Open", "2154000000007045003": "Fixed", "2154000000007045005": "Closed"}
OPEN, CLOSED = "2154000000007045001", "2154000000007045005"
MOST_TOKENS = 10

routes: Routes[World] = Routes()


def problem(status: int, title: str, *details: str) -> Respond:
    error: dict[str, Any] = {"status_code": str(status), "error_type": "API_ERROR", "title": title}
    return refuse({"error": error | {"details": [{"message": detail} for detail in details]}}, status)


def admit(call: Call[World]) -> Response | None:
    """A token of the last hour, behind a scheme word of Zoho's own; accounts are asked without one."""
    if call.request.url.path.endswith("/oauth/v2/token"):
        return None
    now, extra = call.clock.now(), call.world.extra
    if now < extra.get("locked_until", now):
        return problem(429, "URL_THROTTLES_LIMIT_EXCEEDED", "The access is locked for 30 minutes").response
    scheme, _, token = call.request.headers.get("authorization", "").partition(" ")
    if scheme != "Zoho-oauthtoken" or now >= extra.setdefault("tokens", {}).get(token, now):
        return problem(401, "INVALID_OAUTHTOKEN", "The token is invalid or has expired").response
    return None


@routes.action("lock")
async def lock(call: Call[World]) -> Response:
    call.world.extra["locked_until"] = call.clock.now() + timedelta(minutes=30)
    return JSONResponse({"locked_until": call.world.extra["locked_until"].isoformat()})


@routes.post("/oauth/v2/token")
async def token(call: Call[World]) -> Response:
    """A form in, and refusals with 200; ten tokens in ten minutes."""
    sent = {name: values[-1] for name, values in parse_qs(call.body.decode()).items()}
    if not call.content_type.startswith("application/x-www-form-urlencoded") or call.request.url.query:
        raise refuse({"error": "invalid_request"}, 200)
    if sent.get("grant_type") != "refresh_token":
        raise refuse({"error": "unsupported_grant_type"}, 200)
    if WRONG in sent.get("client_id", WRONG):
        raise refuse({"error": "invalid_client"}, 200)
    if WRONG in sent.get("client_secret", WRONG):
        raise refuse({"error": "invalid_client_secret"}, 200)
    if WRONG in sent.get("refresh_token", WRONG):
        raise refuse({"error": "invalid_code"}, 200)
    now, tokens = call.clock.now(), call.world.extra.setdefault("tokens", {})
    if sum(ends > now + timedelta(minutes=50) for ends in tokens.values()) >= MOST_TOKENS:
        said = "You have made too many requests continuously. Please try again after some time."
        raise refuse({"error_description": said, "error": "Access Denied", "status": "failure"}, 400)
    made = f"1000.{len(tokens) + 1:032x}.{'ab' * 16}"
    tokens[made] = now + timedelta(hours=1)
    return JSONResponse({"access_token": made, "api_domain": call.origin, "token_type": "Bearer", "expires_in": 3600})


def body(call: Call[World]) -> Fields:
    return json_object(call, lambda expected, why: problem(400, "JSON_PARSE_ERROR", why))


def project(call: Call[World]) -> None:
    if (call.params["portal"], call.params["project"]) != (PORTAL, PROJECT):
        raise problem(404, "RESOURCE_NOT_FOUND", "The project does not exist or you do not have access to it")


def id_of(issue: Issue) -> str:
    return f"21540000000{issue.number + 31_008_000:08}"


def issue_of(call: Call[World]) -> Issue:
    project(call)
    issue = next((one for one in call.world.issues if id_of(one) == call.params["issue"]), None)
    if issue is None:
        raise problem(404, "RESOURCE_NOT_FOUND", "The issue does not exist")
    return issue


def as_json(issue: Issue) -> dict[str, Any]:
    status = issue.fields.get("status", OPEN)
    severity = issue.fields.get("severity")
    return {
        "id": id_of(issue),
        "prefix": f"SHO-I{issue.number}",
        "name": issue.title,
        "description": issue.text,
        "status": {"id": status, "name": STATUSES[status], "type": "closed" if status == CLOSED else "open"},
        "severity": {"id": severity, "name": SEVERITIES[severity]} if severity else None,
    }


def world(clock: Clock) -> World:
    made = World(clock)
    made.add("Delivery times are wrong on Sundays", "Found by support.")
    return made


@routes.get("/api/v3/portals")
async def portals(call: Call[World]) -> Response:
    return JSONResponse([{"id": PORTAL, "portal_name": "harbour"}])


@routes.get("/api/v3/portal/{portal}/projects")
async def projects(call: Call[World]) -> Response:
    return JSONResponse([{"id": PROJECT, "name": "Shop"}, {"id": "2154000000031008777", "name": "App"}])


@routes.get("/restapi/portal/{portal}/projects/{project}/bugs/defaultfields")
async def default_fields(call: Call[World]) -> Response:
    project(call)
    fields = {
        "severity_details": [{"severity_id": number, "severity_name": name} for number, name in SEVERITIES.items()],
        "status_details": [{"status_id": number, "status_name": name} for number, name in STATUSES.items()],
    }
    return JSONResponse({"defaultfields": fields})


@routes.get("/api/v3/portal/{portal}/projects/{project}/issues")
async def issues(call: Call[World]) -> Response:
    project(call)
    page, size = number_in(call, "page", 1), number_in(call, "per_page", 100, most=100)
    found = call.world.search(lambda issue: True)
    rows = [as_json(issue) for issue in page_of(found, page, size)]
    info = {"page": page, "per_page": size, "has_next_page": str(len(found) > page * size).lower()}
    return JSONResponse({"issues": rows, "page_info": info})


@routes.post("/api/v3/portal/{portal}/projects/{project}/issues")
async def create(call: Call[World]) -> Response:
    project(call)
    sent = body(call)
    name, text, severity = sent.get("name"), sent.get("description") or "", sent.get("severity")
    if not isinstance(name, str) or not name.strip():
        raise problem(400, "INPUT_PARAMETER_MISSING", "name is mandatory")
    if len(name) > 255 or not isinstance(text, str):
        raise problem(400, "INVALID_INPUT_PARAMETER", "name or description is invalid")
    if severity is not None and (not isinstance(severity, dict) or severity.get("id") not in SEVERITIES):
        raise problem(400, "INVALID_INPUT_PARAMETER", "severity is invalid")
    issue = call.world.add(name, text, severity=severity["id"] if isinstance(severity, dict) else None)
    return JSONResponse(as_json(issue), 201)


@routes.get("/api/v3/portal/{portal}/projects/{project}/issues/{issue}")
async def one_issue(call: Call[World]) -> Response:
    return JSONResponse([as_json(issue_of(call))])


@routes.patch("/api/v3/portal/{portal}/projects/{project}/issues/{issue}")
async def change(call: Call[World]) -> Response:
    issue, status = issue_of(call), body(call).get("status")
    if not isinstance(status, dict) or status.get("id") not in STATUSES:
        raise problem(400, "INVALID_INPUT_PARAMETER", "status is invalid")
    issue.fields["status"], issue.is_open = status["id"], status["id"] != CLOSED
    return JSONResponse(as_json(issue))


@routes.post("/api/v3/portal/{portal}/projects/{project}/issues/{issue}/comments")
async def comment(call: Call[World]) -> Response:
    issue, text = issue_of(call), body(call).get("comment")
    if not isinstance(text, str) or not text.strip():
        raise problem(400, "INPUT_PARAMETER_MISSING", "comment is mandatory")
    issue.comments.append(text)
    return JSONResponse({"id": f"21540000000{len(issue.comments):08}", "comment": text}, 201)


def sandbox() -> Sandbox:
    refused = problem(400, "URL_RULE_NOT_CONFIGURED", "Please check if the URL you are trying to access is correct.")
    return build(MOUNT, routes, world, admit=admit, not_found=lambda _: refused.response)

"""Confirmations: requests to a tester to reproduce a bug or to check its fix.

Where the reference is silent: a request to reproduce is refused for a bug that is not open or of another product, and
while another request is pending; the environment of a fix must belong to the bug's product. The outcome of a request
depends on its number: most fixes pass, some fail or are blocked, and some expire after a day.
"""

from datetime import datetime, timedelta
from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox import devices, products
from tools.testio.sandbox.answers import answer, found, invalid, refuse
from tools.testio.sandbox.bugs import visible_bug
from tools.testio.sandbox.dates import zulu
from tools.testio.sandbox.records import Bug, FixConfirmation
from tools.testio.sandbox.requests import (
    Fields,
    body,
    boolean,
    envelope,
    integer,
    missing,
    objects,
    require,
    string,
    unreadable,
)
from tools.testio.sandbox.world import World

routes: Routes[World] = Routes()

FLAGS = ("screen_size", "browser_version", "question", "internet_speed", "console", "camera", "logs")
MOST_IN_A_CALL = 50
EXPIRES = timedelta(hours=24)
OUTCOMES = ("passed", "passed", "failed", "passed", "blocked", "passed", "expired")


@routes.post("/bug_report_confirmations")
async def request_reproduction(call: Call[World]) -> Response:
    """The fields are at the top level, without an envelope."""
    world, sent = call.world, body(call)
    require(sent, "product_id", "bug_id", "bug_report_confirmation_requirement_attributes")
    attributes = envelope(call, "bug_report_confirmation_requirement_attributes")
    product = products.product_by_id(world, integer(sent["product_id"], "product_id"))
    bug_id, section_id = integer(sent["bug_id"], "bug_id"), integer(sent.get("section_id"), "section_id")
    bug = found(visible_bug(world, bug_id), "Bug")
    if bug.product_id != product.id or section_id not in (None, bug.section_id):
        raise invalid("Bug must belong to the product and the section")
    if not bug.is_open:
        raise invalid(f"A bug that is {bug.status} cannot be confirmed")
    if any(world.now() < expired_at for expired_at in world.report_confirmations.get(bug.id, [])):
        raise invalid("A confirmation of this bug is pending")
    wanted: dict[str, object] = {
        f"{name}_enabled": boolean(attributes, f"{name}_enabled", default=False) for name in FLAGS
    }
    wanted["question"] = string(attributes, "question") if wanted["question_enabled"] else None
    if wanted["question_enabled"] and not wanted["question"]:
        raise invalid("Question can't be blank")
    data = {
        "status": "pending",
        "requirements": _requirements(sent),
        "bug_report_confirmation_requirement": wanted,
        "created_at": zulu(world.now()),
        "expired_at": zulu(world.now() + EXPIRES),
        "status_updated_at": zulu(world.now()),
        "allow_device_clouds": boolean(sent, "allow_device_clouds", default=False),
    }
    world.report_confirmations.setdefault(bug.id, []).append(world.now() + EXPIRES)
    number = next(world.report_confirmation_ids)
    return answer(call, {"bug_report_confirmation": {"id": number, **data}}, HTTPStatus.CREATED)


@routes.post("/bug_fix_confirmations/bulk")
async def request_fix_checks(call: Call[World]) -> Response:
    """Always 201, with a status for each entry; only an unreadable request is 400."""
    entries = objects(body(call), "bug_fix_confirmations")
    if not entries:
        raise missing(["bug_fix_confirmations"])
    if len(entries) > MOST_IN_A_CALL:
        raise refuse(400, f"bug_fix_confirmations has more than {MOST_IN_A_CALL} entries")
    for place, entry in enumerate(entries):
        absent = [name for name in ("bug_id", "customer_test_environment") if entry.get(name) is None]
        if absent:
            raise missing([f"bug_fix_confirmations[{place}][{name}]" for name in absent])
        integer(entry["bug_id"], f"bug_fix_confirmations[{place}][bug_id]")
        _environment(entry)
        _options(entry)
    results = [_result(call.world, entry) for entry in entries]
    return answer(call, {"results": results}, HTTPStatus.CREATED)


@routes.get("/bug_fix_confirmations")
async def list_fix_confirmations(call: Call[World]) -> Response:
    world, bug_id = call.world, integer(call.last("bug_id"), "bug_id")
    if bug_id is None:
        raise missing(["bug_id"])
    found(visible_bug(world, bug_id), "Bug")
    rows = [
        render_confirmation(world, confirmation)
        for confirmation in world.fix_confirmations.values()
        if confirmation.bug_id == bug_id
    ]
    return answer(call, {"bug_fix_confirmations": rows})


def outcome_of(number: int, asked_at: datetime) -> tuple[str, datetime]:
    """The outcome of a request and its time, always the same for the same number."""
    end = OUTCOMES[number % len(OUTCOMES)]
    return end, asked_at + (EXPIRES if end == "expired" else timedelta(hours=2 + number % 9))


def render_confirmation(world: World, confirmation: FixConfirmation) -> dict[str, object]:
    """A request to check a fix; the documentation shows only its first two fields."""
    environment, now = world.environments.get(confirmation.environment_id), world.now()
    is_pending = confirmation.status(now) == "pending"
    return {
        "id": confirmation.id,
        "status": confirmation.status(now),
        "bug_id": confirmation.bug_id,
        "customer_test_environment": environment and {"id": environment.id, "title": environment.title},
        "additional_requirement": confirmation.additional_requirement,
        "allow_device_clouds": confirmation.allow_device_clouds,
        "requirements": confirmation.requirements,
        "created_at": zulu(confirmation.asked_at),
        "expired_at": zulu(confirmation.asked_at + EXPIRES),
        "status_updated_at": zulu(confirmation.asked_at if is_pending else confirmation.decided_at),
    }


def _result(world: World, entry: Fields) -> dict[str, object]:
    bug_id = integer(entry["bug_id"], "bug_id")
    bug, environment_id = visible_bug(world, bug_id), _environment(entry)
    problem = _problem(world, bug, environment_id)
    if bug is None or problem is not None:
        return {"bug_id": bug_id, "status": "error", "error": problem}
    requirements, additional, in_clouds = _options(entry)
    number, now = next(world.fix_confirmation_ids), world.now()
    end, decided_at = outcome_of(number, now)
    confirmation = world.fix_confirmations[number] = FixConfirmation(
        number,
        bug.id,
        environment_id,
        now,
        end,
        decided_at,
        requirements or world.cycles[bug.cycle_id].requirements,
        additional,
        in_clouds,
    )
    return {"bug_id": bug.id, "status": "created", "bug_fix_confirmation": render_confirmation(world, confirmation)}


def _problem(world: World, bug: Bug | None, environment_id: int) -> str | None:
    if bug is None:
        return "Bug not found"
    checks = [confirmation for confirmation in world.fix_confirmations.values() if confirmation.bug_id == bug.id]
    if any(confirmation.status(world.now()) == "pending" for confirmation in checks):
        return "Bug Fix Confirmation pending already exists"
    environment = world.environments.get(environment_id)
    if environment is None or environment.product_id != bug.product_id:
        return "Customer test environment is invalid"
    return None


def _environment(entry: Fields) -> int:
    """The ID of the environment, which must exist; 0 when the entry describes a new one."""
    named = entry["customer_test_environment"]
    return (integer(named.get("id"), "id") or 0) if isinstance(named, dict) else 0


def _options(entry: Fields) -> tuple[list[dict[str, object]], str | None, bool]:
    in_clouds = boolean(entry, "allow_device_clouds", default=False)
    return _requirements(entry), string(entry, "additional_requirement"), in_clouds


def _requirements(sent: Fields) -> list[dict[str, object]]:
    requirements = objects(sent, "requirements")
    if any("type" in entry for entry in requirements):
        raise unreadable("requirements")
    return devices.render_requirements(requirements)

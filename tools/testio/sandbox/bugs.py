"""Bugs: the list with its filters and its silent limit, one bug, and the search by a tracker's id."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.testio.sandbox import attachments, devices, environments
from tools.testio.sandbox.answers import answer, not_found, page, rendered, text
from tools.testio.sandbox.dates import precise, zulu
from tools.testio.sandbox.products import cut_down
from tools.testio.sandbox.records import Bug, Telling
from tools.testio.sandbox.requests import envelope, ids, missing, no_such_value, rows_of_page
from tools.testio.sandbox.story.wording import telling
from tools.testio.sandbox.world import REJECT_REASONS, World

routes: Routes[World] = Routes()

MOST_TESTS_IN_TIME = 15
"""How many tests a request for bugs may name before the proxy gives up on it, when that is switched on."""
MOST_KEPT = 2000
"""Bugs whose JSON is kept; in a large account the oldest of them make room."""
EXPORT_STATUSES = ("export_requested", "not_exported", "exported")


@routes.get("/bugs")
async def list_bugs(call: Call[World]) -> Response:
    """Always paged: 25 rows when a page is asked for, else 500; more than 500 are silently made 500."""
    number, per_page = rows_of_page(call)
    rows = _fitting(call)
    meta = text({"record_count": len(rows), "page": number, "per_page": per_page})
    shown_rows = (call.world.bugs[bug_id] for bug_id in rows[per_page * (number - 1) :][:per_page])
    bugs = ",".join(written(call.world, bug) for bug in shown_rows)
    return rendered(call, f'{{"meta":{meta},"bugs":[{bugs}]}}')


def _fitting(call: Call[World]) -> list[int]:
    """Numbers of what fits all filters; within one filter any of its ids will do."""
    products = ids(call.last("filter_product_ids"))
    sections = ids(call.last("filter_section_ids"))
    cycles = ids(call.last("filter_test_cycle_ids"))
    export_status = call.last("export_status") or None
    if export_status is not None and export_status not in EXPORT_STATUSES:
        raise no_such_value("export_status")
    if call.world.switches.slow_bugs and cycles is not None and len(cycles) > MOST_TESTS_IN_TIME:
        raise Respond(page(524, "A timeout occurred"))
    bugs = call.world.bugs
    found = bugs.select(products=products, sections=sections, cycles=cycles)
    if export_status is None:
        return found
    return [number for number in found if _export_status(bugs[number]) == export_status]


def _export_status(bug: Bug) -> str:
    if bug.exported_at is not None:
        return "exported"
    return "export_requested" if bug.export_requested else "not_exported"


@routes.get("/bugs/reject_reasons")
async def list_reject_reasons(call: Call[World]) -> Response:
    rows = [{"key": key, "name": name, "default_comment": text} for key, (name, text) in REJECT_REASONS.items()]
    return answer(call, {"reject_reasons": rows})


@routes.get("/bugs/{bug_id:int}")
async def get_bug(call: Call[World]) -> Response:
    return one(call, find(call))


@routes.post("/bugs")
async def search_bugs(call: Call[World]) -> Response:
    """A POST that reads: bugs by the id they have in a tracker."""
    rows = ",".join(written(call.world, bug) for bug in _tracked(call))
    return rendered(call, f'{{"bugs":[{rows}]}}')


@routes.post("/bugs/search")
async def search_bug(call: Call[World]) -> Response:
    """The path of 2022, with one bug as its answer."""
    found = _tracked(call)
    if not found:
        raise not_found("Bug")
    return one(call, found[0])


def _tracked(call: Call[World]) -> list[Bug]:
    external_idx = envelope(call, "bug").get("external_idx")
    if not external_idx:
        raise missing(["external_idx"])
    return [bug for bug in call.world.visible() if bug.external_idx == str(external_idx)]


def find(call: Call[World]) -> Bug:
    """The bug that the path names, once the customer can see it."""
    bug = call.world.bugs.get(call.number("bug_id"))
    if bug is None or bug.forwarded_at > call.world.now():
        raise not_found("Bug")
    return bug


def one(call: Call[World], bug: Bug) -> Response:
    return rendered(call, f'{{"bug":{written(call.world, bug)}}}')


def written(world: World, bug: Bug) -> str:
    """A bug as JSON, kept until it changes: a page of 500 is joined, not made."""
    kept = world.rendered.get(bug.id)
    if kept is None:
        kept = f"{text(_own(world, bug))[:-1]},{_around(world, bug)[1:]}"
        _keep(world, bug.id, kept)
    return kept


def _keep(world: World, key: int | tuple[int, ...], json: str) -> None:
    if len(world.rendered) >= MOST_KEPT:
        del world.rendered[next(iter(world.rendered))]
    world.rendered[key] = json


def _own(world: World, bug: Bug) -> dict[str, object]:
    """What is a bug's own of all that production sends; a custom report has no steps, devices or attachments."""
    is_report = bug.report is not None
    told = told_by(bug)
    device = None if bug.device is None else devices.report(bug.device)
    return {
        "id": bug.id,
        "title": bug.report["title"] if bug.report is not None else told.title,
        "severity": bug.severity,
        "status": bug.status,
        "auto_accepted": bug.auto_accepted,
        "known": bug.known,
        "fixed": bug.fixed,
        "language": bug.language,
        "location": told.location,
        "expected_result": None if is_report else told.expected,
        "actual_result": None if is_report else told.actual,
        "steps": None if is_report else told.steps,
        "author": {"name": bug.author},
        "comments": [
            {"id": c.id, "body": c.body, "author": {"name": c.author}, "created_at": zulu(c.at)} for c in bug.comments
        ],
        "devices": None if is_report or device is None else [device],
        "reproductions": _reproductions(bug),
        "attachments": None if is_report else [attachments.shown(world.attachments[n]) for n in bug.attachments],
        "test_case": None if bug.test_case_id is None else {"id": bug.test_case_id},
        "exported_at": precise(bug.exported_at),
        "external_idx": bug.external_idx,
        "reported_at": precise(bug.reported_at),
        "report": bug.report,
    }


def _around(world: World, bug: Bug) -> str:
    """What a bug has in common with the others of its feature in a test, as JSON that is made once for all of them."""
    key = (bug.cycle_id, bug.section_id, bug.cycle_feature.id if bug.cycle_feature else 0)
    kept = world.rendered.get(key)
    if kept is None:
        product, cycle = world.products[bug.product_id], world.cycles[bug.cycle_id]
        section = product.section(bug.section_id) if product.is_sectioned else None
        environment = world.environments.get(cycle.environment_id or 0)
        feature = _feature(world, bug)
        around = {
            "feature": feature,
            "test_feature": None if bug.cycle_feature is None else {"id": bug.cycle_feature.id},
            "app_section": None if feature is None else {"id": feature["id"], "title": feature["title"]},
            "test": {"id": cycle.id, "title": cycle.title},
            "product": cut_down(product),
            "section": None if section is None else {"id": section.id, "name": section.name},
            "test_environment": None if environment is None else environments.shown(environment),
        }
        kept = text(around)
        _keep(world, key, kept)
    return kept


def told_by(bug: Bug) -> Telling:
    """The words of a bug: its own, or the ones that belong to its number."""
    if bug.told is not None:
        return bug.told
    place = {72: "Harbour App", 73: "the panel"}.get(bug.product_id)
    if place is None:
        return telling(bug.id, bug.area, bug.severity, bug.language)
    return telling(bug.id, bug.area, bug.severity, bug.language, place=place)


def _feature(world: World, bug: Bug) -> dict[str, object] | None:
    if bug.cycle_feature is None:
        return None
    feature = world.features.get(bug.cycle_feature.feature_id)
    data: dict[str, object] = {
        "id": bug.cycle_feature.feature_id,
        "title": bug.cycle_feature.title if feature is None else feature.title,
        "description": bug.cycle_feature.description if feature is None else feature.description,
        "howtofind": bug.cycle_feature.howtofind if feature is None else feature.howtofind,
    }
    if bug.cycle_feature.report_ids:
        data["custom_report_configurations"] = [world.reports[n] for n in bug.cycle_feature.report_ids]
    return data


def _reproductions(bug: Bug) -> list[dict[str, object]]:
    """Every fifth bug was tried by a second tester."""
    if bug.device is None or bug.id % 5:
        return []
    is_positive = bug.id % 15 != 0
    return [
        {
            "id": bug.id * 10,
            "device": devices.report(bug.device),
            "positive": is_positive,
            "author": {"name": "second_look"},
        }
    ]

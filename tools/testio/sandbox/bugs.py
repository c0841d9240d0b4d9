"""Bugs: the list with its filters and its silent limit, one bug, and the search by a tracker's ID."""

from starlette.responses import Response

from tools.kit.sandbox.attributes import attributes
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.testio.sandbox import attachments, devices, environments
from tools.testio.sandbox.answers import answer, found, html_error, json_response, to_json
from tools.testio.sandbox.dates import precise, zulu
from tools.testio.sandbox.products import render_summary
from tools.testio.sandbox.records import Bug, BugTexts
from tools.testio.sandbox.requests import envelope, joined_ids, missing, no_such_value, page_and_size
from tools.testio.sandbox.story.wording import bug_texts
from tools.testio.sandbox.world import REJECT_REASONS, World

routes: Routes[World] = Routes()

MOST_TESTS_IN_TIME = 15
"""How many tests a request may name before the proxy times out, with the switch `slow_bugs`."""
MAX_CACHED = 2000
"""How many bugs keep their JSON in the cache."""
EXPORT_STATUSES = ("export_requested", "not_exported", "exported")


@routes.get("/bugs")
async def list_bugs(call: Call[World]) -> Response:
    """Always paged: 25 rows when a page is requested, else 500; a larger size silently becomes 500."""
    number, per_page = page_and_size(call)
    rows = _matching_ids(call)
    meta = to_json({"record_count": len(rows), "page": number, "per_page": per_page})
    page_rows = (call.world.bugs[bug_id] for bug_id in rows[per_page * (number - 1) :][:per_page])
    bugs = ",".join(bug_json(call.world, bug) for bug in page_rows)
    return json_response(call, f'{{"meta":{meta},"bugs":[{bugs}]}}')


def _matching_ids(call: Call[World]) -> list[int]:
    """Numbers of the bugs that match all filters; within one filter any of its IDs matches."""
    products = joined_ids(call.last("filter_product_ids"))
    sections = joined_ids(call.last("filter_section_ids"))
    cycles = joined_ids(call.last("filter_test_cycle_ids"))
    export_status = call.last("export_status") or None
    if export_status is not None and export_status not in EXPORT_STATUSES:
        raise no_such_value("export_status")
    if call.world.switches.slow_bugs and cycles is not None and len(cycles) > MOST_TESTS_IN_TIME:
        raise Respond(html_error(524, "A timeout occurred"))
    bugs = call.world.bugs
    numbers = bugs.select(products=products, sections=sections, cycles=cycles)
    if export_status is None:
        return numbers
    return [number for number in numbers if _export_status(bugs[number]) == export_status]


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
    return answer_bug(call, find_bug(call))


@routes.post("/bugs")
async def search_bugs(call: Call[World]) -> Response:
    """A POST that reads: bugs by their ID in a tracker."""
    rows = ",".join(bug_json(call.world, bug) for bug in _bugs_by_tracker_id(call))
    return json_response(call, f'{{"bugs":[{rows}]}}')


@routes.post("/bugs/search")
async def search_bug(call: Call[World]) -> Response:
    """The path of 2022, which returns one bug."""
    return answer_bug(call, found(next(iter(_bugs_by_tracker_id(call)), None), "Bug"))


def _bugs_by_tracker_id(call: Call[World]) -> list[Bug]:
    external_idx = envelope(call, "bug").get("external_idx")
    if not external_idx:
        raise missing(["external_idx"])
    return [bug for bug in call.world.visible() if bug.external_idx == str(external_idx)]


def find_bug(call: Call[World]) -> Bug:
    """The bug in the path; 404 until the customer can see it."""
    return found(visible_bug(call.world, call.number("bug_id")), "Bug")


def visible_bug(world: World, bug_id: int | None) -> Bug | None:
    """The bug with this ID, if the customer can see it."""
    bug = world.bugs.get(bug_id or 0)
    return None if bug is None or bug.forwarded_at > world.now() else bug


def answer_bug(call: Call[World], bug: Bug) -> Response:
    return json_response(call, f'{{"bug":{bug_json(call.world, bug)}}}')


def bug_json(world: World, bug: Bug) -> str:
    """A bug as JSON, cached until it changes, so that a page of 500 is fast."""
    cached = world.rendered.get(bug.id)
    if cached is None:
        cached = f"{to_json(_own_fields(world, bug))[:-1]},{_shared_json(world, bug)[1:]}"
        _cache(world, bug.id, cached)
    return cached


def _cache(world: World, key: int | tuple[int, ...], json: str) -> None:
    if len(world.rendered) >= MAX_CACHED:
        del world.rendered[next(iter(world.rendered))]
    world.rendered[key] = json


def _own_fields(world: World, bug: Bug) -> dict[str, object]:
    """The fields of one bug; a custom report has no steps, devices or attachments."""
    is_report = bug.report is not None
    texts = texts_of(bug)
    device = None if bug.device is None else devices.device_report(bug.device)
    return {
        "id": bug.id,
        "title": bug.report["title"] if bug.report is not None else texts.title,
        **attributes(bug, "severity", "status", "auto_accepted", "known", "fixed", "language"),
        "location": texts.location,
        "expected_result": None if is_report else texts.expected,
        "actual_result": None if is_report else texts.actual,
        "steps": None if is_report else texts.steps,
        "author": {"name": bug.author},
        "comments": [
            {"id": c.id, "body": c.body, "author": {"name": c.author}, "created_at": zulu(c.at)} for c in bug.comments
        ],
        "devices": None if is_report or device is None else [device],
        "reproductions": _reproductions(bug),
        "attachments": None
        if is_report
        else [attachments.render_attachment(world.attachments[n]) for n in bug.attachments],
        "test_case": None if bug.test_case_id is None else {"id": bug.test_case_id},
        "exported_at": precise(bug.exported_at),
        "external_idx": bug.external_idx,
        "reported_at": precise(bug.reported_at),
        "report": bug.report,
    }


def _shared_json(world: World, bug: Bug) -> str:
    """JSON of the fields that all bugs of one feature in a test share."""
    key = (bug.cycle_id, bug.section_id, bug.cycle_feature.id if bug.cycle_feature else 0)
    cached = world.rendered.get(key)
    if cached is None:
        product, cycle = world.products[bug.product_id], world.cycles[bug.cycle_id]
        section = product.section(bug.section_id) if product.is_sectioned else None
        environment = world.environments.get(cycle.environment_id or 0)
        feature = _feature(world, bug)
        shared = {
            "feature": feature,
            "test_feature": None if bug.cycle_feature is None else {"id": bug.cycle_feature.id},
            "app_section": None if feature is None else {"id": feature["id"], "title": feature["title"]},
            "test": {"id": cycle.id, "title": cycle.title},
            "product": render_summary(product),
            "section": None if section is None else {"id": section.id, "name": section.name},
            "test_environment": None if environment is None else environments.render_environment(environment),
        }
        cached = to_json(shared)
        _cache(world, key, cached)
    return cached


def texts_of(bug: Bug) -> BugTexts:
    """The texts of a bug: its own, or texts generated from its number."""
    if bug.texts is not None:
        return bug.texts
    place = {72: "Harbour App", 73: "the panel"}.get(bug.product_id)
    if place is None:
        return bug_texts(bug.id, bug.area, bug.severity, bug.language)
    return bug_texts(bug.id, bug.area, bug.severity, bug.language, place=place)


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
    """Every fifth bug was reproduced by a second tester."""
    if bug.device is None or bug.id % 5:
        return []
    is_positive = bug.id % 15 != 0
    return [
        {
            "id": bug.id * 10,
            "device": devices.device_report(bug.device),
            "positive": is_positive,
            "author": {"name": "second_look"},
        }
    ]

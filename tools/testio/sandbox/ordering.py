"""Ordering: create, change, launch and duplicate a test."""

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox import attachments, dates, devices, environments, features, lifecycle, products
from tools.testio.sandbox.answers import answer, invalid
from tools.testio.sandbox.exploratory_tests import find_test, render_test
from tools.testio.sandbox.records import Attachment, Cycle, CycleFeature, Environment, Product, Template
from tools.testio.sandbox.requests import (
    Fields,
    boolean,
    choice,
    envelope,
    integer,
    missing,
    objects,
    string,
    unreadable,
)
from tools.testio.sandbox.world import World

routes: Routes[World] = Routes()

TYPES = ("coverage", "usability", "rapid", "focused")
LANGUAGES = ("en", "de")
LONGEST_HOURS = 24 * 90


@routes.post("/products/{product_id:int}/exploratory_tests")
async def create_test(call: Call[World]) -> Response:
    world, product = call.world, products.find_product(call)
    sent = envelope(call, "exploratory_test")
    if sent.get("test_environment") is None and sent.get("test_environment_id") is None:
        raise missing(["test_environment"])
    wanted = features.read_features(world, product, objects(sent, "features"))
    if bool(wanted) == bool(sent.get("test_template")):
        raise invalid("Exactly one of features, test_template must be provided")
    environment = environments.read_environment(world, product, sent)
    template = _template(world, product, sent)
    section_id = _section(product, sent)
    cycle = Cycle(0, product.id, section_id, None, "coverage", None)
    if template is not None:
        cycle = replace(_as_draft(template.scenario), section_id=section_id, hours=template.hours)
    _change(cycle, sent)
    pictures = _pictures(world, sent)
    auto_launch = boolean(sent, "auto_launch", default=True)

    # Everything is valid; store it.
    cycle.id, cycle.environment_id = next(world.cycle_ids), environments.add_environment(world, environment).id
    cycle.attachments = _store_pictures(world, pictures)
    if template is None:
        cycle.features = [features.snapshot_of(world, product, section_id, feature) for feature in wanted]
    else:
        cycle.features = _new_snapshots(world, template.scenario)
    world.cycles[cycle.id] = cycle
    if auto_launch:
        lifecycle.launch(world, cycle)
    return answer(call, {"exploratory_test": render_test(world, cycle)}, HTTPStatus.CREATED)


@routes.put("/exploratory_tests/{test_id:int}")
async def update_test(call: Call[World]) -> Response:
    world, cycle = call.world, find_test(call)
    product = world.products[cycle.product_id]
    sent = envelope(call, "exploratory_test")
    _require_status(world, cycle, lifecycle.CHANGEABLE, "changed")
    if sent.get("test_template") is not None:
        raise invalid("Test template cannot be changed")
    wanted = features.read_features(world, product, objects(sent, "features"))
    environment: Environment | None = None
    if sent.get("test_environment") is not None or sent.get("test_environment_id") is not None:
        environment = environments.read_environment(world, product, sent)
    section_id = _section(product, sent) if sent.get("section_id") is not None else cycle.section_id
    changed = replace(cycle, section_id=section_id)
    _change(changed, sent)
    pictures = _pictures(world, sent)

    if environment is not None:
        changed.environment_id = environments.add_environment(world, environment).id
    if wanted:
        changed.features = [features.snapshot_of(world, product, section_id, feature) for feature in wanted]
    if "attachments" in sent:
        changed.attachments = _store_pictures(world, pictures)
    world.cycles[cycle.id] = changed
    world.rendered.clear()
    return answer(call, {"exploratory_test": render_test(world, changed)})


@routes.post("/exploratory_tests/{test_id:int}/launch")
async def launch_test(call: Call[World]) -> Response:
    world, cycle = call.world, find_test(call)
    _require_status(world, cycle, {"initialized"}, "launched")
    lifecycle.launch(world, cycle)
    return answer(call, {"exploratory_test": render_test(world, cycle)})


@routes.post("/exploratory_tests/{test_id:int}/duplicate")
async def duplicate_test(call: Call[World]) -> Response:
    """Create a draft: the copy is not launched and has no dates."""
    world, cycle = call.world, find_test(call)
    twin = replace(_as_draft(cycle), id=next(world.cycle_ids), features=_new_snapshots(world, cycle))
    environment = world.environments.get(cycle.environment_id or 0)
    if environment is not None:
        twin.environment_id = environments.add_environment(world, replace(environment, id=0)).id
    world.cycles[twin.id] = twin
    return answer(call, {"exploratory_test": render_test(world, twin)})


def _as_draft(cycle: Cycle) -> Cycle:
    """A copy of a test without its dates, history and ID."""
    return replace(
        cycle,
        id=0,
        start_at=None,
        end_at=None,
        submitted_at=None,
        submitted_by=None,
        is_cancelled=False,
        reviews=[],
        requirements=deepcopy(cycle.requirements),
        attachments=list(cycle.attachments),
    )


def _require_status(world: World, cycle: Cycle, allowed: frozenset[str] | set[str], done: str) -> None:
    status = lifecycle.status(world, cycle)
    if status not in allowed:
        raise invalid(f"A test that is {status} cannot be {done}")


def _template(world: World, product: Product, sent: Fields) -> Template | None:
    named = sent.get("test_template")
    if named is None:
        return None
    if not isinstance(named, dict):
        raise unreadable("test_template")
    template = world.templates.get(integer(named.get("id"), "id") or 0)
    if template is None or template.product_id != product.id:
        raise invalid("Test template must exist")
    return template


def _section(product: Product, sent: Fields) -> int:
    section_id = integer(sent.get("section_id"), "section_id")
    if section_id is None:
        if product.is_sectioned:
            raise invalid("Section must be provided for a product with sections")
        return product.default_section.id
    if product.section(section_id) is None:
        raise invalid("Section must exist")
    return section_id


def _change(cycle: Cycle, sent: Fields) -> None:
    """Change the plain fields that were sent."""
    for name, attribute in (
        ("test_title", "title"),
        ("goal", "goal"),
        ("out_of_scope", "out_of_scope"),
        ("instructions", "instructions"),
    ):
        if name in sent:
            setattr(cycle, attribute, string(sent, name))
    before = cycle.testing_type
    cycle.testing_type = choice(sent, "testing_type", TYPES, before or "coverage") if "testing_type" in sent else before
    cycle.report_language = choice(sent, "report_language", LANGUAGES, cycle.report_language)
    cycle.allow_device_clouds = boolean(sent, "allow_device_clouds", default=cycle.allow_device_clouds)
    if "requirements" in sent:
        cycle.requirements = devices.render_requirements(objects(sent, "requirements"))
    if cycle.testing_type == "focused":
        cycle.severities = _severities(cycle, sent)
    elif cycle.testing_type != before:
        cycle.severities = None
    set_dates(cycle, sent)


def _severities(cycle: Cycle, sent: Fields) -> dict[str, bool]:
    severities = sent.get("bug_severities")
    if severities is None:
        return cycle.severities or {"low": False, "high": False, "critical": False}
    if not isinstance(severities, dict):
        raise unreadable("bug_severities")
    return {name: boolean(severities, name, default=False) for name in ("low", "high", "critical")}


def set_dates(cycle: Cycle, sent: Fields) -> None:
    """Set the start and duration of a test, and from them its end."""
    duration, start = sent.get("duration"), sent.get("start_at")
    if duration is not None:
        cycle.hours = _hours(duration)
    elif not cycle.id and "testing_type" in sent and cycle.testing_type is not None:
        cycle.hours = lifecycle.DEFAULT_HOURS[cycle.testing_type]
    if start is not None:
        cycle.start_at = dates.parse_date(start)
        if cycle.start_at is None:
            raise unreadable("start_at")
    if cycle.start_at is not None:
        cycle.end_at = cycle.start_at + timedelta(hours=cycle.hours)


def _hours(value: object) -> float:
    """A number of hours: a string in the API; a number is accepted as well."""
    try:
        hours = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else 0.0
    except ValueError:
        hours = 0.0
    if not 0 < hours <= LONGEST_HOURS:
        raise invalid("Duration must be a number of hours")
    return hours


def _pictures(world: World, sent: Fields) -> list[Attachment]:
    read = attachments.read_attachments(objects(sent, "attachments"), world)
    if read is None:
        raise invalid("Attachment must exist")
    return read


def _store_pictures(world: World, pictures: list[Attachment]) -> list[int]:
    for picture in pictures:
        if not picture.id:
            picture.id = next(world.attachment_ids)
            world.attachments[picture.id] = picture
    return [picture.id for picture in pictures]


def _new_snapshots(world: World, cycle: Cycle) -> list[CycleFeature]:
    """Snapshots of a test's features with new IDs."""
    return [replace(feature, id=next(world.cycle_feature_ids)) for feature in cycle.features]

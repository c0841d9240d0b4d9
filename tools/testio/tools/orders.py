"""Creates, changes, launches and copies exploratory tests; testers are paid for tests that start."""

from typing import Annotated

from pydantic import Field

from tools.kit.asking import UNKNOWN, Ask, Asking, Order
from tools.kit.changed import Changed
from tools.kit.editing import Edits, apply_edits, describe_edits
from tools.kit.errors import Refused
from tools.kit.question import Lines
from tools.kit.text import quote, word
from tools.kit.toolset import Toolset
from tools.kit.when import parse_timestamp
from tools.testio.client.testio import TestIO
from tools.testio.models.exploratory_tests import ExploratoryTest, TestRow
from tools.testio.tools.devices import find_devices
from tools.testio.tools.exploratory_tests import TestId, known_test, row_of
from tools.testio.tools.order_fields import (
    DEFAULT_HOURS,
    BugLevels,
    ChosenDevices,
    DeviceClouds,
    Features,
    Goal,
    Hours,
    Instructions,
    Language,
    OrderEnvironment,
    OtherEnvironment,
    OutOfScope,
    Requirements,
    Start,
    TestingType,
    Title,
    check_severities,
    check_start,
    wire_fields,
)
from tools.testio.tools.order_questions import (
    ORDERS,
    PAID,
    add_facts,
    add_features,
    begin_question,
    environment_line,
    given_if,
)
from tools.testio.tools.products import ProductId, SectionId, known_product, valid_section

tool = Toolset(TestIO)

EDITABLE = ("test_title", "goal", "out_of_scope", "instructions")
AFTER_ORDER = "testio_get_exploratory_test shows its status."

AutoLaunch = Annotated[bool, Field(description="false: save a draft.")]


def row_with_link(test: ExploratoryTest) -> TestRow:
    """A test as a list shows it, and where the web app shows it."""
    return row_of(test).model_copy(update={"link": test.link})


def ordered_facts(
    test: ExploratoryTest, hours: str | int | None = None, devices: list[ChosenDevices] | None = None
) -> list[str]:
    """The facts of a question that the row of a test leaves out."""
    lines = Lines()
    lines.add("Hours", hours)
    add_facts(lines, test, "; ".join(map(str, devices or ())))
    return lines.facts


def hours_of(test: ExploratoryTest) -> float:
    """The hours that testers have for a test."""
    start, end = parse_timestamp(test.start_at), parse_timestamp(test.end_at)
    return UNKNOWN if start is None or end is None else (end - start).total_seconds() / 3600


def only_a_draft(auto_launch: bool, features: Features) -> bool:
    """Whether nothing starts, and no texts that could overwrite a feature are given."""
    return not auto_launch and not any(feature.has_new_texts for feature in features or [])


@tool.spends(verify_with="list_exploratory_tests", unasked_when=only_a_draft)
async def create_exploratory_test(
    api: TestIO,
    product_id: ProductId,
    test_environment: OrderEnvironment,
    testing_type: TestingType = "coverage",
    test_title: Title = None,
    duration_hours: Hours = None,
    goal: Goal = None,
    out_of_scope: OutOfScope = None,
    instructions: Instructions = None,
    start_at: Start = None,
    report_language: Language = "en",
    bug_severities: BugLevels = None,
    section_id: SectionId = None,
    allow_device_clouds: DeviceClouds = False,
    requirements: Requirements = None,
    features: Features = None,
    test_template_id: Annotated[int | None, Field(gt=0, description="Instead of features.")] = None,
    auto_launch: AutoLaunch = True,
) -> Asking[Changed[TestRow]]:
    """Order a paid crowd test of features or a template; it starts by itself. Asks the user first."""
    if (features is None) == (test_template_id is None):
        both = "not both" if features is not None else "one is needed"
        raise Refused(f"Give exactly one of features and test_template_id: {both}.")
    check_severities(bug_severities, testing_type)
    check_start(start_at)
    devices = await find_devices(api, requirements)
    product = await known_product(api, product_id)
    valid_section(product, section_id, needed=True)
    environment, may_order = await environment_line(api, product_id, test_environment)
    hours = duration_hours or (f"{DEFAULT_HOURS[testing_type]}, the default" if features else "as the template says")
    what = "Order a paid crowd test" if auto_launch else "Save a draft of a crowd test"
    lines = Lines(f"{what} on product {product.id} {quote(product.name or '')}?")
    lines.add("Title", given_if(test_title))
    lines.add("Type", testing_type)
    lines.add("Hours", hours)
    lines.add("Start", given_if(start_at) or "within the next full hour")
    lines.add("Section", section_id)
    lines.add("Devices", "; ".join(map(str, devices)) if devices else "the platform's default choice")
    lines.add("Device clouds", "allowed" if allow_device_clouds else None)
    lines.add("Environment", environment)
    lines.add("Bug levels", ", ".join(bug_severities) if bug_severities else None)
    lines.add("Reports in", report_language)
    overwritten = features is not None and await add_features(api, lines, product_id, section_id, features)
    if test_template_id is not None:
        templates = {template.id: template for template in await api.test_templates(product_id, section_id)}
        if test_template_id not in templates:
            ids = ", ".join(map(str, templates)) or "none"
            raise Refused(f"Product {product_id} has no template {test_template_id}; it has {ids}.")
        lines.add("Template", f"{test_template_id} {quote(templates[test_template_id].title or '')}")
    lines.add("Goal", given_if(goal))
    lines.add("Out of scope", given_if(out_of_scope))
    lines.add("Instructions", given_if(instructions))
    lines.say(ORDERS if may_order else None, f"It starts by itself. {PAID}" if auto_launch else "Nothing starts yet.")
    stated = duration_hours or (DEFAULT_HOURS[testing_type] if features else UNKNOWN)
    order = Order(hours=stated) if auto_launch else None
    yield Ask(str(lines) if auto_launch or overwritten else None, order=order)
    fields = wire_fields(
        test_title=test_title,
        testing_type=testing_type,
        duration_hours=duration_hours,
        goal=goal,
        out_of_scope=out_of_scope,
        instructions=instructions,
        start_at=start_at,
        report_language=report_language,
        bug_severities=bug_severities,
        allow_device_clouds=allow_device_clouds or None,
        requirements=devices,
        test_environment=test_environment,
        features=features,
    )
    if section_id is not None:
        fields["section_id"] = section_id
    if test_template_id is not None:
        fields["test_template"] = {"id": test_template_id}
    if not auto_launch:
        fields["auto_launch"] = False
    test = await api.create_exploratory_test(product_id, fields)
    yield Changed(
        done="Ordered; it starts by itself." if auto_launch else "Saved as a draft; nothing was ordered.",
        now=row_with_link(test),
        ordered=ordered_facts(test, hours, devices),
        next=AFTER_ORDER if auto_launch else "testio_launch_exploratory_test starts it.",
    )


@tool.writes(idempotent=True, verify_with="get_exploratory_test")
async def update_exploratory_test(
    api: TestIO,
    test_id: TestId,
    test_title: Title = None,
    testing_type: TestingType | None = None,
    duration_hours: Hours = None,
    goal: Goal = None,
    out_of_scope: OutOfScope = None,
    instructions: Instructions = None,
    start_at: Start = None,
    report_language: Language | None = None,
    bug_severities: BugLevels = None,
    allow_device_clouds: DeviceClouds | None = None,
    requirements: Requirements = None,
    test_environment: OtherEnvironment = None,
    features: Features = None,
    edits: Edits = None,
) -> Asking[Changed[TestRow]]:
    """Change a test; omitted fields stay. Asks the user first where more than a draft changes."""
    devices = await find_devices(api, requirements)
    fields = wire_fields(
        test_title=test_title,
        testing_type=testing_type,
        duration_hours=duration_hours,
        goal=goal,
        out_of_scope=out_of_scope,
        instructions=instructions,
        start_at=start_at,
        report_language=report_language,
        bug_severities=bug_severities,
        allow_device_clouds=allow_device_clouds,
        requirements=devices,
        test_environment=test_environment,
        features=features,
    )
    if not fields and not edits:
        raise Refused("Give at least one field to change.")
    check_start(start_at)
    before = await known_test(api, test_id)
    check_severities(bug_severities, testing_type or before.testing_type)
    texts = dict(zip(EDITABLE, (before.title, before.goal, before.out_of_scope, before.instructions), strict=True))
    fields |= apply_edits(texts, edits, fields)
    state = word(before.status or "in an unknown state")
    lines = Lines(f"Change test {before.id} {quote(before.title or '')}, which is {state}?")
    lines.becomes("Title", before.title, test_title)
    lines.becomes("Goal", before.goal, goal)
    lines.becomes("Out of scope", before.out_of_scope, out_of_scope)
    lines.becomes("Instructions", before.instructions, instructions)
    lines.parts(describe_edits(edits))
    lines.add("Type", testing_type and f"{word(before.testing_type or 'none')} becomes {testing_type}")
    lines.add("Hours", duration_hours)
    lines.becomes("Start", before.start_at, start_at)
    lines.add("Reports in", report_language)
    lines.add("Bug levels", ", ".join(bug_severities) if bug_severities else None)
    lines.add("Device clouds", {True: "allowed", False: "not allowed", None: None}[allow_device_clouds])
    lines.add("Devices", "; ".join(map(str, devices or ())))
    overwritten = may_order = False
    if test_environment is not None or features is not None:
        if before.product is None:
            raise Refused("The platform does not say which product this test is on.")
        if test_environment is not None:
            line, may_order = await environment_line(api, before.product.id, test_environment)
            lines.add("Environment", line)
        overwritten = features is not None and await add_features(api, lines, before.product.id, None, features)
    effect = "Nobody works on it yet." if before.is_draft else "It is ordered: this changes what paid testers work on."
    lines.say(ORDERS if may_order else None, effect)
    yield Ask(None if before.is_draft and not overwritten and not may_order else str(lines))
    test = await api.update_exploratory_test(test_id, fields)
    done = f"Changed: {', '.join(sorted(fields))}."
    yield Changed(done=done, now=row_with_link(test), before=row_of(before))


@tool.spends(verify_with="get_exploratory_test")
async def launch_exploratory_test(api: TestIO, test_id: TestId) -> Asking[Changed[TestRow]]:
    """Launch a draft: testers start and are paid. Asks the user first."""
    before = await known_test(api, test_id)
    if not before.is_draft:
        raise Refused(f"Test {before.id} is {word(before.status)}; only a draft can be launched.")
    lines = begin_question("Launch", before)
    lines.say(f"Testers start working on it. {PAID}")
    yield Ask(str(lines), order=Order(hours=hours_of(before)))
    test = await api.launch_exploratory_test(test_id)
    yield Changed(
        done=f"Launched test {test_id} {quote(before.title or '')}.",
        now=row_with_link(test),
        ordered=ordered_facts(before),
        before=row_of(before),
        next=AFTER_ORDER,
    )


@tool.spends(verify_with="list_exploratory_tests")
async def duplicate_exploratory_test(api: TestIO, test_id: TestId) -> Asking[Changed[TestRow]]:
    """Copy a test; the copy may start by itself. Asks the user first."""
    original = await known_test(api, test_id)
    lines = begin_question("Duplicate", original)
    lines.say("The copy should be a draft, but the API does not promise it: it may start by itself.")
    lines.say("If it does, it costs money; the API gives no price.")
    yield Ask(str(lines), order=Order(hours=hours_of(original)))
    test = await api.duplicate_exploratory_test(test_id)
    yield Changed(
        done=f"Copied from test {test_id}.",
        now=row_with_link(test),
        ordered=ordered_facts(test),
        next="testio_update_exploratory_test changes it, testio_launch_exploratory_test starts it.",
    )

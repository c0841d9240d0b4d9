"""Ordering exploratory tests: create, update, launch, duplicate; people are paid for what these start."""

from typing import Annotated

from pydantic import Field

from tools.kit.editing import Edits, apply_edits
from tools.kit.errors import Refused
from tools.kit.model import Answer
from tools.kit.question import Lines
from tools.kit.text import Key, quote
from tools.kit.toolset import Toolset
from tools.testio.client.testio import TestIO
from tools.testio.models.exploratory_tests import ExploratoryTest, TestRow
from tools.testio.tools.devices import chosen
from tools.testio.tools.exploratory_tests import TestId, known_test, row_of
from tools.testio.tools.order_fields import (
    DEFAULT_HOURS,
    ChosenDevices,
    Features,
    Hours,
    Language,
    Level,
    OrderEnvironment,
    OtherEnvironment,
    Requirements,
    Start,
    TestingType,
    Text,
    Title,
    wire_fields,
)
from tools.testio.tools.order_questions import (
    about_to_create,
    about_to_duplicate,
    about_to_launch,
    about_to_update,
    checked,
    facts_of,
    only_a_draft,
    texts_of,
)
from tools.testio.tools.products import ProductId, SectionId

tool = Toolset(TestIO)

AutoLaunch = Annotated[bool, Field(description="false: a draft, started later by testio_launch_exploratory_test.")]


class Ordered(Answer):
    """A test after an order or a change."""

    done: str
    test: TestRow
    ordered: list[str] | None = None
    before: TestRow | None = None
    next: str | None = None
    link: Key | None = None


def what_was_ordered(
    test: ExploratoryTest, hours: str | int | None = None, devices: list[ChosenDevices] | None = None
) -> list[str]:
    """What the row of a test leaves out, as the question had it."""
    lines = Lines()
    lines.add("Hours", hours)
    facts_of(lines, test, "; ".join(map(str, devices or ())))
    return lines.facts


@tool.spends(about_to_create, verify_with="list_exploratory_tests", unasked_when=only_a_draft)
async def create_exploratory_test(
    api: TestIO,
    product_id: ProductId,
    test_environment: OrderEnvironment,
    testing_type: TestingType = "coverage",
    test_title: Title = None,
    duration_hours: Hours = None,
    goal: Text = None,
    out_of_scope: Text = None,
    instructions: Text = None,
    start_at: Start = None,
    report_language: Language = "en",
    bug_severities: Annotated[list[Level] | None, Field(description="For focused only.")] = None,
    section_id: SectionId = None,
    allow_device_clouds: bool = False,
    requirements: Requirements = None,
    features: Features = None,
    test_template_id: Annotated[int | None, Field(gt=0, description="As testio_list_test_templates gives it.")] = None,
    auto_launch: AutoLaunch = True,
) -> Ordered:
    """Order a crowd test, after a person said yes: it starts by itself and costs money.

    Give exactly one of features and test_template_id.
    """
    checked(
        testing_type=testing_type,
        bug_severities=bug_severities,
        start_at=start_at,
        features=features,
        test_template_id=test_template_id,
        needed=True,
    )
    devices = await chosen(api, requirements)
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
    done = "Ordered; it starts by itself." if auto_launch else "Saved as a draft; nothing was ordered."
    follow = "testio_get_exploratory_test shows its status."
    if not auto_launch:
        follow = "testio_launch_exploratory_test starts it."
    hours = duration_hours or (f"{DEFAULT_HOURS[testing_type]}, the default" if features else "as the template says")
    ordered = what_was_ordered(test, hours, devices)
    return Ordered(done=done, test=row_of(test), ordered=ordered, next=follow, link=test.link)


@tool.writes(about_to_update, idempotent=True, verify_with="get_exploratory_test")
async def update_exploratory_test(
    api: TestIO,
    test_id: TestId,
    test_title: Title = None,
    testing_type: TestingType | None = None,
    duration_hours: Hours = None,
    goal: Text = None,
    out_of_scope: Text = None,
    instructions: Text = None,
    start_at: Start = None,
    report_language: Language | None = None,
    bug_severities: list[Level] | None = None,
    allow_device_clouds: bool | None = None,
    requirements: Requirements = None,
    test_environment: OtherEnvironment = None,
    features: Features = None,
    edits: Edits = None,
) -> Ordered:
    """Change a test; what is left out stays. Asks a person unless it is a draft."""
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
        requirements=await chosen(api, requirements),
        test_environment=test_environment,
        features=features,
    )
    if not fields and not edits:
        raise Refused("Say at least one field to change.")
    before = await known_test(api, test_id)
    fields |= apply_edits(texts_of(before), edits, fields)
    test = await api.update_exploratory_test(test_id, fields)
    done = f"Changed: {', '.join(sorted(fields))}."
    return Ordered(done=done, test=row_of(test), before=row_of(before), link=test.link)


@tool.spends(about_to_launch, verify_with="get_exploratory_test")
async def launch_exploratory_test(api: TestIO, test_id: TestId) -> Ordered:
    """Launch a draft, after a person said yes: testers start and are paid."""
    before = await known_test(api, test_id)
    test = await api.launch_exploratory_test(test_id)
    follow = "testio_get_exploratory_test shows its status."
    return Ordered(
        done=f"Launched test {test_id} {quote(before.title or '')}.",
        test=row_of(test),
        ordered=what_was_ordered(before),
        before=row_of(before),
        next=follow,
        link=test.link,
    )


@tool.spends(about_to_duplicate, verify_with="list_exploratory_tests")
async def duplicate_exploratory_test(api: TestIO, test_id: TestId) -> Ordered:
    """Copy a test, after a person said yes: the copy may start by itself."""
    test = await api.duplicate_exploratory_test(test_id)
    follow = "testio_update_exploratory_test changes it, testio_launch_exploratory_test starts it."
    done = f"Copied from test {test_id}."
    return Ordered(done=done, test=row_of(test), ordered=what_was_ordered(test), next=follow, link=test.link)

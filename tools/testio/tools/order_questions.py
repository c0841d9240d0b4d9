"""What a person is asked before a test is ordered or changed, read freshly from the platform."""

from tools.kit.editing import Edits, apply_edits, describe_edits
from tools.kit.errors import Refused
from tools.kit.question import Lines
from tools.kit.text import given, quote, word
from tools.kit.when import parse_timestamp
from tools.testio.client.testio import TestIO
from tools.testio.models.environments import TestEnvironment
from tools.testio.models.exploratory_tests import ExploratoryTest
from tools.testio.models.products import Feature
from tools.testio.tools.devices import chosen
from tools.testio.tools.exploratory_tests import known_test
from tools.testio.tools.order_fields import (
    DEFAULT_HOURS,
    Devices,
    EnvironmentToUse,
    Features,
    FeatureToTest,
    Level,
    TestingType,
)
from tools.testio.tools.products import known_environment, known_product, valid_section

PAID = "It costs money; the API gives no price."
ORDERS = "TESTERS MAY PLACE REAL ORDERS in this environment."


def words(text: str | None) -> str | None:
    """A text that leaves for people, whole."""
    return given(text) if text else None


async def environment_line(api: TestIO, product_id: int, environment: EnvironmentToUse) -> tuple[str, bool]:
    """Name the environment, and say whether testers may place orders in it."""
    if environment.id is None:
        if not environment.url or not environment.title:
            raise Refused("test_environment needs the id of an existing one, or a title and a url.")
        access = ", with the access details you gave" if environment.access else ""  # credentials: never repeated
        line = f"new, {given(environment.title)} at {given(environment.url)}{access}"
        return line, environment.allow_orders
    existing: TestEnvironment = await known_environment(api, product_id, environment.id)
    line = f"{existing.id} {quote(existing.title or '')} at {quote(existing.url or 'an app', at_most=300)}"
    return line, bool(existing.allow_orders)


def feature_line(feature: FeatureToTest, found: Feature | None) -> str:
    """Name a feature, and say with old and new text where an existing one would be overwritten."""
    if found is None:
        parts = [f"new {given(feature.title)}", words(feature.description), words(feature.howtofind)]
        line = ", ".join(part for part in parts if part)
    else:
        line = f"{found.id} {quote(found.title)}"
        if overwrites(feature, found):
            old, hint = quote(found.description or "", at_most=600), quote(found.howtofind or "", at_most=600)
            line += (
                f", OVERWRITTEN for the whole product: description {old} becomes {words(feature.description)}, "
                f"how to find {hint} becomes {words(feature.howtofind)}"
            )
    if feature.user_stories:
        line += ", stories " + ", ".join(given(story) for story in feature.user_stories)
    return line


def overwrites(feature: FeatureToTest, found: Feature | None) -> bool:
    """Whether the platform would replace an existing feature's texts with those sent along."""
    return (
        found is not None
        and feature.has_new_texts
        and (found.description, found.howtofind) != (feature.description, feature.howtofind)
    )


async def found_features(
    api: TestIO, product_id: int, section_id: int | None, features: list[FeatureToTest]
) -> list[Feature | None]:
    """Find each feature as the platform will: by id, else by title, else none and a new one is made.

    Raises:
        Refused: for an id the product does not have, or a feature with neither id nor title.
    """
    existing = await api.features(product_id, section_id)
    by_id = {feature.id: feature for feature in existing}
    by_title = {feature.title: feature for feature in existing}
    found: list[Feature | None] = []
    for feature in features:
        if feature.id is not None:
            if feature.id not in by_id:
                raise Refused(f"Product {product_id} has no feature {feature.id}. testio_list_features shows its ids.")
            found.append(by_id[feature.id])
        elif feature.title is not None:
            found.append(by_title.get(feature.title))
        else:
            raise Refused("Each feature needs an id or a title.")
    return found


def checked(
    *,
    testing_type: str | None,
    bug_severities: list[Level] | None,
    start_at: str | None,
    features: Features,
    test_template_id: int | None,
    needed: bool,
) -> None:
    """Refuse what the platform's rules exclude, before any request.

    Raises:
        Refused: with the rule.
    """
    if needed and (features is None) == (test_template_id is None):
        both = "not both" if features is not None else "one is needed"
        raise Refused(f"Give exactly one of features and test_template_id: {both}.")
    if bug_severities is not None and testing_type != "focused":
        raise Refused("bug_severities are for testing_type focused only.")
    if start_at is not None:
        start = parse_timestamp(start_at)
        if start is None or "T" not in start_at:
            raise Refused("start_at must be an ISO time with an offset, such as 2026-04-01T09:00:00+02:00.")


def only_a_draft(auto_launch: bool, features: Features) -> bool:
    """A draft starts nothing, and without new texts no feature can be overwritten."""
    return not auto_launch and not any(feature.has_new_texts for feature in features or [])


async def about_to_create(
    api: TestIO,
    product_id: int,
    test_environment: EnvironmentToUse,
    testing_type: TestingType,
    test_title: str | None,
    duration_hours: int | None,
    goal: str | None,
    out_of_scope: str | None,
    instructions: str | None,
    start_at: str | None,
    report_language: str,
    bug_severities: list[Level] | None,
    section_id: int | None,
    allow_device_clouds: bool,
    requirements: list[Devices] | None,
    features: Features,
    test_template_id: int | None,
    auto_launch: bool,
) -> str | None:
    checked(
        testing_type=testing_type,
        bug_severities=bug_severities,
        start_at=start_at,
        features=features,
        test_template_id=test_template_id,
        needed=True,
    )
    devices = await chosen(api, requirements)
    product = await known_product(api, product_id)
    valid_section(product, section_id, needed=True)
    environment, orders = await environment_line(api, product_id, test_environment)
    hours = duration_hours or DEFAULT_HOURS[testing_type]
    what = "Order a paid crowd test" if auto_launch else "Save a draft of a crowd test"
    lines = Lines(f"{what} on product {product.id} {quote(product.name or '')}?")
    lines.add("Title", words(test_title))
    lines.add("Type", testing_type)
    lines.add("Hours", hours if duration_hours else f"{hours}, the default" if features else "as the template says")
    lines.add("Start", words(start_at) or "within the next full hour")
    lines.add("Section", section_id)
    lines.add("Devices", "; ".join(map(str, devices)) if devices else "the platform's default choice")
    lines.add("Device clouds", "allowed" if allow_device_clouds else None)
    lines.add("Environment", environment)
    lines.add("Bug levels", ", ".join(bug_severities) if bug_severities else None)
    lines.add("Reports in", report_language)
    changed = False
    if features is not None:
        found = await found_features(api, product_id, section_id, features)
        for feature, existing in zip(features, found, strict=True):
            lines.add("Feature", feature_line(feature, existing))
            changed = changed or overwrites(feature, existing)
    if test_template_id is not None:
        templates = {template.id: template for template in await api.test_templates(product_id, section_id)}
        if test_template_id not in templates:
            ids = ", ".join(map(str, templates)) or "none"
            raise Refused(f"Product {product_id} has no template {test_template_id}; it has {ids}.")
        lines.add("Template", f"{test_template_id} {quote(templates[test_template_id].title or '')}")
    lines.add("Goal", words(goal))
    lines.add("Out of scope", words(out_of_scope))
    lines.add("Instructions", words(instructions))
    if orders:
        lines.say(ORDERS)
    if not auto_launch and not changed:
        return None
    lines.say(f"It starts by itself. {PAID}" if auto_launch else "Nothing starts yet.")
    return str(lines)


EDITABLE = ("test_title", "goal", "out_of_scope", "instructions")


def texts_of(test: ExploratoryTest) -> dict[str, str | None]:
    """The stored texts of a test that edits may change."""
    return dict(zip(EDITABLE, (test.title, test.goal, test.out_of_scope, test.instructions), strict=True))


async def about_to_update(
    api: TestIO,
    test_id: int,
    test_title: str | None,
    testing_type: TestingType | None,
    duration_hours: int | None,
    goal: str | None,
    out_of_scope: str | None,
    instructions: str | None,
    start_at: str | None,
    report_language: str | None,
    bug_severities: list[Level] | None,
    allow_device_clouds: bool | None,
    requirements: list[Devices] | None,
    test_environment: EnvironmentToUse | None,
    features: Features,
    edits: Edits,
) -> str | None:
    devices = await chosen(api, requirements)
    test = await known_test(api, test_id)
    checked(
        testing_type=testing_type or test.testing_type,
        bug_severities=bug_severities,
        start_at=start_at,
        features=features,
        test_template_id=None,
        needed=False,
    )
    state = word(test.status or "in an unknown state")
    lines = Lines(f"Change test {test.id} {quote(test.title or '')}, which is {state}?")
    lines.becomes("Title", test.title, test_title)
    lines.becomes("Goal", test.goal, goal)
    lines.becomes("Out of scope", test.out_of_scope, out_of_scope)
    lines.becomes("Instructions", test.instructions, instructions)
    stands_whole = [
        name for name, new in zip(EDITABLE, (test_title, goal, out_of_scope, instructions), strict=True) if new
    ]
    apply_edits(texts_of(test), edits, stands_whole)
    lines.parts(describe_edits(edits))
    lines.add("Type", testing_type and f"{word(test.testing_type or 'none')} becomes {testing_type}")
    lines.add("Hours", duration_hours)
    lines.becomes("Start", test.start_at, start_at)
    lines.add("Reports in", report_language)
    lines.add("Bug levels", ", ".join(bug_severities) if bug_severities else None)
    lines.add("Device clouds", {True: "allowed", False: "not allowed", None: None}[allow_device_clouds])
    lines.add("Devices", "; ".join(map(str, devices or ())))
    changed = orders = False
    product_id = test.product.id if test.product is not None else None
    if test_environment is not None:
        if product_id is None:
            raise Refused("The platform does not say which product this test is on.")
        line, orders = await environment_line(api, product_id, test_environment)
        lines.add("Environment", line)
    if features is not None:
        if product_id is None:
            raise Refused("The platform does not say which product this test is on.")
        for feature, existing in zip(features, await found_features(api, product_id, None, features), strict=True):
            lines.add("Feature", feature_line(feature, existing))
            changed = changed or overwrites(feature, existing)
    if orders:
        lines.say(ORDERS)
    if test.is_draft and not changed and not orders:
        return None
    lines.say("Nobody works on it yet." if test.is_draft else "It is ordered: this changes what paid testers work on.")
    return str(lines)


def facts_of(lines: Lines, test: ExploratoryTest, devices: str = "") -> None:
    """What a test is, as a person decides about it and an answer says what was ordered."""
    lines.add("Product", test.product and f"{test.product.id} {quote(test.product.name or '')}")
    shown = "; ".join(quote(devices) for devices in test.requirements)
    lines.add("Devices", devices or shown or "the platform's default choice")
    environment = test.test_environment
    if environment is not None:
        lines.add(
            "Environment", f"{quote(environment.title or '')} at {quote(environment.url or 'an app', at_most=300)}"
        )
    lines.add("Features", ", ".join(quote(feature.title or "") for feature in test.features))


async def test_lines(api: TestIO, test_id: int, first: str) -> tuple[ExploratoryTest, Lines]:
    """Begin a question about an existing test with what it is."""
    test = await known_test(api, test_id)
    lines = Lines(first.format(test=f"test {test.id} {quote(test.title or '')}"))
    lines.add("Type", test.testing_type and word(test.testing_type))
    lines.add("From", test.start_at and word(test.start_at))
    lines.add("To", test.end_at and word(test.end_at))
    facts_of(lines, test)
    lines.add("Goal", quote(test.goal, at_most=600) if test.goal else None)
    lines.add("Instructions", quote(test.instructions, at_most=600) if test.instructions else None)
    if test.test_environment is not None and test.test_environment.allow_orders:
        lines.say(ORDERS)
    return test, lines


async def about_to_launch(api: TestIO, test_id: int) -> str:
    test, lines = await test_lines(api, test_id, "Launch {test}?")
    if not test.is_draft:
        raise Refused(f"Test {test.id} is {word(test.status)}; only a draft can be launched.")
    lines.say(f"Testers start working on it. {PAID}")
    return str(lines)


async def about_to_duplicate(api: TestIO, test_id: int) -> str:
    _, lines = await test_lines(api, test_id, "Duplicate {test}?")
    lines.say("The copy should be a draft, but the API does not promise it: it may start by itself.")
    lines.say("If it does, it costs money; the API gives no price.")
    return str(lines)

"""The lines of questions about orders: environments, features, and existing tests."""

from tools.kit.errors import Refused
from tools.kit.question import Lines
from tools.kit.text import given, quote, word
from tools.testio.client.testio import TestIO
from tools.testio.models.environments import TestEnvironment
from tools.testio.models.exploratory_tests import ExploratoryTest
from tools.testio.models.products import Feature
from tools.testio.tools.order_fields import EnvironmentToUse, FeatureToTest
from tools.testio.tools.products import known_environment

PAID = "It costs money; the API gives no price."
ORDERS = "TESTERS MAY PLACE REAL ORDERS in this environment."


def given_if(text: str | None) -> str | None:
    """Mark a caller's text, where there is one."""
    return given(text) if text else None


async def environment_line(api: TestIO, product_id: int, environment: EnvironmentToUse) -> tuple[str, bool]:
    """The line of an environment, and whether testers may place orders in it."""
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
    """The line of a feature, with old and new texts where an existing one is overwritten."""
    if found is None:
        parts = [f"new {given(feature.title)}", given_if(feature.description), given_if(feature.howtofind)]
        line = ", ".join(part for part in parts if part)
    else:
        line = f"{found.id} {quote(found.title)}"
        if overwrites(feature, found):
            old, hint = quote(found.description or "", at_most=600), quote(found.howtofind or "", at_most=600)
            line += (
                f", OVERWRITTEN for the whole product: description {old} becomes {given_if(feature.description)}, "
                f"how to find {hint} becomes {given_if(feature.howtofind)}"
            )
    if feature.user_stories:
        line += ", stories " + ", ".join(given(story) for story in feature.user_stories)
    return line


def overwrites(feature: FeatureToTest, found: Feature | None) -> bool:
    """Whether the platform replaces the texts of an existing feature."""
    return (
        found is not None
        and feature.has_new_texts
        and (found.description, found.howtofind) != (feature.description, feature.howtofind)
    )


async def add_features(
    api: TestIO, lines: Lines, product_id: int, section_id: int | None, features: list[FeatureToTest]
) -> bool:
    """Add a line for each feature, found as the platform finds it: by id, else by title, else as a new one.

    Returns whether the texts of an existing feature are overwritten.

    Raises:
        Refused: for an unknown id, or a feature with neither id nor title.
    """
    existing = await api.features(product_id, section_id)
    by_id = {feature.id: feature for feature in existing}
    by_title = {feature.title: feature for feature in existing}
    overwritten = False
    for feature in features:
        if feature.id is None and feature.title is None:
            raise Refused("Each feature needs an id or a title.")
        if feature.id is not None and feature.id not in by_id:
            raise Refused(f"Product {product_id} has no feature {feature.id}. testio_list_features shows its ids.")
        found = by_id[feature.id] if feature.id is not None else by_title.get(feature.title or "")
        lines.add("Feature", feature_line(feature, found))
        overwritten = overwritten or overwrites(feature, found)
    return overwritten


def add_facts(lines: Lines, test: ExploratoryTest, devices: str = "") -> None:
    """Add product, devices, environment and features of a test, for questions and answers."""
    lines.add("Product", test.product and f"{test.product.id} {quote(test.product.name or '')}")
    stored = "; ".join(quote(devices) for devices in test.requirements)
    lines.add("Devices", devices or stored or "the platform's default choice")
    environment = test.test_environment
    if environment is not None:
        lines.add(
            "Environment", f"{quote(environment.title or '')} at {quote(environment.url or 'an app', at_most=300)}"
        )
    lines.add("Features", ", ".join(quote(feature.title or "") for feature in test.features))


def begin_question(act: str, test: ExploratoryTest) -> Lines:
    """Begin a question about an existing test with its facts."""
    lines = Lines(f"{act} test {test.id} {quote(test.title or '')}?")
    lines.add("Type", test.testing_type and word(test.testing_type))
    lines.add("From", test.start_at and word(test.start_at))
    lines.add("To", test.end_at and word(test.end_at))
    add_facts(lines, test)
    lines.add("Goal", quote(test.goal, at_most=600) if test.goal else None)
    lines.add("Instructions", quote(test.instructions, at_most=600) if test.instructions else None)
    if test.test_environment is not None and test.test_environment.allow_orders:
        lines.say(ORDERS)
    return lines

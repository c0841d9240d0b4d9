"""Search of the web API: which tests a list of suites is narrowed to."""

import re
from dataclasses import dataclass, replace

from tools.kit.sandbox.routes import Call
from tools.testomatio.sandbox import labelling
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.query.fields import pick_tests
from tools.testomatio.sandbox.query.matching import PRIORITIES
from tools.testomatio.sandbox.records import Test
from tools.testomatio.sandbox.requests import is_on, query_list
from tools.testomatio.sandbox.world import World

NUMBERED = {name: str(number) for number, name in enumerate(PRIORITIES, -1)}
"""Priorities as the web API counts them."""

_JIRA = re.compile(r"[A-Z][A-Z0-9]+-\d+")


@dataclass(frozen=True)
class Search:
    """What the query asks of tests; everything of it must hold.

    The text is a part of the title, a tag behind `@`, an issue's key, or a query in TQL behind `=`.
    """

    text: str
    labels: list[str]
    state: str | None
    priority: str | None

    def fits(self, world: World, test: Test) -> bool:
        return (
            self._fits_text(world, test)
            and (not self.labels or bool(labelling.titles(world, test.labels) & set(self.labels)))
            and self.state in {None, test.state}
            and self.priority in {None, test.priority, NUMBERED[test.priority]}
        )

    def _fits_text(self, world: World, test: Test) -> bool:
        if self.text.startswith("@"):
            return self.text[1:] in test.tags
        if _JIRA.fullmatch(self.text):
            return any(self.text == link.jira_id for link in world.links_of("test", test.id))
        return self.text.lower() in test.title.lower()


def asked(call: Call[World]) -> Search | None:
    """The search that was asked for; None without one."""
    if not is_on(call, "filter") and not call.last("query"):
        return None
    text = (call.last("query") or "").strip()
    return Search(text, query_list(call, "labels"), call.last("state") or None, call.last("priority") or None)


def found(call: Call[World], search: Search) -> dict[str, list[str]]:
    """The ids of the tests that fit, by the suite they are in.

    Raises:
        Respond: 422 for a text that begins with `=` and is no query.
    """
    world, by_suite = call.world, dict[str, list[str]]()
    tests = list(world.tests.of(project(call).slug))
    if search.text.startswith("="):
        tests, search = pick_tests(world, search.text[1:].strip(), tests), replace(search, text="")
    for test in tests:
        if search.fits(world, test):
            by_suite.setdefault(test.suite_id, []).append(test.id)
    return by_suite

"""Search of the web API: filters a list of suites by their tests."""

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
"""Priorities as the numbers of the web API."""

_JIRA = re.compile(r"[A-Z][A-Z0-9]+-\d+")


@dataclass(frozen=True)
class Search:
    """The filters of a query, all of which must match.

    The text is a part of the title, a tag after `@`, an issue's key, or a query in TQL after `=`.
    """

    text: str
    labels: list[str]
    state: str | None
    priority: str | None

    def matches(self, world: World, test: Test) -> bool:
        return (
            self._matches_text(world, test)
            and (not self.labels or bool(labelling.label_names(world, test.labels) & set(self.labels)))
            and self.state in {None, test.state}
            and self.priority in {None, test.priority, NUMBERED[test.priority]}
        )

    def _matches_text(self, world: World, test: Test) -> bool:
        if self.text.startswith("@"):
            return self.text[1:] in test.tags
        if _JIRA.fullmatch(self.text):
            return any(self.text == link.jira_id for link in world.links_of("test", test.id))
        return self.text.lower() in test.title.lower()


def search_of(call: Call[World]) -> Search | None:
    """The search in a request, if any."""
    if not is_on(call, "filter") and not call.last("query"):
        return None
    text = (call.last("query") or "").strip()
    return Search(text, query_list(call, "labels"), call.last("state") or None, call.last("priority") or None)


def matching_ids(call: Call[World], search: Search) -> dict[str, list[str]]:
    """The IDs of the matching tests, by suite.

    Raises:
        Respond: 422 for an invalid query after `=`.
    """
    world, by_suite = call.world, dict[str, list[str]]()
    tests = list(world.tests.of(project(call).slug))
    if search.text.startswith("="):
        tests, search = pick_tests(world, search.text[1:].strip(), tests), replace(search, text="")
    for test in tests:
        if search.matches(world, test):
            by_suite.setdefault(test.suite_id, []).append(test.id)
    return by_suite

"""Tests and suites written over the web API, the way migrations from other systems write them.

A record that comes with `origin_id` is made once: the second time it is answered as it is, with 208. Where the
reference is silent: changes answer the record, a list of titles answers the tests that were made, and the suites that
were deleted for being empty are answered by their ids.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import answer, invalid, refuse
from tools.testomatio.sandbox.records import Suite, Test
from tools.testomatio.sandbox.reporter.ingestion import put_issue, put_label
from tools.testomatio.sandbox.requests import Fields, body, number, string, strings
from tools.testomatio.sandbox.v2 import suites, tests
from tools.testomatio.sandbox.v2.scope import suite_of, test_of
from tools.testomatio.sandbox.web import suites as web_suites
from tools.testomatio.sandbox.web import tests as web_tests
from tools.testomatio.sandbox.web.json_api import Written, document, written
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

_SNAKE = frozenset({"suite_id", "labels_ids", "parent_id"})
_PRIORITIES = {"-1": "low", "0": "normal", "1": "important", "2": "high", "3": "critical"}


@routes.post("/api/{p}/tests")
async def create_test(call: Call[World]) -> Response:
    sent = written(call, "test", snake=_SNAKE)
    if known := _known(call, "test", sent):
        return document(web_tests.shown(call, test_of(call, known)), status=HTTPStatus.ALREADY_REPORTED)
    suite_id = sent.related.get("suite") or string(sent.attributes, "suite-id") or string(sent.attributes, "suite_id")
    suite, fields = tests.suite_for_tests(call, suite_id), _test_fields(call, sent.attributes)
    test = tests.make(call, suite, fields)
    _beside(call, test, sent.attributes)
    _remember(call, "test", sent, test.id)
    return document(web_tests.shown(call, test))


@routes.put("/api/{p}/tests/{test_id}")
async def update_test(call: Call[World]) -> Response:
    sent, test = written(call, "test", snake=_SNAKE), test_of(call, str(call.params["test_id"]))
    fields = _test_fields(call, sent.attributes)
    if suite_id := sent.related.get("suite") or sent.attributes.get("suite-id") or sent.attributes.get("suite_id"):
        fields["suite_id"] = suite_id
    test = tests.change(call, test, fields)
    _beside(call, test, sent.attributes)
    return document(web_tests.shown(call, test))


@routes.post("/api/{p}/suites")
async def create_suite(call: Call[World]) -> Response:
    sent = written(call, "suite", snake=_SNAKE)
    if known := _known(call, "suite", sent):
        return _suite(call, suite_of(call, known), status=HTTPStatus.ALREADY_REPORTED)
    fields = _suite_fields(sent.attributes)
    parent = suites.parent_of(call, _parent_id(sent))
    suites.check(call, fields)
    suite = suites.make(call, fields, parent)
    _custom(call, suite, sent.attributes)
    _remember(call, "suite", sent, suite.id)
    return _suite(call, suite)


@routes.put("/api/{p}/suites/{suite_id}")
async def update_suite(call: Call[World]) -> Response:
    sent, suite = written(call, "suite", snake=_SNAKE), suite_of(call, str(call.params["suite_id"]))
    fields = _suite_fields(sent.attributes)
    if parent_id := _parent_id(sent):
        fields["parent_id"] = parent_id
    suite = suites.change(call, suite, fields)
    _custom(call, suite, sent.attributes)
    return _suite(call, suite)


@routes.delete("/api/{p}/suites/delete_empty")
async def delete_empty_suites(call: Call[World]) -> Response:
    """Delete every suite that holds no test, not even further below."""
    world, slug, gone = call.world, project(call).slug, list[str]()
    tree = suites.Tree(world, slug, None)
    for suite in list(tree.suites.values()):
        if tree.count(suite) == 0:
            gone.append(suite.id)
            if world.suites.get(suite.id) is not None:  # it has not gone with the one above it
                world.drop_suite(suite)
    return answer({"deleted": gone})


@routes.post("/api/{p}/bulk")
async def append_tests(call: Call[World]) -> Response:
    """Titles as a YAML list become tests at the end of a suite."""
    sent = body(call)
    suite = tests.suite_for_tests(call, string(sent, "suite"))
    titles = [_title(line) for line in (string(sent, "yaml") or "").splitlines() if line.strip()]
    if not titles:
        raise invalid("yaml is not a list of titles")
    made = [tests.make(call, suite, {"title": title}) for title in titles]
    return document([web_tests.shown(call, test) for test in made])


def _title(line: str) -> str:
    """One entry of a list of titles, as far as YAML has them: bare, or in quotation marks of either kind."""
    text = line.strip().removeprefix("-").strip()
    if text.startswith('"'):
        try:
            text = json.loads(text)
        except ValueError as error:
            raise invalid("yaml is invalid") from error
    elif len(text) > 1 and text[0] == text[-1] == "'":
        text = text[1:-1].replace("''", "'")
    if not line.lstrip().startswith("- ") or not text.strip():
        raise invalid("yaml is not a list of titles")
    return text


def _known(call: Call[World], kind: str, sent: Written) -> str | None:
    """What was made of the same record before, unless it was deleted since."""
    shelf: Mapping[str, object] = call.world.tests.main if kind == "test" else call.world.suites.main
    found = call.world.origins.get((project(call).slug, kind, sent.origin_id or ""))
    return found if found in shelf else None


def _remember(call: Call[World], kind: str, sent: Written, made: str) -> None:
    if sent.origin_id:
        call.world.origins[project(call).slug, kind, sent.origin_id] = made


def _test_fields(call: Call[World], sent: Fields) -> dict[str, object]:
    """Attributes by the names that v2 gives them; a priority may be a number, and people are numbers."""
    fields = {name: sent[name] for name in ("title", "description", "code", "emoji", "state", "sync") if name in sent}
    if (priority := sent.get("priority")) is not None:
        fields["priority"] = _PRIORITIES.get(str(priority), priority)
    if "assigned-to" in sent:
        user_id = string(sent, "assigned-to")
        found = next((user for user in call.world.users.values() if user_id in {str(user.id), user.email}), None)
        if user_id and found is None:
            raise invalid("assigned-to is not a member of the project")
        fields["assigned_to"] = None if found is None else found.email
    return fields


def _suite_fields(sent: Fields) -> dict[str, object]:
    fields = {name: sent[name] for name in ("title", "description", "emoji") if name in sent}
    if "file-type" in sent:
        fields["file_type"] = sent["file-type"]
    return fields


def _parent_id(sent: Written) -> str | None:
    return sent.related.get("parent") or string(sent.attributes, "parent-id") or string(sent.attributes, "parent_id")


def _beside(call: Call[World], test: Test, sent: Fields) -> None:
    """What is tied to a test: its file, tags, issues, labels and custom fields."""
    test.file = string(sent, "file") if "file" in sent else test.file
    position = number(sent, "position")
    test.position = test.position if position is None else int(position)
    for tag in strings(sent, "tags"):
        if tag.lstrip("@") not in test.tags:
            test.linked_tags.append(tag.lstrip("@"))
    for key in strings(sent, "jira-issues"):
        put_issue(call.world, test.project, key, "test", test.id)
    for label in strings(sent, "labels_ids"):
        put_label(call.world, test.project, test.labels, label)
    _custom(call, test, sent)


def _custom(call: Call[World], thing: Test | Suite, sent: Fields) -> None:
    custom = sent.get("custom-fields") or {}
    if not isinstance(custom, dict):
        raise refuse(400, "custom-fields is not an object")
    for name, value in custom.items():
        put_label(call.world, thing.project, thing.labels, f"{name}:{value}")


def _suite(call: Call[World], suite: Suite, *, status: int = HTTPStatus.OK) -> Response:
    tree = suites.Tree(call.world, suite.project, None)
    return document(web_suites.shown(call, tree, suite), status=status)

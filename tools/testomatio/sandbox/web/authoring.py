"""Authoring: create and change tests and suites in the web API, as migrations from other systems do.

A record with an `origin_id` is created once: the second request returns the existing record with 208. Where the
reference is silent: changes return the record, a list of titles returns the new tests, and deleting empty suites
returns their IDs.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import answer, invalid, refuse
from tools.testomatio.sandbox.records import Suite, Test
from tools.testomatio.sandbox.reporter.ingestion import add_issue, add_label
from tools.testomatio.sandbox.requests import Fields, body, number, string, strings
from tools.testomatio.sandbox.v2 import suites, tests
from tools.testomatio.sandbox.v2.scope import suite_of, test_of
from tools.testomatio.sandbox.web import suites as web_suites
from tools.testomatio.sandbox.web import tests as web_tests
from tools.testomatio.sandbox.web.json_api import RequestDocument, document, read_document
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

_SNAKE = frozenset({"suite_id", "labels_ids", "parent_id"})
_PRIORITIES = {"-1": "low", "0": "normal", "1": "important", "2": "high", "3": "critical"}


@routes.post("/api/{p}/tests")
async def create_test(call: Call[World]) -> Response:
    sent = read_document(call, "test", snake=_SNAKE)
    if known := _existing_id(call, "test", sent):
        return document(web_tests.render_test(call, test_of(call, known)), status=HTTPStatus.ALREADY_REPORTED)
    suite_id = sent.related.get("suite") or string(sent.attributes, "suite-id") or string(sent.attributes, "suite_id")
    suite, fields = tests.suite_for_tests(call, suite_id), _test_fields(call, sent.attributes)
    test = tests.create_in(call, suite, fields)
    _set_related(call, test, sent.attributes)
    _store_origin(call, "test", sent, test.id)
    return document(web_tests.render_test(call, test))


@routes.put("/api/{p}/tests/{test_id}")
async def update_test(call: Call[World]) -> Response:
    sent, test = read_document(call, "test", snake=_SNAKE), test_of(call, str(call.params["test_id"]))
    fields = _test_fields(call, sent.attributes)
    if suite_id := sent.related.get("suite") or sent.attributes.get("suite-id") or sent.attributes.get("suite_id"):
        fields["suite_id"] = suite_id
    test = tests.change(call, test, fields)
    _set_related(call, test, sent.attributes)
    return document(web_tests.render_test(call, test))


@routes.post("/api/{p}/suites")
async def create_suite(call: Call[World]) -> Response:
    sent = read_document(call, "suite", snake=_SNAKE)
    if known := _existing_id(call, "suite", sent):
        return _answer_suite(call, suite_of(call, known), status=HTTPStatus.ALREADY_REPORTED)
    fields = _suite_fields(sent.attributes)
    parent = suites.parent_of(call, _parent_id(sent))
    suites.validate(call, fields)
    suite = suites.create_from(call, fields, parent)
    _set_custom_fields(call, suite, sent.attributes)
    _store_origin(call, "suite", sent, suite.id)
    return _answer_suite(call, suite)


@routes.put("/api/{p}/suites/{suite_id}")
async def update_suite(call: Call[World]) -> Response:
    sent, suite = read_document(call, "suite", snake=_SNAKE), suite_of(call, str(call.params["suite_id"]))
    fields = _suite_fields(sent.attributes)
    if parent_id := _parent_id(sent):
        fields["parent_id"] = parent_id
    suite = suites.change(call, suite, fields)
    _set_custom_fields(call, suite, sent.attributes)
    return _answer_suite(call, suite)


@routes.delete("/api/{p}/suites/delete_empty")
async def delete_empty_suites(call: Call[World]) -> Response:
    """Delete every suite without tests in it or below it."""
    world, slug, deleted_ids = call.world, project(call).slug, list[str]()
    tree = suites.Tree(world, slug, None)
    for suite in list(tree.suites.values()):
        if tree.count(suite) == 0:
            deleted_ids.append(suite.id)
            if world.suites.get(suite.id) is not None:  # not deleted with its parent
                world.drop_suite(suite)
    return answer({"deleted": deleted_ids})


@routes.post("/api/{p}/bulk")
async def append_tests(call: Call[World]) -> Response:
    """Create tests at the end of a suite from a YAML list of titles."""
    sent = body(call)
    suite = tests.suite_for_tests(call, string(sent, "suite"))
    titles = [_title(line) for line in (string(sent, "yaml") or "").splitlines() if line.strip()]
    if not titles:
        raise invalid("yaml is not a list of titles")
    created_tests = [tests.create_in(call, suite, {"title": title}) for title in titles]
    return document([web_tests.render_test(call, test) for test in created_tests])


def _title(line: str) -> str:
    """An entry of a YAML list of titles: bare, or in single or double quotes."""
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


def _existing_id(call: Call[World], kind: str, sent: RequestDocument) -> str | None:
    """The existing record with the same origin, unless it was deleted."""
    records: Mapping[str, object] = call.world.tests.main if kind == "test" else call.world.suites.main
    found = call.world.origins.get((project(call).slug, kind, sent.origin_id or ""))
    return found if found in records else None


def _store_origin(call: Call[World], kind: str, sent: RequestDocument, created_tests: str) -> None:
    if sent.origin_id:
        call.world.origins[project(call).slug, kind, sent.origin_id] = created_tests


def _test_fields(call: Call[World], sent: Fields) -> dict[str, object]:
    """Attributes by their names in v2; priorities may be numbers, and people are numbers."""
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


def _parent_id(sent: RequestDocument) -> str | None:
    return sent.related.get("parent") or string(sent.attributes, "parent-id") or string(sent.attributes, "parent_id")


def _set_related(call: Call[World], test: Test, sent: Fields) -> None:
    """Set the file, tags, issues, labels and custom fields of a test."""
    test.file = string(sent, "file") if "file" in sent else test.file
    position = number(sent, "position")
    test.position = test.position if position is None else int(position)
    for tag in strings(sent, "tags"):
        if tag.lstrip("@") not in test.tags:
            test.linked_tags.append(tag.lstrip("@"))
    for key in strings(sent, "jira-issues"):
        add_issue(call.world, test.project, key, "test", test.id)
    for label in strings(sent, "labels_ids"):
        add_label(call.world, test.project, test.labels, label)
    _set_custom_fields(call, test, sent)


def _set_custom_fields(call: Call[World], record: Test | Suite, sent: Fields) -> None:
    custom = sent.get("custom-fields") or {}
    if not isinstance(custom, dict):
        raise refuse(400, "custom-fields is not an object")
    for name, value in custom.items():
        add_label(call.world, record.project, record.labels, f"{name}:{value}")


def _answer_suite(call: Call[World], suite: Suite, *, status: int = HTTPStatus.OK) -> Response:
    tree = suites.Tree(call.world, suite.project, None)
    return document(web_suites.render_suite(call, tree, suite), status=status)

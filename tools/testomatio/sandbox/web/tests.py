"""Tests of the web API: one test with its parameters, and its examples.

Where the reference is silent: clearing the parameters deletes the examples, and deleting one returns an empty object.
"""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox.answers import answer, not_found, refuse
from tools.testomatio.sandbox.dates import precise
from tools.testomatio.sandbox.query.fields import finished_results
from tools.testomatio.sandbox.records import Example, Test
from tools.testomatio.sandbox.requests import Fields, strings
from tools.testomatio.sandbox.v2.scope import owned
from tools.testomatio.sandbox.web.json_api import Row, document, linkage, read_document, resource
from tools.testomatio.sandbox.web.parts import label_texts, render_files, render_issues
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()

LONGEST_CELL = 250


@routes.get("/api/{p}/tests/{test_id}")
async def get_test(call: Call[World]) -> Response:
    return _answer(call, _find_test(call, str(call.params["test_id"])))


@routes.patch("/api/{p}/tests/{test_id}")
async def set_parameters(call: Call[World]) -> Response:
    """Set the parameters; other fields are ignored."""
    world, test = call.world, _find_test(call, str(call.params["test_id"]))
    sent = read_document(call, "test").attributes
    if "params" in sent:
        test.params, test.updated_at = strings(sent, "params"), world.now()
        if not test.params:
            world.examples = {number: row for number, row in world.examples.items() if row.test_id != test.id}
    return _answer(call, test)


@routes.post("/api/{p}/examples")
async def create_example(call: Call[World]) -> Response:
    world, sent = call.world, read_document(call, "example")
    if "test" not in sent.related:
        raise refuse(400, "relationship test is missing")
    test, cells = _find_test(call, sent.related["test"]), _cells(sent.attributes)
    row = world.examples.setdefault(number := next(world.example_ids), Example(number, test.id, cells))
    return document(render_example(row))


@routes.patch("/api/{p}/examples/{example_id}")
async def update_example(call: Call[World]) -> Response:
    row = _find_example(call)
    row.cells = _cells(read_document(call, "example").attributes)
    return document(render_example(row))


@routes.delete("/api/{p}/examples/{example_id}")
async def delete_example(call: Call[World]) -> Response:
    del call.world.examples[_find_example(call).id]
    return answer({})


def render_test(call: Call[World], test: Test) -> Row:
    world, suite = call.world, call.world.suites.get(test.suite_id)
    rows, over = world.examples_of(test.id), finished_results(world, test)
    return resource(
        "test",
        test.id,
        {
            "title": test.title,
            "public-title": test.title,
            "description": test.description,
            "state": test.state,
            "code": test.code,
            "file": test.file,
            "sync": test.sync,
            "to-url": f"/projects/{test.project}/test/{test.id}",
            "tags": test.tags,
            "labels": label_texts(world, test.labels),
            "has-examples": bool(rows),
            "params": test.params,
            "run-statuses": [result.status for result in over[-5:]],
            "attachments": render_files(world, call.origin, "test", test.id),
            **render_issues(world, "test", test.id),
            "assigned-to": test.assigned_to,
            "created-by": test.created_by,
            "created-at": precise(test.created_at),
            "updated-at": precise(test.updated_at),
            "emoji": test.emoji,
            "priority": test.priority,
            "run-at": precise(over[-1].finished_at if over else None),
            "is-branched": False,
            "is-detail": True,
            "is-linked": test.shared_from is not None,
            "is-shared": test.shared_from is not None,
            "comments-count": sum(comment.test_id == test.id for comment in world.comments.values()),
            "template-id": test.template_id,
            "position": test.position,
            "import-id": None,
            "forks-count": 0,
            "suite-id": test.suite_id,
            "suite-title": None if suite is None else suite.title,
        },
        suite=linkage("suite", test.suite_id),
        examples=[linkage("example", row.id) for row in rows],
    )


def render_example(row: Example) -> Row:
    return resource("example", row.id, {"data": row.cells}, test=linkage("test", row.test_id))


def _answer(call: Call[World], test: Test) -> Response:
    return document(render_test(call, test), included=[render_example(row) for row in call.world.examples_of(test.id)])


def _find_test(call: Call[World], test_id: str) -> Test:
    return owned(call, call.world.tests.get(test_id), "Test")


def _find_example(call: Call[World]) -> Example:
    for row in call.world.examples.values():
        if str(row.id) == call.params["example_id"]:
            _find_test(call, row.test_id)
            return row
    raise not_found("Example")


def _cells(sent: Fields) -> list[str]:
    """Cells in the order of the parameters, each shortened to the maximum length."""
    cells = strings(sent, "data")
    if not cells:
        raise refuse(400, "Data can't be empty")
    return [cell[:LONGEST_CELL] for cell in cells]

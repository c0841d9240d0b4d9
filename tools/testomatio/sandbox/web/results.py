"""Results of the web API, with the priority, tags and values of their test.

Where the reference is silent: results are in order of creation, and the dates of a range are whole days in UTC.
"""

from datetime import UTC, datetime, timedelta

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox import dates
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import invalid, not_found
from tools.testomatio.sandbox.records import Test, Testrun
from tools.testomatio.sandbox.web.json_api import Row, document, linkage, paged, resource
from tools.testomatio.sandbox.web.parts import file_url, without_ansi
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()


@routes.get("/api/{p}/testruns")
async def list_results(call: Call[World]) -> Response:
    """Results of a run, of a test or of both, optionally finished in a range of days."""
    world, run_id, test_id = call.world, call.last("run_id"), call.last("test_id")
    rows = world.results.of_run(run_id) if run_id else world.results.of_test(test_id) if test_id else world.results
    first, end = _range(call.last("finished_at_date_range"))
    found = [
        row
        for row in rows
        if _is_visible(call, row)
        and test_id in {None, "", row.test_id}
        and (first is None or (row.finished_at is not None and first <= row.finished_at < end))
    ]
    return paged(call, found, lambda row: render_result(call, row))


@routes.get("/api/{p}/testruns/{result_id}")
async def get_result(call: Call[World]) -> Response:
    return document(render_result(call, find_result(call)))


@routes.get("/api/{p}/testrun/{result_id}")
async def get_result_at_old_path(call: Call[World]) -> Response:
    """The singular path of the first documentation."""
    return await get_result(call)


def find_result(call: Call[World]) -> Testrun:
    """The result in the path.

    Raises:
        Respond: 404 when the project has no such result.
    """
    text = str(call.params["result_id"])
    row = call.world.results.get(int(text)) if text.isdecimal() and len(text) < 19 else None
    if row is None or not _is_visible(call, row):
        raise not_found("Testrun")
    return row


def render_result(call: Call[World], row: Testrun) -> Row:
    world = call.world
    test = world.tests.get(row.test_id or "")
    steps: Row = {"sections": {"steps": {"count": len(row.steps)}}} if row.automated else {"steps": row.steps}
    return resource(
        "testrun",
        row.id,
        {
            "status": row.status,
            "substatus": row.substatus,
            "message": without_ansi(row.message),
            "run-time": row.run_time,
            "automated": row.automated,
            "assigned-to": row.assigned_to,
            **steps,
            "extras": _render_extras(row),
            "meta": "%{key}: %{value}",
            "example": _render_example(row, test),
            "attachments": _render_attachments(call, row),
            "test": None if test is None else _render_test(test),
            "test-title": row.title,
            "suite-title": row.suite_title,
            "created-at": dates.precise(row.created_at),
            "updated-at": dates.precise(row.updated_at),
            "finished-at": dates.precise(row.finished_at),
        },
        run=linkage("run", row.run_id),
        test=None if row.test_id is None else linkage("test", row.test_id),
    )


def _is_visible(call: Call[World], row: Testrun) -> bool:
    """Whether a result is in the project and not on a branch, which this family cannot read."""
    return row.project == project(call).slug and call.world.runs[row.run_id].branch is None


def _render_test(test: Test) -> Row:
    return {
        "id": test.id,
        "title": test.title,
        "priority": test.priority,
        "params": test.params,
        "tags": test.tags,
    }


def _render_example(row: Testrun, test: Test | None) -> object:
    """The values of a result: in the order of the test's parameters if they match, else by name."""
    if row.example is None or test is None or list(row.example) != test.params:
        return row.example
    return list(row.example.values())


def _render_extras(row: Testrun) -> list[Row]:
    """Custom values of a result, and one internal value of the platform."""
    extras: list[Row] = [{"key": key, "value": value, "source": "user"} for key, value in row.meta.items()]
    return [*extras, {"key": "retries", "value": str(row.retries), "source": "system"}]


def _render_attachments(call: Call[World], row: Testrun) -> list[Row]:
    """Uploaded files of a result, and artifacts that a reporter stored elsewhere."""
    shown_files: list[Row] = [
        {
            "name": file.name,
            "url": file_url(call.origin, file),
            "display_url": file_url(call.origin, file),
            "type": file.content_type,
        }
        for file in call.world.files_of("testrun", row.id)
    ]
    for url in row.artifacts:
        name = url.split("?")[0].rsplit("/", 1)[-1]
        shown_files.append({"name": name, "url": url, "display_url": url, "type": _type(name)})
    return shown_files


def _type(name: str) -> str:
    kinds = {"png": "image/png", "jpg": "image/jpeg", "webm": "video/webm", "zip": "application/zip"}
    return kinds.get(name.rsplit(".", 1)[-1].lower(), "text/plain")


def _range(text: str | None) -> tuple[datetime | None, datetime]:
    """Start and exclusive end of a range of days; None without a start."""
    if not text:
        return None, datetime.max.replace(tzinfo=UTC)
    first, _, last = text.partition(",")
    start, end = dates.parse_date(first), dates.parse_date(last or first)
    if start is None or end is None:
        raise invalid("finished_at_date_range is not two dates joined by a comma")
    return start, end + timedelta(days=1)

"""Results of the web API: with the priority, the tags and the values of the test they are of.

Where the reference is silent: results come in the order they were made, and the dates of a range are whole days of UTC.
"""

from datetime import UTC, datetime, timedelta

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testomatio.sandbox import dates
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import invalid, not_found
from tools.testomatio.sandbox.records import Test, Testrun
from tools.testomatio.sandbox.web.json_api import Row, document, linkage, paged, resource
from tools.testomatio.sandbox.web.parts import file_address, files, plain
from tools.testomatio.sandbox.world import World

routes: Routes[World] = Routes()


@routes.get("/api/{p}/testruns")
async def list_results(call: Call[World]) -> Response:
    """Results of a run, of a test, or of both; those that ended in a range of days."""
    world, run_id, test_id = call.world, call.last("run_id"), call.last("test_id")
    rows = world.results.of_run(run_id) if run_id else world.results.of_test(test_id) if test_id else world.results
    first, end = _range(call.last("finished_at_date_range"))
    found = [
        row
        for row in rows
        if _is_seen(call, row)
        and test_id in {None, "", row.test_id}
        and (first is None or (row.finished_at is not None and first <= row.finished_at < end))
    ]
    return paged(call, found, lambda row: shown(call, row))


@routes.get("/api/{p}/testruns/{result_id}")
async def get_result(call: Call[World]) -> Response:
    return document(shown(call, find(call)))


@routes.get("/api/{p}/testrun/{result_id}")
async def get_result_as_once_written(call: Call[World]) -> Response:
    """The singular of the first documentation."""
    return await get_result(call)


def find(call: Call[World]) -> Testrun:
    """The result that the path names.

    Raises:
        Respond: 404 when the project has no such result.
    """
    text = str(call.params["result_id"])
    row = call.world.results.get(int(text)) if text.isdecimal() and len(text) < 19 else None
    if row is None or not _is_seen(call, row):
        raise not_found("Testrun")
    return row


def shown(call: Call[World], row: Testrun) -> Row:
    world = call.world
    test = world.tests.get(row.test_id or "")
    steps: Row = {"sections": {"steps": {"count": len(row.steps)}}} if row.automated else {"steps": row.steps}
    return resource(
        "testrun",
        row.id,
        {
            "status": row.status,
            "substatus": row.substatus,
            "message": plain(row.message),
            "run-time": row.run_time,
            "automated": row.automated,
            "assigned-to": row.assigned_to,
            **steps,
            "extras": _extras(row),
            "meta": "%{key}: %{value}",
            "example": _example(row, test),
            "attachments": _attachments(call, row),
            "test": None if test is None else _test(test),
            "test-title": row.title,
            "suite-title": row.suite_title,
            "created-at": dates.precise(row.created_at),
            "updated-at": dates.precise(row.updated_at),
            "finished-at": dates.precise(row.finished_at),
        },
        run=linkage("run", row.run_id),
        test=None if row.test_id is None else linkage("test", row.test_id),
    )


def _is_seen(call: Call[World], row: Testrun) -> bool:
    """Whether a result is the project's and not of a branch, which this family does not reach."""
    return row.project == project(call).slug and call.world.runs[row.run_id].branch is None


def _test(test: Test) -> Row:
    return {
        "id": test.id,
        "title": test.title,
        "priority": test.priority,
        "params": test.params,
        "tags": test.tags,
    }


def _example(row: Testrun, test: Test | None) -> object:
    """The values of a result: in the order of the test's parameters where they are these, else by their names."""
    if row.example is None or test is None or list(row.example) != test.params:
        return row.example
    return list(row.example.values())


def _extras(row: Testrun) -> list[Row]:
    """Values beside a result: those people gave, and one that the platform keeps for itself."""
    given: list[Row] = [{"key": key, "value": value, "source": "user"} for key, value in row.meta.items()]
    return [*given, {"key": "retries", "value": str(row.retries), "source": "system"}]


def _attachments(call: Call[World], row: Testrun) -> list[Row]:
    """Files that were uploaded to a result, and artifacts that a reporter keeps elsewhere."""
    shown_files: list[Row] = [
        {
            "name": file.name,
            "url": file_address(call.origin, file),
            "display_url": file_address(call.origin, file),
            "type": file.content_type,
        }
        for file in files(call.world, "testrun", row.id)
    ]
    for url in row.artifacts:
        name = url.split("?")[0].rsplit("/", 1)[-1]
        shown_files.append({"name": name, "url": url, "display_url": url, "type": _type(name)})
    return shown_files


def _type(name: str) -> str:
    kinds = {"png": "image/png", "jpg": "image/jpeg", "webm": "video/webm", "zip": "application/zip"}
    return kinds.get(name.rsplit(".", 1)[-1].lower(), "text/plain")


def _range(text: str | None) -> tuple[datetime | None, datetime]:
    """First instant of a range of days and the first behind it; None without one."""
    if not text:
        return None, datetime.max.replace(tzinfo=UTC)
    first, _, last = text.partition(",")
    begin, end = dates.read(first), dates.read(last or first)
    if begin is None or end is None:
        raise invalid("finished_at_date_range is not two dates joined by a comma")
    return begin, end + timedelta(days=1)

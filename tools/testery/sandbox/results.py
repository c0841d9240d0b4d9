"""Results: all results of a run in one list without pages, and one result in detail."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testery.sandbox.answers import answer, not_found
from tools.testery.sandbox.execution import DISCOVERY, current_results
from tools.testery.sandbox.media import media_url, videos_of
from tools.testery.sandbox.records import Outcome
from tools.testery.sandbox.runs import find_run
from tools.testery.sandbox.story.faults import error_and_trace
from tools.testery.sandbox.story.logs import output
from tools.testery.sandbox.story.scripted import screenshot_names
from tools.testery.sandbox.world import World

routes: Routes[World] = Routes()

_LEGACY = {"NOT_RUN": "NOTRUN", "IGNORED": "SKIPPED"}
_DONE = frozenset({"PASS", "FAIL", "IGNORED"})


@routes.get("/test-runs/{run_id:int}/results")
async def list_results(call: Call[World]) -> Response:
    run, switches = find_run(call), call.world.switches
    rows = []
    for outcome, status in current_results(call.world, run):
        row = _render(call.world, outcome, status)
        row["projectTest"] = project_test(outcome)
        row["name"] = outcome.name
        rows.append(_without_optional(row) if switches.sparse else row)
    return answer(rows)


@routes.get("/test-runs/{run_id:int}/results/{result_id:int}")
async def get_result(call: Call[World]) -> Response:
    run, world, number = find_run(call), call.world, call.number("result_id")
    outcome, status = next((row for row in current_results(world, run) if row[0].id == number), (None, ""))
    if outcome is None:
        raise not_found()
    row, case, is_done = _render(world, outcome, status), outcome.case, status in _DONE
    row["name"] = outcome.name if case is None else case.name
    row["file"] = None if case is None else case.file.rsplit("/", 1)[-1]
    row["fileFilter"] = None if case is None else case.file
    log = output(run, outcome, (run.started_at or run.created_at) + DISCOVERY) if is_done else None
    row["output" if world.switches.output_field else "processOutput"] = log
    shots = screenshot_names(run.id, outcome) if is_done else []
    row["screenShots"] = [media_url(call, run, outcome, name) for name in shots]
    row["videos"] = [media_url(call, run, outcome, name) for name in videos_of(outcome)] if shots else []
    return answer(_without_optional(row) if world.switches.sparse else row)


def project_test(outcome: Outcome) -> dict[str, object] | None:
    """The test of a result; None for a failure outside any test."""
    case = outcome.case
    return None if case is None else {"name": case.name, "fileFilter": case.file, "file": case.file.rsplit("/", 1)[-1]}


def _render(world: World, outcome: Outcome, status: str) -> dict[str, object]:
    is_done = status in _DONE
    error, trace = error_and_trace(outcome) if is_done else (None, None)
    return {
        "id": outcome.id,
        "status": _LEGACY.get(status, status) if world.switches.legacy_words else status,
        "duration": outcome.duration if is_done else 0,
        "error": error,
        "stackTrace": trace,
    }


def _without_optional(row: dict[str, object]) -> dict[str, object]:
    """A result without its optional fields."""
    present = {name: value for name, value in row.items() if value not in (None, [])}
    if isinstance(test := present.get("projectTest"), dict):
        present["projectTest"] = {name: value for name, value in test.items() if name != "file"}
    return present

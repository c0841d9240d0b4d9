"""Results: what became of each test of a run, in one list without pages, and one of them in depth."""

from starlette.responses import Response

from tools.kit.sandbox.routes import Call, Routes
from tools.testery.sandbox.answers import answer, not_found
from tools.testery.sandbox.execution import DISCOVERY, listed
from tools.testery.sandbox.media import address, clip, pictures
from tools.testery.sandbox.records import Outcome, Run
from tools.testery.sandbox.runs import find
from tools.testery.sandbox.story.faults import words
from tools.testery.sandbox.story.logs import output
from tools.testery.sandbox.world import World

routes: Routes[World] = Routes()

_LEGACY = {"NOT_RUN": "NOTRUN", "IGNORED": "SKIPPED"}
_DONE = frozenset({"PASS", "FAIL", "IGNORED"})


@routes.get("/test-runs/{run_id:int}/results")
async def list_results(call: Call[World]) -> Response:
    run, switches = find(call), call.world.switches
    rows = []
    for outcome, status in listed(call.world, run):
        told = _told(call.world, outcome, status)
        told["projectTest"] = project_test(outcome)
        told["name"] = outcome.name
        rows.append(_thinned(told) if switches.sparse else told)
    return answer(rows)


@routes.get("/test-runs/{run_id:int}/results/{result_id:int}")
async def get_result(call: Call[World]) -> Response:
    run, world, number = find(call), call.world, call.number("result_id")
    outcome, status = next((row for row in listed(world, run) if row[0].id == number), (None, ""))
    if outcome is None:
        raise not_found()
    told, case, is_done = _told(world, outcome, status), outcome.case, status in _DONE
    told["name"] = outcome.name if case is None else case.name
    told["file"] = None if case is None else case.file.rsplit("/", 1)[-1]
    told["fileFilter"] = None if case is None else case.file
    told["output" if world.switches.output_field else "processOutput"] = _output(run, outcome) if is_done else None
    shots = pictures(run, outcome) if is_done else []
    told["screenShots"] = [address(call, run, outcome, name) for name in shots]
    told["videos"] = [address(call, run, outcome, name) for name in clip(run, outcome)] if shots else []
    return answer(_thinned(told) if world.switches.sparse else told)


def project_test(outcome: Outcome) -> dict[str, object] | None:
    """The test a result belongs to; a failure outside of any test has none."""
    case = outcome.case
    return None if case is None else {"name": case.name, "fileFilter": case.file, "file": case.file.rsplit("/", 1)[-1]}


def _told(world: World, outcome: Outcome, status: str) -> dict[str, object]:
    is_done = status in _DONE
    error, trace = words(outcome) if is_done else (None, None)
    return {
        "id": outcome.id,
        "status": _LEGACY.get(status, status) if world.switches.legacy_words else status,
        "duration": outcome.duration if is_done else 0,
        "error": error,
        "stackTrace": trace,
    }


def _output(run: Run, outcome: Outcome) -> str:
    started_at = run.started_at or run.created_at
    return output(run, outcome, started_at + DISCOVERY)


def _thinned(told: dict[str, object]) -> dict[str, object]:
    """A result in which what may be missing is missing."""
    kept = {name: value for name, value in told.items() if value not in (None, [])}
    if isinstance(test := kept.get("projectTest"), dict):
        kept["projectTest"] = {name: value for name, value in test.items() if name != "file"}
    return kept

"""Waiting for a run to end, with progress, a time limit, and a handle to continue by."""

from pydantic import Field

from tools.kit.errors import Refused
from tools.kit.model import Answer, answer_from
from tools.kit.text import Key, Untrusted
from tools.kit.toolset import Progress, Toolset
from tools.kit.vocabulary import Said, Status
from tools.kit.wait import Handle, Minutes, Pace, decode_handle, encode_handle, wait_until
from tools.testery.client.testery import Testery
from tools.testery.models.runs import Run
from tools.testery.tools.runs import RunId, known_run, verdict

tool = Toolset(Testery)

PACE = Pace(first=15.0, last=60.0)
"""The vendor's own client polls one run every 15 s and all runs every 60 s; no limit is documented."""
SANDBOX_PACE = Pace(first=0.2, last=1.0)


class RunState(Answer):
    """The state of a run at the end of a wait."""

    run_id: int
    name: Untrusted | None = None
    status: Status
    said: Said = None
    is_over: bool
    reason: Untrusted | None = None
    total: int | None = None
    passed: int | None = None
    failed: int | None = None
    started_at: Key | None = None
    ended_at: Key | None = None
    looks: int
    waited_seconds: int
    note: str | None = None
    handle: Key | None = Field(None, description="Pass as handle to continue waiting.")
    next: str | None = None


def progress_line(run: Run) -> str:
    """The state of a run, as a line of progress."""
    if run.status == "running" and not run.total:
        return "running, looking for its tests"
    done = sum(count or 0 for count in (run.passed, run.failed, run.ignored))
    counts = f", {done} of {run.total} tests, {run.failed or 0} failed" if run.total else ""
    return f"{run.status}{counts}"


@tool.reads(full_text_in="get_test_run")
async def wait_for_run(
    api: Testery,
    progress: Progress,
    run_id: RunId | None = None,
    minutes: Minutes = 5,
    handle: Handle = None,
) -> RunState:
    """Wait until a test run is over, or the time is up. Give run_id, or the handle of an earlier wait."""
    wait: float | None = None
    if handle is not None:
        earlier = decode_handle(handle, run=int, wait=float)
        if run_id not in (None, earlier["run"]):
            raise Refused(f"This handle belongs to run {earlier['run']}. Leave out run_id or the handle.")
        run_id, wait = earlier["run"], earlier["wait"]
    if run_id is None:
        raise Refused("Give a run_id, or the handle of an earlier wait.")
    number = run_id
    waited = await wait_until(
        lambda: known_run(api, number),
        lambda run: run.is_over,
        minutes=minutes,
        pace=SANDBOX_PACE if api.is_sandbox else PACE,
        say=progress_line,
        progress=progress,
        wait=wait,
    )
    run = waited.seen
    state = answer_from(
        RunState,
        run,
        run_id=run.id,
        name=run.name or run.test_name,
        looks=waited.looks,
        waited_seconds=round(waited.seconds),
        note=verdict(run),
        handle=None,
    )
    if not run.is_over:
        state.handle = encode_handle(run=run.id, wait=float(waited.wait))
        state.next = "Call testery_wait_for_run with this handle to continue."
    elif run.failed:
        state.next = "testery_get_failures groups what failed; testery_compare_runs shows what is new."
    return state

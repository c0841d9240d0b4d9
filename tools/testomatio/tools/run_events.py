"""Launching, finishing, terminating and rerunning a run; the answer is what a read shows afterwards."""

from typing import Annotated, Final, Literal

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.errors import Refused
from tools.kit.text import word
from tools.kit.toolset import Toolset
from tools.kit.wait import wait_for_change
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.runs import OVER, Run
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.run_counts import counts_of
from tools.testomatio.tools.runs import RunId, RunState, describe, known_run
from tools.testomatio.tools.scope import Branch, place

tool = Toolset(Testomatio, needs="api")

STARTED: Final = frozenset({"launching", "running"})

Event = Literal["launch", "rerun", "scheduled"]


def unfinished(run: Run) -> Run:
    """Check that a run is not over yet.

    Raises:
        Refused: when it is over.
    """
    if run.is_over:
        raise Refused(
            f"Run {run.id} is already {word(run.status)}; it cannot be ended again. testomatio_launch_run with "
            "event rerun starts it again."
        )
    return run


async def send_event(
    api: Testomatio, project: str, run: Run, event: str, wanted: frozenset[str], branch: str | None
) -> Changed[RunState]:
    """Send an event and wait until the run shows it: the platform accepts events that it does not carry out."""
    await api.update_run(project, run.id, {"status_event": event}, branch=branch)
    after = await wait_for_change(
        lambda: api.run(project, run.id, branch=branch),
        lambda read: read.status in wanted,
        is_sandbox=api.is_sandbox,
        say=f"waiting for run {run.id}",
    )
    shows = after.status in wanted
    return Changed(
        done=f"It is {after.status}." if shows else "Accepted, but it does not show yet.",
        before=RunState.of(run),
        now=RunState.of(after, await counts_of(api, project, run.id)),
        warning=None if shows else f"The run still says {after.status}. Read it again in a moment.",
    )


@tool.destroys(idempotent=False, verify_with="get_run")
async def finish_run(
    api: Testomatio, run_id: RunId, branch: Branch = None, project: ProjectSlug = None
) -> Asking[Changed[RunState]]:
    """Finish a run: its pending results become skipped. Asks the user first."""
    slug = api.project_of(project)
    run = unfinished(await known_run(api, slug, run_id, branch))
    counts = await counts_of(api, slug, run.id)
    few = "at least " if counts.at_least else ""
    lost = f"The {few}{counts.pending} pending become skipped. " if counts.pending else "None is pending. "
    yield Ask(
        f"Finish {describe(run)} of {place(slug, branch)}? It has {counts.describe()}. {lost}The status follows "
        "from the results; there is no undo."
    )
    event = "finish" if run.kind == "automated" else "finish_manual"
    yield await send_event(api, slug, run, event, OVER, branch)


@tool.destroys(idempotent=False, verify_with="get_run")
async def terminate_run(
    api: Testomatio, run_id: RunId, branch: Branch = None, project: ProjectSlug = None
) -> Asking[Changed[RunState]]:
    """Abort a run: its pending tests get no result. Asks the user first."""
    slug = api.project_of(project)
    run = unfinished(await known_run(api, slug, run_id, branch))
    counts = await counts_of(api, slug, run.id)
    few = "at least " if counts.at_least else ""
    lost = f" The {few}{counts.pending} pending get no result." if counts.pending else ""
    yield Ask(
        f"Terminate {describe(run)} of {place(slug, branch)}? It has {counts.describe()}.{lost} There is no undo."
    )
    yield await send_event(api, slug, run, "terminate", OVER, branch)


def ready_for(event: Event, run: Run) -> Run:
    """Check that an event fits the status of a run.

    Raises:
        Refused: with that status.
    """
    if event == "rerun":
        if not run.is_over:
            raise Refused(f"Run {run.id} is {word(run.status)}: only one that is over can be rerun.")
        return run
    if run.is_over:
        raise Refused(f"Run {run.id} is already {word(run.status)}. Event rerun starts it again.")
    if event == "launch" and run.status in STARTED:
        raise Refused(f"Run {run.id} is already {word(run.status)}.")
    if event == "scheduled" and run.status == "scheduled":
        raise Refused(f"Run {run.id} is already scheduled.")
    return run


@tool.writes(idempotent=False, verify_with="get_run", unasked_when=lambda event: event != "rerun")
async def launch_run(
    api: Testomatio,
    run_id: RunId,
    event: Annotated[Event, Field(description="rerun: again, losing its results; scheduled: set it back.")] = "launch",
    branch: Branch = None,
    project: ProjectSlug = None,
) -> Asking[Changed[RunState]]:
    """Start a scheduled run, or rerun a finished one: if results are lost, it asks the user first."""
    slug = api.project_of(project)
    run = ready_for(event, await known_run(api, slug, run_id, branch))
    question = None
    if event == "rerun" and (counts := await counts_of(api, slug, run.id)).done:
        question = (
            f"Rerun {describe(run)} of {place(slug, branch)} under its id? It has {counts.describe()}; all of them go "
            "back to pending and their outcomes are lost. testomatio_copy_run runs a copy instead. There is no undo."
        )
    yield Ask(question)
    wanted = frozenset({"scheduled"}) if event == "scheduled" else STARTED
    yield await send_event(api, slug, run, event, wanted, branch)

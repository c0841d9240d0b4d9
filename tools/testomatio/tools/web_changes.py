"""Changes that only the web app's API makes: archiving groups, relaunching and copying runs."""

from collections import Counter
from typing import Annotated

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.errors import Refused
from tools.kit.model import Answer
from tools.kit.question import join_counts
from tools.kit.text import many, quote, word
from tools.kit.toolset import Toolset
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.tools.paging import drain
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.run_counts import Counts
from tools.testomatio.tools.rungroups import GroupState
from tools.testomatio.tools.runs import GroupId, RunId, RunState, describe, known_group
from tools.testomatio.tools.scope import of_project, opens_api, place
from tools.testomatio.tools.web_runs import PER_PAGE, known_web_run

tool = Toolset(Testomatio, needs="web")

GroupIds = Annotated[list[GroupId], Field(min_length=1, description="From testomatio_list_rungroups.")]


class Archived(Answer):
    """Groups that were archived or unarchived."""

    done: str
    groups: list[GroupState]
    note: str | None = None


async def _states(api: Testomatio, project: str, group_ids: list[str]) -> list[GroupState]:
    """The groups as the public API shows them; without a token for it, only their ids."""
    if not opens_api(api):
        return [GroupState(id=group_id) for group_id in group_ids]
    groups = [await known_group(api, project, group_id) for group_id in group_ids]
    return [GroupState(id=group.id, title=group.title, archived_at=group.archived_at) for group in groups]


@tool.writes(idempotent=True, verify_with="list_rungroups")
async def archive_rungroups(api: Testomatio, group_ids: GroupIds, project: ProjectSlug = None) -> Asking[Archived]:
    """Archive groups of runs, not their runs. Asks the user first."""
    slug = api.project_of(project)
    groups = await _states(api, slug, group_ids)
    if all(group.archived_at for group in groups):
        raise Refused("These groups are archived already.")
    named = []
    for group in groups:
        inside = await api.web_runs_page(slug, [("group_id", group.id), ("nested", "true"), ("per_page", PER_PAGE)], 1)
        count = inside.meta.total if inside.meta.total is not None else len(inside.data)
        runs = many(count, "run", complete=inside.meta.total is not None)
        title = f" {quote(group.title)}" if group.title else ""
        named.append(f"{word(group.id)}{title} with {join_counts(runs) or 'no run'}")
    yield Ask(
        f"Archive {many(len(groups), 'group')} of {place(slug)}: {'; '.join(named)}? Nobody sees "
        f"{'it' if len(groups) == 1 else 'them'} among the groups any more; the runs inside are not archived. "
        "testomatio_unarchive_rungroups undoes it."
    )
    with of_project(slug):
        await api.archive_rungroups(slug, group_ids)
    groups = await _states(api, slug, group_ids)
    left = [group.id for group in groups if not group.archived_at] if opens_api(api) else []
    note = f"Accepted, but a read does not show it for {', '.join(left)}." if left else None
    yield Archived(done=f"Archived {many(len(groups) - len(left), 'group')}.", groups=groups, note=note)


@tool.writes(idempotent=True, verify_with="list_rungroups")
async def unarchive_rungroups(api: Testomatio, group_ids: GroupIds, project: ProjectSlug = None) -> Archived:
    """Unarchive groups of runs."""
    slug = api.project_of(project)
    with of_project(slug):
        await api.unarchive_rungroups(slug, group_ids)
    groups = await _states(api, slug, group_ids)
    left = [group.id for group in groups if group.archived_at]
    note = f"Accepted, but a read does not show it for {', '.join(left)}." if left else None
    return Archived(done=f"Unarchived {many(len(groups) - len(left), 'group')}.", groups=groups, note=note)


async def web_counts(api: Testomatio, project: str, run_id: str) -> Counts:
    """Count a run's results by status through the web app's API."""
    read = await drain(lambda page: api.web_results_page(project, [("run_id", run_id)], page), per_page=PER_PAGE)
    return Counts.of(Counter(result.status for result in read.rows), len(read.rows), complete=read.complete)


@tool.destroys(idempotent=False, verify_with="get_run_details")
async def relaunch_run(api: Testomatio, run_id: RunId, project: ProjectSlug = None) -> Asking[Changed[RunState]]:
    """Relaunch a finished run under its id: its results are lost. Asks the user first."""
    slug = api.project_of(project)
    run = await known_web_run(api, slug, run_id)
    if not run.is_over:
        raise Refused(f"Run {run.id} is {word(run.status)}: only one that is over can be relaunched.")
    counts = await web_counts(api, slug, run.id)
    yield Ask(
        f"Relaunch {describe(run)} of {place(slug)} under its id? It has {counts.describe()}; they go back to "
        "pending and their outcomes are lost. There is no undo; testomatio_copy_run keeps them and runs a copy."
    )
    await api.relaunch_run(slug, run.id)
    after = await api.web_run(slug, run.id)
    yield Changed(
        done="Accepted." if after.is_over else "Relaunched.",
        before=RunState.of(run),
        now=RunState.of(after, await web_counts(api, slug, run.id)),
        warning="The run does not show it yet. Read it again in a moment." if after.is_over else None,
    )


@tool.writes(idempotent=False, verify_with="list_group_runs")
async def copy_run(api: Testomatio, run_id: RunId, project: ProjectSlug = None) -> Changed[RunState]:
    """Copy a run under a new id, with all results pending; the run itself does not change."""
    slug = api.project_of(project)
    run = await known_web_run(api, slug, run_id)
    copy = await api.relaunch_copy(slug, run.id)
    if copy.id is None or copy.id == run.id:
        following = "testomatio_list_group_runs shows the copy."
        return Changed(done=f"Copied run {run.id}.", warning="The answer does not name the copy.", next=following)
    after = await api.web_run(slug, copy.id)
    return Changed(done=f"Copied run {run.id}.", now=RunState.of(after, await web_counts(api, slug, copy.id)))

"""Runs and plans as pages to read, with completion of projects and ids."""

from collections import Counter

from tools.kit.errors import PlatformError
from tools.kit.failure_groups import NO_WORDS, group_failures
from tools.kit.text import many, passage, quote, word, word_if
from tools.kit.toolset import Toolset
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.runs import Run
from tools.testomatio.tools.pages import project_slugs
from tools.testomatio.tools.plans import known_plan
from tools.testomatio.tools.run_report import without_stack
from tools.testomatio.tools.run_results import results_of
from tools.testomatio.tools.runs import bare_run, known_run

tool = Toolset(Testomatio, needs="api")

MOST_GROUPS = 20
ROWS = 10


async def ids_of_runs(api: Testomatio, variable: str, typed: str, before: dict[str, str]) -> list[str]:
    """Projects, and ids of a project's newest runs, for completion."""
    if variable == "project":
        return await project_slugs(api, typed)
    newest = await api.runs_page(api.project_of(before.get("project")), [("filter[archived]", "false")], 1)
    return [run.id for run in newest.data if run.id.startswith(typed)]


async def ids_of_plans(api: Testomatio, variable: str, typed: str, before: dict[str, str]) -> list[str]:
    """Projects, and ids of a project's plans, for completion."""
    if variable == "project":
        return await project_slugs(api, typed)
    plans = await api.plans_page(api.project_of(before.get("project")), [], 1)
    return [plan.id for plan in plans.data if plan.id.startswith(typed)]


def facts(pairs: list[tuple[str, object]]) -> list[str]:
    """The facts that have a value, as a list."""
    return [f"- {name}: {value}" for name, value in pairs if value not in (None, "", [])]


def _quoted(words: list[str]) -> str | None:
    return ", ".join(map(quote, words)) or None


@tool.resource("{project}/runs/{run_id}", complete=ids_of_runs)
async def run_page(api: Testomatio, project: str, run_id: str) -> str:
    """A run as a page: its results, and its failures grouped by error."""
    run = await known_run(api, project, bare_run(run_id))
    read = await results_of(api, project, run)
    lines = [f"# Run {word(run.id)}: {quote(run.title or 'without a title', at_most=300)}", ""]
    lines += facts(
        [
            ("Project", quote(project)),
            ("Status", word_if(run.status)),
            ("Kind", word_if(run.kind)),
            ("Results", read.counts.describe()),
            ("Environment", _quoted(run.env)),
            ("Group", word_if(run.rungroup_id)),
            ("Plans", _quoted([plan.title or plan.id or "" for plan in run.plans])),
            ("Labels", _quoted([str(label) for label in run.labels])),
            ("Created", word_if(run.created_at)),
            ("Launched", word_if(run.launched_at)),
            ("Finished", word_if(run.finished_at)),
            ("Build", run.ci_build_url and quote(run.ci_build_url, at_most=300)),
        ]
    )
    if run.description:
        lines += ["", "## Description", "", passage(run.description)]
    found = group_failures(read.failing, lambda result: without_stack(result.message))
    for group in found[:MOST_GROUPS]:
        lines += ["", f"## {many(len(group.members), 'failure')}", ""]
        lines += [passage(group.members[0].message or NO_WORDS, at_most=1000), ""]
        lines += [
            f"- {word(result.id)}, test {word(result.test_id or 'unknown')}: "
            f"{quote(result.test_title or 'without a title')}"
            for result in group.members[:ROWS]
        ]
        lines += [f"- and {len(group.members) - ROWS} more"] if len(group.members) > ROWS else []
    lines += ["", f"And {many(len(found) - MOST_GROUPS, 'group')} more."] if len(found) > MOST_GROUPS else []
    lines += ["", *(f"Left out: {why}." for why in read.left_out)] if read.left_out else []
    lines += ["", f"testomatio_get_run_report with run_id {word(run.id)} tells new failures from known ones."]
    return "\n".join(lines)


@tool.resource("{project}/plans/{plan_id}", complete=ids_of_plans)
async def plan_page(api: Testomatio, project: str, plan_id: str) -> str:
    """A plan as a page, with the newest runs made from it."""
    plan = await known_plan(api, project, plan_id)
    lines = [f"# Plan {word(plan.id)}: {quote(plan.title or 'without a title', at_most=300)}", ""]
    lines += facts(
        [
            ("Project", quote(project)),
            ("Kind", word_if(plan.kind)),
            ("Hidden", "yes" if plan.hidden else None),
            ("Labels", _quoted([str(label) for label in plan.labels])),
        ]
    )
    if plan.description:
        lines += ["", "## Description", "", passage(plan.description)]
    runs = await _runs_of(api, project, plan_id)
    if runs:
        lines += ["", "## Newest runs", ""]
        lines += [
            f"- {word(run.id)} {quote(run.title or 'without a title')}, {word(run.status)}, {word(run.created_at)}"
            for run in runs
        ]
        by = Counter(run.status for run in runs)
        lines += ["", ", ".join(f"{count} {word(status)}" for status, count in by.most_common()) + "."]
    return "\n".join(lines)


async def _runs_of(api: Testomatio, project: str, plan_id: str) -> list[Run]:
    """The newest runs made from a plan; none where they cannot be read."""
    try:
        return (await api.runs_page(project, [("tql", f"plan == '{plan_id}'")], 1, 10)).data
    except PlatformError:
        return []

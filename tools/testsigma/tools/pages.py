"""Test cases and test runs as Markdown pages, with completion of their addresses."""

from tools.kit.text import passage, quote, word
from tools.kit.toolset import Toolset
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.test_runs import RunCase
from tools.testsigma.tools import test_cases, test_runs
from tools.testsigma.tools.case_view import CaseView, case_names, known_case
from tools.testsigma.tools.identity import known_project
from tools.testsigma.tools.run_view import RunView, known_run, results_of, view_run
from tools.testsigma.tools.statuses import result_status

tool = Toolset(Testsigma)

MOST_ROWS = 200


async def complete(api: Testsigma, variable: str, typed: str, earlier: dict[str, str]) -> list[str]:
    """Prefixes of projects, and ids of a project's test cases or runs."""
    folded = typed.casefold()
    if variable == "project":
        found = [project.key for project in (await api.projects()).rows]
    elif not earlier.get("project"):
        return []
    else:
        project = await known_project(api, earlier["project"])
        ids_of = test_cases.case_ids if variable == "case_id" else test_runs.run_ids
        found = await ids_of(api, project)
    return [one for one in found if one.casefold().startswith(folded)]


@tool.resource("{project}/test-cases/{case_id}", complete=complete)
async def test_case_page(api: Testsigma, project: str, case_id: str) -> str:
    """A test case as a page."""
    owner, case = await known_case(api, case_id, project)
    view = (await case_names(api, owner, case)).view(case)
    lines = [f"# {word(view.id)}: {quote(view.title or '')}", "", *_facts_of_case(view)]
    for heading, text in (("Preconditions", view.preconditions), ("About", view.description)):
        if text:
            lines += ["", f"## {heading}", "", passage(text)]
    if view.steps:
        lines += ["", "## Steps", ""]
        for number, step in enumerate(view.steps, 1):
            group = f" (step group {word(step.step_group)})" if step.step_group else ""
            expected = f", expected: {quote(step.expected, at_most=500)}" if step.expected else ""
            lines.append(f"{number}. {quote(step.action or '', at_most=500)}{group}{expected}")
    for heading, text in (("What to do", view.text), ("What is expected", view.expected_text)):
        if text:
            lines += ["", f"## {heading}", "", passage(text)]
    return "\n".join(lines)


def _facts_of_case(case: CaseView) -> list[str]:
    words = (("Status", case.status), ("Priority", case.priority), ("Type", case.type), ("Automation", case.automation))
    people = (("Folder", case.folder), ("Owner", case.owner), ("Labels", ", ".join(case.labels)))
    facts = [f"- {name}: {word(value)}" for name, value in words if value]
    return facts + [f"- {name}: {quote(text)}" for name, text in people if text]


@tool.resource("{project}/test-runs/{run_id}", complete=complete)
async def test_run_page(api: Testsigma, project: str, run_id: str) -> str:
    """A test run as a page, with its results."""
    owner, run = await known_run(api, run_id, project)
    view = await view_run(api, owner, run)
    results = await results_of(api, owner, run)
    lines = [f"# {word(view.id)}: {quote(view.title or '')}", "", *_facts_of_run(view)]
    if view.description:
        lines += ["", passage(view.description)]
    # Failed results come first.
    rows = sorted(results.rows, key=lambda row: result_status(row.status) != "failed")
    if rows:
        lines += ["", "## Results", "", *(_result(row) for row in rows[:MOST_ROWS])]
    if len(rows) > MOST_ROWS:
        lines.append(f"- {len(rows) - MOST_ROWS} more: testsigma_get_run_results has them.")
    return "\n".join(lines)


def _facts_of_run(run: RunView) -> list[str]:
    counts = ", ".join(f"{one.count} {word(one.said or 'without a status')}" for one in run.results)
    dates = (("Starts", run.start_date), ("Ended", run.end_date), ("Planned end", run.planned_end))
    words = (("Status", run.said), ("Plan", run.plan), *dates)
    facts = [f"- {name}: {word(value)}" for name, value in words if value]
    facts += [f"- Results: {counts}"] if counts else []
    people = (("Assigned to", run.assignee), ("Labels", ", ".join(run.labels)))
    return facts + [f"- {name}: {quote(text)}" for name, text in people if text]


def _result(row: RunCase) -> str:
    remark = f": {quote(row.description, at_most=400)}" if row.description else ""
    return f"- {word(row.test_case.key)} {quote(row.test_case.title or '')}, {word(row.status or 'no status')}{remark}"

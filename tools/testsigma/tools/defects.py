"""Testsigma's failing test cases as defects, for trackers."""

from collections.abc import Mapping, Sequence
from typing import Final

from tools.kit.defect import Defect, DefectSource, Level, facts_of
from tools.kit.errors import NotFound
from tools.kit.failure_defect import FailureFinder, FailureItem, marker_of, title_of_failure
from tools.kit.vocabulary import shared_word
from tools.kit.webhook import Inbox
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.projects import Project
from tools.testsigma.models.test_cases import TestCase
from tools.testsigma.models.test_runs import RunCase, TestRun
from tools.testsigma.tools.lookup import KEY
from tools.testsigma.tools.names import lookup_names, user_names
from tools.testsigma.tools.run_view import known_run, results_of, run_link
from tools.testsigma.tools.statuses import result_status
from tools.testsigma.tools.test_runs import assignee_of

TITLE: Final = "Testsigma"
EXAMPLE: Final = "HRB-R-4/HRB-7"
LEVELS: Final[Mapping[str, Level]] = {
    "critical": "critical",
    "blocker": "critical",
    "high": "high",
    "major": "high",
    "low": "low",
    "minor": "low",
    "trivial": "low",
}
"""By the priority of the test case; workspaces name their own, so another word is normal."""
FINDER: Final = FailureFinder[RunCase](
    id_of=lambda one: one.test_case.key or None,
    title_of=lambda one: one.test_case.title,
    status_of=lambda one: result_status(one.status),
    same=lambda one: one.test_case.key or one.test_case.title,
    lister="testsigma_get_run_results",
)


async def read(api: Testsigma, item: str, inbox: Inbox | None) -> Defect:
    """A failed or blocked test case of a run, with the steps of the test case."""
    wanted = FailureItem.of(item, EXAMPLE)
    project, run = await known_run(api, wanted.run, None)
    found = FINDER.failed_result((await results_of(api, project, run)).rows, wanted)
    case = await _case_of(api, project, found)
    priorities = await lookup_names(api, "priority") if case is not None and case.priority_id else {}
    users = await user_names(api) if found.assignee_id and found.assignee is None else {}
    priority = priorities.get(case.priority_id or "", "") if case is not None else ""
    return _defect_of(api, project, run, found, case, priority, assignee_of(found, users))


async def _case_of(api: Testsigma, project: Project, row: RunCase) -> TestCase | None:
    """The test case of a result, which may have been deleted since."""
    if not row.test_case.key:
        return None
    try:
        return await api.test_case(project.id, row.test_case.key)
    except NotFound:
        return None


def _defect_of(
    api: Testsigma,
    project: Project,
    run: TestRun,
    row: RunCase,
    case: TestCase | None,
    priority: str,
    assignee: str | None,
) -> Defect:
    item = FailureItem(run.key, row.test_case.key or row.test_case.title or "")
    return Defect(
        platform=KEY,
        title_of_platform=TITLE,
        item=str(item),
        kind="failure",
        marker=marker_of(KEY, row.test_case.key or f"{project.key}\n{row.test_case.title}", row.description),
        title=title_of_failure(row.test_case.title, item.test),
        level=shared_word(priority, LEVELS, "normal"),
        severity=priority,
        link=run_link(api, run.id) or "",
        description=_description(case),
        steps=_steps(case),
        expected=_expected(case),
        error=row.description or "",
        facts=facts_of(
            ("Run", f"{run.key} {run.title or ''}"),
            ("Project", project.display_name),
            ("Environment", ", ".join(sorted(run.environments))),
            ("Test case", row.test_case.key),
            ("Status", row.status),
            ("Started", run.start_date or run.created_at),
            ("Changed", row.updated_at),
            ("Assigned to", assignee),
        ),
        product=project.key,
        where=project.display_name,
    )


def _description(case: TestCase | None) -> str:
    if case is None:
        return ""
    before = f"Preconditions:\n{case.preconditions}" if case.preconditions else ""
    return "\n\n".join(filter(None, (case.description, before)))


def _steps(case: TestCase | None) -> Sequence[str]:
    """The steps of a test case, each with what is expected of it; step groups are named by their ids."""
    if case is None:
        return ()
    steps = [
        (step.description or (f"Step group {step.step_group_id}" if step.step_group_id else ""), step.expected)
        for step in case.ordered_steps
    ]
    lines = [f"{action} (expected: {expected})" if expected else action for action, expected in steps]
    return tuple(line for line in lines if line) or tuple(
        line for line in (case.steps or "").splitlines() if line.strip()
    )


def _expected(case: TestCase | None) -> str:
    return (case.expected_results or "") if case is not None and not case.ordered_steps else ""


defects = DefectSource(says=f"the ids of a run and of a failed test case in it, such as {EXAMPLE}", read=read)

"""Creating test runs from a fixed selection, changing, closing and deleting them."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, apply_edits, text_fields
from tools.kit.errors import NotFound, PlatformError, Refused
from tools.kit.text import many, quote, word
from tools.kit.toolset import Progress, Toolset
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.projects import Project
from tools.testsigma.models.test_cases import TestCase
from tools.testsigma.tools.changes import (
    UNCHANGED,
    Day,
    LongText,
    Title,
    changed_fields,
    date_fields,
    describe_changes,
    not_none,
    require_change,
)
from tools.testsigma.tools.folder_tree import FolderRef, read_tree
from tools.testsigma.tools.identity import CASE, CaseId, PlanId, ProjectOfId, ProjectRef, RunId, known_project, place_of
from tools.testsigma.tools.names import LabelNames, LookupName, Name, UserRef, find_labels, find_user, normalized
from tools.testsigma.tools.run_view import RunView, describe_run, known_run, open_run, results_of, view_run
from tools.testsigma.tools.statuses import count_untested
from tools.testsigma.tools.test_cases import case_filter
from tools.testsigma.tools.test_plans import known_plan

tool = Toolset(Testsigma)

ONE_BY_ONE: Final = 8
"""Up to so many test cases are read one by one; for more, the whole list is read once."""


def check_selection(case_ids: Sequence[str] | None, filters: dict[str, Any], *, all_cases: bool) -> None:
    """Refuse selections that the platform accepts and ignores.

    Raises:
        Refused: with what to give instead.
    """
    if all_cases and (case_ids or filters):
        raise Refused(
            "A run of all test cases takes no selection: Testsigma accepts filters of such a run and ignores them. "
            "Leave out all_cases, and the run takes the test cases that match."
        )
    if case_ids and filters:
        raise Refused("Give case_ids, or filters; not both.")
    if not (all_cases or case_ids or filters):
        raise Refused("Say which test cases: case_ids, a filter such as folder, or all_cases.")


async def selected_ids(
    api: Testsigma, project: Project, case_ids: Sequence[str] | None, filters: dict[str, Any], progress: Progress
) -> list[str]:
    """The UUIDs of the test cases for a new run: the API takes no human ids there.

    Raises:
        NotFound: for an id that the project does not have.
        Refused: when no test case matches, or not all could be read.
    """
    if case_ids:
        return await uuids_of(api, project, case_ids, progress)
    tree = await read_tree(api, project.id)
    if "folder" in filters and not tree.coverage.complete:
        raise Refused(f"Not all folders could be read ({tree.coverage.why}).")
    wanted = await case_filter(api, tree, **filters)
    found: list[str] = []

    def on_row(case: TestCase) -> None:
        if wanted.fits(case, set()):
            found.append(case.id)

    walked = await api.walk_test_cases(project.id, on_row, filters=wanted.query, progress=progress)
    if not found:
        raise Refused("No test case matches; testsigma_list_test_cases takes the same filters.")
    if not (coverage := walked.coverage(len(found))).complete:
        raise Refused(f"Not all test cases could be read ({coverage.why}).")
    return found


async def uuids_of(api: Testsigma, project: Project, case_ids: Sequence[str], progress: Progress) -> list[str]:
    """The UUIDs of test cases, each once; given UUIDs are checked too."""
    keys = list(dict.fromkeys([(await place_of(api, CASE, case_id, project.id)).key for case_id in case_ids]))
    found: dict[str, str] = {}

    def on_row(case: TestCase) -> None:
        found[case.id] = case.id
        if case.human_id:
            found[case.human_id] = case.id

    if len(keys) > ONE_BY_ONE:
        await api.walk_test_cases(project.id, on_row, progress=progress)
    absent: list[str] = []
    for key in keys:
        if key not in found:
            try:
                found[key] = (await api.test_case(project.id, key)).id
            except NotFound:
                absent.append(key)
    if absent:
        where = f"Project {project.key} has no test case {', '.join(absent[:20])}."
        raise NotFound(f"{where} testsigma_list_test_cases shows ids. Nothing was sent.", status=404)
    return list(dict.fromkeys(found[key] for key in keys))


@tool.writes(idempotent=False, verify_with="list_test_runs")
async def create_test_run(
    api: Testsigma,
    progress: Progress,
    project: ProjectRef,
    title: Title,
    case_ids: Annotated[
        list[CaseId] | None, Field(min_length=1, max_length=2000, description="In place of filters.")
    ] = None,
    folder: Annotated[FolderRef | None, Field(description="With its subfolders.")] = None,
    label: Annotated[Name | None, Field(description="From testsigma_list_labels.")] = None,
    priority: LookupName | None = None,
    case_type: LookupName | None = None,
    all_cases: Annotated[bool, Field(description="Every test case of the project.")] = False,
    description: LongText | None = None,
    plan_id: PlanId | None = None,
    assignee: UserRef | None = None,
    start: Day = None,
    end: Day = None,
    labels: LabelNames = None,
) -> Changed[RunView]:
    """Create a test run of given test cases, of those that match filters, or of all."""
    filters = not_none(folder=folder, label_name=label, priority=priority, case_type=case_type)
    check_selection(case_ids, filters, all_cases=all_cases)
    when = date_fields(start, end, api.now())
    owner = await known_project(api, project)
    fields: dict[str, Any] = {"title": title, "status": "ACTIVE", "project_id": owner.id, **when}
    fields |= not_none(description=description)
    if plan_id is not None:
        fields["test_plan_id"] = (await known_plan(api, plan_id, owner.id))[1].id
    if assignee is not None:
        fields["assignee_id"] = (await find_user(api, assignee)).id
    if labels:
        fields["label_names"] = await label_names(api, labels)
    ids = [] if all_cases else await selected_ids(api, owner, case_ids, filters, progress)
    selection = [{"field": "id", "operator": "IN", "values": ids}] if ids else []
    fields["selection_type"] = "DYNAMIC" if all_cases else "STATIC"
    fields |= {"static_selection_filters": selection, "dynamic_selection_filters": []}
    created = await api.create_test_run(owner.id, fields)
    short = created.test_cases_count is not None and not all_cases and created.test_cases_count != len(ids)
    done = f"Created with {created.test_cases_count} of {len(ids)} test cases." if short else "Created."
    return Changed(
        done=done,
        now=await view_run(api, owner, created),
        next="testsigma_record_results records the results of its test cases.",
    )


async def label_names(api: Testsigma, names: Sequence[str]) -> list[str]:
    """The names of existing labels, as runs take them; the API may create unknown ones silently."""
    return [one.name or "" for one in await find_labels(api, names)]


@tool.writes(idempotent=True, verify_with="get_test_run")
async def update_test_run(
    api: Testsigma,
    run_id: RunId,
    project: ProjectOfId = None,
    title: Title | None = None,
    description: LongText | None = None,
    assignee: UserRef | None = None,
    start: Day = None,
    end: Day = None,
    labels: Annotated[LabelNames, Field(description="Replaces all labels.")] = None,
    edits: Edits = None,
) -> Changed[RunView]:
    """Change an open test run; omitted fields stay, and so do its test cases."""
    when = date_fields(start, end, api.now())
    texts = not_none(title=title, description=description)
    require_change(texts | not_none(assignee=assignee, labels=labels, edits=edits) | when)
    owner, before = await open_run(api, run_id, project)
    fields = changed_fields(before, texts) | apply_edits(text_fields(before, "title", "description"), edits, texts)
    if assignee is not None and (person := await find_user(api, assignee)).id != before.assignee_id:
        fields["assignee_id"] = person.id
    if labels is not None and {normalized(name) for name in labels} != {normalized(name) for name in before.all_labels}:
        fields["label_names"] = await label_names(api, labels)
    fields |= when
    view = await view_run(api, owner, before)
    if not fields:
        return Changed(done=UNCHANGED, now=view)
    await api.update_test_run(owner.id, before.key, fields)
    after = await view_run(api, owner, await api.test_run(owner.id, before.key))
    return Changed(done=describe_changes(fields), now=after, before=view)


@tool.destroys(idempotent=True, verify_with="get_test_run")
async def close_test_run(api: Testsigma, run_id: RunId, project: ProjectOfId = None) -> Asking[Changed[RunView]]:
    """Close a test run for good: nothing in it can change afterwards. Asks the user first."""
    owner, before = await open_run(api, run_id, project)
    results = await results_of(api, owner, before)
    left, complete = count_untested(results.rows), results.coverage.complete
    cases = many(len(results.rows), "test case", complete=complete)
    untested = many(left, "of them is untested and stays so", "of them are untested and stay so", complete=complete)
    counts = f": {results.counts.describe()}" if results.rows else ""
    name = f"{describe_run(before)} of project {quote(owner.display_name)}"
    yield Ask(
        f"Close {name}? It has {cases}{counts}.{f' {untested}.' if left else ''} Closing locks the run, and the API "
        "cannot reopen it."
    )
    await api.update_test_run(owner.id, before.key, {"status": "CLOSED"})
    after = await api.test_run(owner.id, before.key)
    if not after.is_closed:
        raise PlatformError(
            f"The platform accepted the change and left test run {word(before.key)} {word(after.status)}."
        )
    yield Changed(done=f"Closed {name}.", now=await view_run(api, owner, after))


@tool.destroys(idempotent=True, verify_with="get_test_run")
async def delete_test_run(api: Testsigma, run_id: RunId, project: ProjectOfId = None) -> Asking[Changed[RunView]]:
    """Delete a test run with its results. Asks the user first."""
    owner, before = await known_run(api, run_id, project)
    results = await results_of(api, owner, before)
    recorded, complete = len(results.rows) - count_untested(results.rows), results.coverage.complete
    cases = many(len(results.rows), "test case", complete=complete)
    name = f"{describe_run(before)} of project {quote(owner.display_name)}"
    results_lost = many(recorded, "recorded result", complete=complete) if recorded else "no recorded result"
    yield Ask(f"Delete {name} with {cases} and {results_lost}? There is no undo.")
    view = await view_run(api, owner, before)
    await api.delete_test_run(owner.id, before.key)
    yield Changed(done=f"Deleted {name}.", before=view)

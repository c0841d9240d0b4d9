"""Reading test cases: filtered lists, and one test case."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field

from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.request import QueryParams
from tools.kit.text import clean
from tools.kit.toolset import Progress, Toolset
from tools.testsigma.client.settings import LookupKind
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.projects import Project
from tools.testsigma.models.test_cases import TestCase
from tools.testsigma.tools.case_view import CaseRow, CaseView, case_names, known_case, names_for_rows
from tools.testsigma.tools.folder_tree import FolderRef, FolderTree, read_tree
from tools.testsigma.tools.identity import CaseId, ProjectOfId, ProjectRef, by_number, is_human_id, known_project
from tools.testsigma.tools.names import LookupName, Name, UserRef, find_label, find_user, lookup_ids, normalized

tool = Toolset(Testsigma)

SHORTEST_SEARCH: Final = 3
FILTERS_IGNORED: Final = "Testsigma did not apply {filters}; rows that do not match are left out here."

Check = Callable[[TestCase], bool]


@dataclass
class CaseFilter:
    """A filter of test cases: the query for the platform, and checks of what it answers."""

    query: QueryParams
    query_checks: Sequence[tuple[str, Check]]
    """Checks of the platform's own filters, with their names in the query."""
    checks: Sequence[Check]

    def fits(self, case: TestCase, missed: set[str]) -> bool:
        """Whether a test case matches; adds to `missed` the platform's filters that it does not match."""
        failed = {name for name, check in self.query_checks if not check(case)}
        missed |= failed
        return not failed and all(check(case) for check in self.checks)


def has_words(text: str) -> Check:
    """Check that each word is in the title, or is the human id."""
    words = text.casefold().split()

    def check(case: TestCase) -> bool:
        title, human_id = clean(case.title or "").casefold(), (case.human_id or "").casefold()
        # A search for HRB-7 finds HRB-70 too.
        return all(word in title or (word == human_id if is_human_id(word) else word in human_id) for word in words)

    return check


def has_value(name: str, values: Collection[str]) -> Check:
    return lambda case: getattr(case, name) in values


async def case_filter(
    api: Testsigma,
    tree: FolderTree,
    *,
    text: str | None = None,
    folder: str | None = None,
    status: str | None = None,
    priority: str | None = None,
    case_type: str | None = None,
    automation: str | None = None,
    label_name: str | None = None,
    owner: str | None = None,
) -> CaseFilter:
    """Resolve the names in a filter.

    The API filters by folder and text only, and silently ignores other parameters.
    """
    query: list[tuple[str, str | int]] = []
    query_checks: list[tuple[str, Check]] = []
    checks: list[Check] = []
    if folder is not None:
        within = tree.within(tree.find_folder(folder).id)
        checks.append(has_value("folder_id", within))
        if len(within) == 1:  # it is not known whether the platform's filter includes subfolders
            query.append(("folder_id", next(iter(within))))
            query_checks.append(("folder_id", checks[-1]))
    if text:
        longest = max(text.split(), key=len, default="")
        if len(longest) >= SHORTEST_SEARCH:
            query.append(("search", longest))
            query_checks.append(("search", has_words(longest)))
        checks.append(has_words(text))
    words: dict[LookupKind, str | None] = {"status": status, "priority": priority, "type": case_type}
    wanted_ids = await lookup_ids(api, words | {"automation": automation})
    checks += [has_value(name, {wanted}) for name, wanted in wanted_ids.items()]
    if label_name is not None:
        wanted_label = normalized((await find_label(api, label_name)).name)
        checks.append(lambda case: wanted_label in {normalized(name) for name in case.labels})
    if owner is not None:
        checks.append(has_value("owner_id", {(await find_user(api, owner)).id}))
    return CaseFilter(query, query_checks, checks)


def ignored_note(missed: set[str]) -> str | None:
    """A note on filters that the platform ignored."""
    return FILTERS_IGNORED.format(filters=" and ".join(sorted(missed))) if missed else None


@tool.reads(full_text_in="get_test_case")
async def list_test_cases(
    api: Testsigma,
    progress: Progress,
    project: ProjectRef,
    text: Annotated[str | None, Field(max_length=200, description="Words of the title, or an id.")] = None,
    folder: Annotated[FolderRef | None, Field(description="Path or UUID; with its subfolders.")] = None,
    status: LookupName | None = None,
    priority: LookupName | None = None,
    case_type: LookupName | None = None,
    automation: LookupName | None = None,
    label: Annotated[Name | None, Field(description="From testsigma_list_labels.")] = None,
    owner: UserRef | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[CaseRow]:
    """List or search a project's test cases."""
    parent = await known_project(api, project)
    tree = await read_tree(api, parent.id)
    wanted = await case_filter(
        api,
        tree,
        text=text,
        folder=folder,
        status=status,
        priority=priority,
        case_type=case_type,
        automation=automation,
        label_name=label,
        owner=owner,
    )
    selection: Selection[TestCase] = Selection(
        by_number,
        limit=limit,
        cursor=cursor,
        filters=[parent.id, text, folder, status, priority, case_type, automation, label, owner],
    )
    missed: set[str] = set()

    def on_row(case: TestCase) -> None:
        if wanted.fits(case, missed):
            selection.offer(case)

    walked = await api.walk_test_cases(parent.id, on_row, filters=wanted.query, progress=progress)
    if folder is not None and tree.coverage.why:
        walked.reasons.append(f"folders: {tree.coverage.why}")
    names = await names_for_rows(api, parent, tree)
    return selection.page(names.row, walked.coverage(selection.matched), ignored_note(missed))


@tool.reads(long_text=True)
async def get_test_case(api: Testsigma, case_id: CaseId, project: ProjectOfId = None) -> CaseView:
    """Read one test case with its steps."""
    owner, case = await known_case(api, case_id, project)
    return (await case_names(api, owner, case)).view(case)


async def case_ids(api: Testsigma, project: Project) -> list[str]:
    """The human ids of a project's test cases, for completion."""
    cases: list[TestCase] = []
    await api.walk_test_cases(project.id, cases.append)
    return [case.key for case in sorted(cases, key=by_number)]

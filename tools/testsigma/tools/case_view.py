"""A test case with names for ids, its steps as a list and its folder as a path."""

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from tools.kit.model import Answer, answer_from
from tools.kit.text import Key, Untrusted
from tools.testsigma.client.settings import LookupKind
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.models.projects import Project
from tools.testsigma.models.step_groups import StepGroup
from tools.testsigma.models.test_cases import TestCase
from tools.testsigma.tools.folder_tree import FolderTree, read_tree
from tools.testsigma.tools.identity import CASE, read_by_id
from tools.testsigma.tools.names import lookup_names, user_names


class CaseRow(Answer):
    """A test case as a list shows it."""

    id: Key
    title: Untrusted | None = None
    folder: Untrusted | None = None
    status: Key | None = None
    priority: Key | None = None
    updated_at: Key | None = None


class StepView(Answer):
    """A step of a test case."""

    action: Untrusted | None = None
    expected: Untrusted | None = None
    step_group: Annotated[Key | None, Field(description="The step group embedded here.")] = None


class CaseView(Answer):
    """A test case with all its fields; it has steps, or a text and an expected text."""

    id: Key
    project: Key | None = None
    title: Untrusted | None = None
    folder: Untrusted | None = None
    status: Key | None = None
    priority: Key | None = None
    type: Key | None = None
    automation: Key | None = None
    owner: Untrusted | None = None
    reviewer: Untrusted | None = None
    labels: list[Untrusted] = Field(default_factory=list)
    template: Key | None = None
    preconditions: Untrusted | None = None
    description: Untrusted | None = None
    steps: list[StepView] = Field(default_factory=list)
    text: Annotated[Untrusted | None, Field(description="Line n belongs to line n of expected_text.")] = None
    expected_text: Untrusted | None = None
    created_at: Key | None = None
    updated_at: Key | None = None


@dataclass
class CaseNames:
    """The names of the things that a project's test cases refer to by id."""

    project: Project
    tree: FolderTree
    lookups: dict[LookupKind, dict[str, str]]
    users: dict[str, str] = field(default_factory=dict)
    groups: dict[str, StepGroup] = field(default_factory=dict)

    def name(self, kind: LookupKind, row_id: str | None) -> str | None:
        """A row's name; its id where the list does not have it."""
        return self.lookups[kind].get(row_id or "") or row_id

    def row(self, case: TestCase) -> CaseRow:
        return CaseRow(
            id=case.key,
            title=case.title,
            folder=self.tree.path(case.folder_id),
            status=self.name("status", case.status_id),
            priority=self.name("priority", case.priority_id),
            updated_at=case.updated_at,
        )

    def view(self, case: TestCase) -> CaseView:
        groups = {group_id: group.key for group_id, group in self.groups.items()}
        steps = [
            StepView(
                action=step.description,
                expected=step.expected,
                step_group=groups.get(step.step_group_id, step.step_group_id) if step.step_group_id else None,
            )
            for step in case.ordered_steps
        ]
        return answer_from(
            CaseView,
            case,
            id=case.key,
            project=self.project.key,
            folder=self.tree.path(case.folder_id),
            status=self.name("status", case.status_id),
            priority=self.name("priority", case.priority_id),
            type=self.name("type", case.type_id),
            automation=self.name("automation", case.automation_type_id),
            owner=self.users.get(case.owner_id or "", case.owner_id),
            reviewer=self.users.get(case.reviewer_id or "", case.reviewer_id),
            template=case.template_type,
            steps=steps,
            text=case.steps,
            expected_text=case.expected_results,
        )


async def names_for_rows(api: Testsigma, project: Project, tree: FolderTree) -> CaseNames:
    """The names that a list shows."""
    kinds: tuple[LookupKind, ...] = ("status", "priority")
    return CaseNames(project, tree, {kind: await lookup_names(api, kind) for kind in kinds})


async def case_names(api: Testsigma, project: Project, case: TestCase) -> CaseNames:
    """The names that one test case shows."""
    kinds: tuple[LookupKind, ...] = ("status", "priority", "type", "automation")
    lookups = {kind: await lookup_names(api, kind) for kind in kinds}
    names = CaseNames(project, await read_tree(api, project.id), lookups, await user_names(api))
    if any(step.step_group_id for step in case.individual_steps or ()):
        groups: list[StepGroup] = []
        await api.walk_step_groups(project.id, groups.append)
        names.groups = {group.id: group for group in groups}
    return names


async def known_case(api: Testsigma, case_id: str, project: str | None) -> tuple[Project, TestCase]:
    """Read a test case and its project."""
    return await read_by_id(api, CASE, api.test_case, case_id, project)

"""Tests and suites shared into other projects, where copies follow the originals."""

from collections.abc import Awaitable
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.errors import NotFound, Refused
from tools.kit.model import Answer
from tools.kit.question import render_list
from tools.kit.text import Key, given, many, quote
from tools.kit.together import gather
from tools.kit.toolset import Toolset
from tools.testomatio.client.credentials import OF_A_PROJECT, TOKEN
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import SuiteId, TestId
from tools.testomatio.models.requirements import Queued
from tools.testomatio.models.suites import Suite
from tools.testomatio.models.tests import Test
from tools.testomatio.models.values import Named
from tools.testomatio.tools.label_values import Labels, LabelValue, resolve_labels
from tools.testomatio.tools.placing import describe, holder_of_suites, holder_of_tests, known_suite, known_test
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import bare_id, place

tool = Toolset(Testomatio, needs="api")

Slug = Annotated[str, Field(min_length=1, max_length=100, description="Slug of the other project.")]


class Shared(Answer):
    """A share that the platform has queued."""

    done: str
    status: Key | None = None
    skipped_test_ids: list[Key] = Field(default_factory=list, description="Left out, since they are copies themselves.")
    next: str = "The platform copies shortly; testomatio_get_suite_tree of the other project shows the copies."


def sees_others(api: Testomatio) -> bool:
    """Whether the token can open other projects; a project token cannot."""
    return not api.account.secret(TOKEN).startswith(OF_A_PROJECT)


def check_share(ids: list[str] | None, labels: list[str] | None, project: str, targets: list[str]) -> None:
    """Check that there is something to share, and another project to share it into.

    Raises:
        Refused: when either is missing.
    """
    if not ids and not labels:
        raise Refused("Say what to share: ids, labels, or both.")
    if project in targets:
        raise Refused("A project cannot share into itself.")


async def _read_thing(api: Testomatio, project: str, kind: str, number: str) -> Test | Suite:
    return await (known_test(api, project, number, []) if kind == "test" else known_suite(api, project, number, []))


async def _describe_shared(
    api: Testomatio, project: str, kind: str, ids: list[str] | None, labels: list[LabelValue]
) -> str:
    """What is shared, as the question says it: the first five with their titles."""
    parts = []
    if ids:
        first = await gather([partial(_read_thing, api, project, kind, one) for one in ids[:5]])
        parts.append(f"{many(len(ids), kind)} ({', '.join([*map(describe, first), *map(given, ids[5:])])})")
    if labels:
        parts.append(f"every {kind} labelled {', '.join(quote(one.by_title) for one in labels)}")
    return " and ".join(parts)


@tool.writes(idempotent=True, verify_with=None)
async def share_tests(
    api: Testomatio,
    target_project: Slug,
    target_suite_id: Annotated[SuiteId, Field(description="Id of a suite there that holds tests.")],
    test_ids: Annotated[list[TestId] | None, Field(max_length=1000, description="From testomatio_list_tests.")] = None,
    labels: Labels = None,
    project: ProjectSlug = None,
) -> Asking[Shared]:
    """Share tests into a suite of another project, by ids or by labels. Asks the user first."""
    slug = api.project_of(project)
    check_share(test_ids, labels, slug, [target_project])
    suite = given(target_suite_id)
    if sees_others(api):
        suite = describe(await holder_of_tests(api, target_project, target_suite_id, []))
    wanted = await resolve_labels(api, slug, labels)
    shared = await _describe_shared(api, slug, "test", test_ids, wanted)
    yield Ask(
        f"Share {shared} of {place(slug)} into suite {suite} of project {given(target_project)}? "
        "Its members see copies that follow the originals."
    )
    fields: dict[str, Any] = {"target_project_id": target_project, "target_suite_id": target_suite_id}
    fields |= {"test_ids": test_ids} if test_ids else {}
    fields |= {"labels": [one.by_slug for one in wanted]} if wanted else {}
    yield await _send(api.share_tests(slug, fields), [target_project])


@tool.writes(idempotent=True, verify_with=None)
async def share_suites(
    api: Testomatio,
    target_projects: Annotated[
        list[Slug], Field(min_length=1, max_length=20, description="Slugs of the other projects.")
    ],
    suite_ids: Annotated[list[SuiteId] | None, Field(max_length=200, description="Suites or folders to share.")] = None,
    labels: Labels = None,
    destination_folder_id: Annotated[
        SuiteId | None, Field(description="Folder there; one target only. Default: top level.")
    ] = None,
    project: ProjectSlug = None,
) -> Asking[Shared]:
    """Share suites or whole folders into other projects. Asks the user first."""
    slug = api.project_of(project)
    check_share(suite_ids, labels, slug, target_projects)
    where = f"project {render_list(target_projects)}"
    if destination_folder_id is not None:
        if len(target_projects) != 1:
            raise Refused("destination_folder_id goes with one target project only.")
        folder = given(destination_folder_id)
        if sees_others(api):
            folder = describe(await holder_of_suites(api, target_projects[0], destination_folder_id, []))
        where = f"folder {folder} of {where}"
    wanted = await resolve_labels(api, slug, labels)
    shared = await _describe_shared(api, slug, "suite", suite_ids, wanted)
    yield Ask(
        f"Share {shared} of {place(slug)} into {where}? Suites of tests stay linked, folders are copied with all below "
        "them; the members there see them."
    )
    fields: dict[str, Any] = {"target_project_ids": target_projects}
    fields |= {"suite_ids": suite_ids} if suite_ids else {}
    fields |= {"destination_folder_id": destination_folder_id} if destination_folder_id else {}
    fields |= {"labels": [one.by_slug for one in wanted]} if wanted else {}
    yield await _send(api.share_suites(slug, fields), target_projects)


async def _send(sent: Awaitable[Queued], targets: list[str]) -> Shared:
    """Send a share; a 404 means that something of the target project is missing."""
    try:
        queued = await sent
    except NotFound as error:
        raise NotFound(
            f"The user of this token sees no project {', '.join(targets)[:200]!r}, or not the suite in it. "
            "testomatio_list_projects shows the projects that the user sees.",
            status=404,
            words=error.words,
        ) from error
    return Shared(done="Accepted.", status=queued.status, skipped_test_ids=queued.skipped_test_ids)


@tool.destroys(idempotent=True, verify_with="get_test")
async def unshare(
    api: Testomatio,
    kind: Annotated[Literal["test", "suite"], Field(description="What copy_id belongs to.")],
    copy_id: Annotated[str, Field(min_length=1, max_length=40, description="Id of the copy in project.")],
    project: ProjectSlug = None,
) -> Asking[Changed[Named]]:
    """Detach a shared copy, a test or suite, from its original. Asks the user first."""
    slug = api.project_of(project)
    copy = await _read_thing(api, slug, kind, bare_id(kind, copy_id))
    if copy.is_shared is False:
        raise Refused(
            f"{kind.capitalize()} {describe(copy)} is no shared copy. A share ends in the project that holds the copy."
        )
    yield Ask(
        f"Detach the shared {kind} {describe(copy)} of {place(slug)} from its original? It no longer follows it. "
        "There is no undo."
    )
    await (api.unshare_test(slug, copy.id) if kind == "test" else api.unshare_suite(slug, copy.id))
    yield Changed[Named](done=f"The {kind} no longer follows the original.", now=Named(id=copy.id, title=copy.title))

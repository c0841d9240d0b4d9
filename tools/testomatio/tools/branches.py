"""Branches of a project's tests, and milestones."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.errors import PlatformError
from tools.kit.page import Coverage, Cursor, Limit, Page
from tools.kit.question import join_counts
from tools.kit.text import many, quote, word
from tools.kit.toolset import Progress, Toolset
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.requirements import Branch, Milestone
from tools.testomatio.tools.link_calls import known_milestone
from tools.testomatio.tools.paging import page_from
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import Pairs, found_in, gated, of_project, place
from tools.testomatio.tools.words import seen_instead

tool = Toolset(Testomatio, needs="api")

Slug = Annotated[str, Field(min_length=1, max_length=100, description="From testomatio_list_branches.")]
Title = Annotated[str, Field(min_length=1, max_length=200, description="Such as Coupon rework.")]


@contextmanager
def explaining_plans() -> Iterator[None]:
    """Say with a bare 403 that only larger plans have branches."""
    try:
        yield
    except PlatformError as error:
        if (explained := gated(error)) is error:
            raise
        raise explained from error


async def known_branch(api: Testomatio, project: str, slug: str) -> Branch:
    """Read a branch, or say where slugs come from."""
    with explaining_plans():
        where = "testomatio_list_branches shows slugs."
        return await found_in(api, project, api.branch(project, slug), f"branch {slug[:60]!r}", where)


@tool.reads()
async def list_branches(
    api: Testomatio,
    progress: Progress,
    state: Annotated[Literal["active", "merged"] | None, Field(description="Default: both.")] = None,
    title: Annotated[str | None, Field(max_length=200, description="Part of the title.")] = None,
    branch: Annotated[str | None, Field(max_length=100, description="Slug of the only one to show.")] = None,
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Branch]:
    """List the branches of a project's tests, with tests and suites counted."""
    slug = api.project_of(project)
    if branch is not None:
        with explaining_plans():
            what, where = f"branch {branch[:60]!r}", "Without branch all are listed."
            only = await found_in(api, slug, api.branch(slug, branch), what, where)
        coverage = Coverage(total=1, loaded=1, matched=1, complete=True)
        return Page(items=[only], coverage=coverage, next_cursor=None)
    query: Pairs = [(f"filter[{name}]", value) for name, value in (("state", state), ("title", title)) if value]

    fetch = partial(api.branches_page, slug, query)
    with of_project(slug), explaining_plans():
        return await page_from(fetch, limit=limit, cursor=cursor, progress=progress, of=[slug, query])


@tool.writes(idempotent=False, verify_with="list_branches")
async def create_branch(api: Testomatio, title: Title, project: ProjectSlug = None) -> Changed[Branch]:
    """Create a branch of the tests; other tools take its slug as branch."""
    slug = api.project_of(project)
    with of_project(slug), explaining_plans():
        return Changed[Branch](done="Created.", now=await api.create_branch(slug, title))


@tool.writes(idempotent=True, verify_with="list_branches")
async def rename_branch(api: Testomatio, branch: Slug, title: Title, project: ProjectSlug = None) -> Changed[Branch]:
    """Change the title of a branch; its slug stays."""
    slug = api.project_of(project)
    before = await known_branch(api, slug, branch)
    await api.rename_branch(slug, branch, title)
    return Changed[Branch](done="Renamed.", now=await known_branch(api, slug, branch), before=before)


@tool.destroys(idempotent=True, verify_with="list_branches", typed=True)
async def delete_branch(api: Testomatio, branch: Slug, project: ProjectSlug = None) -> Asking[Changed[Branch]]:
    """Delete a branch with its own tests and suites. Asks the user first."""
    slug = api.project_of(project)
    before = await known_branch(api, slug, branch)
    own = join_counts(
        *(
            f"{name} that were not counted" if count is None else many(count, name.removesuffix("s"))
            for name, count in (("tests", before.tests_count), ("suites", before.suites_count))
        )
    )
    yield Ask(
        f"Delete branch {quote(before.title or before.slug)} ({word(before.slug)}, "
        f"{word(before.state or 'state unknown')}) of {place(slug)}{f' with its own {own}' if own else ''}? "
        "What was not merged is lost. There is no undo.",
        typed=(before.title or before.slug) if own else None,
    )
    await api.delete_branch(slug, branch)
    done = f"Deleted branch {quote(before.title or '')} ({word(before.slug)}) of {place(slug)}."
    yield Changed[Branch](done=done, before=before)


@tool.reads(full_text_in="get_milestone")
async def list_milestones(
    api: Testomatio,
    progress: Progress,
    type: Annotated[str | None, Field(max_length=100, description="Such as Sprint.")] = None,  # noqa: A002 - their name
    status: Annotated[Literal["created", "active", "closed"] | None, Field(description="Default: all.")] = None,
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Milestone]:
    """List the milestones of a project; testomatio_add_links puts tests and suites under one."""
    slug = api.project_of(project)
    query: Pairs = [(name, value) for name, value in (("type", type), ("status", status)) if value]

    fetch = partial(api.milestones_page, slug, query)
    with of_project(slug):
        page = await page_from(fetch, limit=limit, cursor=cursor, progress=progress, of=[slug, query])
    if type and page.coverage.matched == 0 and cursor is None:
        page.note = await seen_instead("type", type, lambda n: api.milestones_page(slug, [], n), lambda one: one.type)
    return page


@tool.reads(long_text=True)
async def get_milestone(
    api: Testomatio,
    milestone: Annotated[str, Field(min_length=1, max_length=200, description="Slug or title.")],
    project: ProjectSlug = None,
) -> Milestone:
    """Read one milestone with its dates."""
    return await known_milestone(api, api.project_of(project), milestone)

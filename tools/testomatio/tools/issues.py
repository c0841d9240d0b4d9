"""Tracker issues linked to tests, suites, runs, results and plans."""

from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.errors import Refused
from tools.kit.page import Cursor, Limit, Page
from tools.kit.text import quote, word
from tools.kit.toolset import Progress, Toolset
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.documents import Listed
from tools.testomatio.models.issues import Issue
from tools.testomatio.tools.paging import drain, page_from
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import Kind, Pairs, found_in, missing, place, targeted
from tools.testomatio.tools.words import seen_instead

tool = Toolset(Testomatio, needs="api")

IssueType = Annotated[Literal["issue", "jira_issue"], Field(description="From testomatio_list_issues.")]
TargetId = Annotated[str, Field(min_length=1, max_length=40, description="Its id.")]
MOST_PAGES = 100


async def issues_of(api: Testomatio, project: str, query: Pairs, page: int) -> Listed[Issue]:
    """A page of links, or the error for a target that does not exist."""
    targets = ((name.removesuffix("_id"), str(value)[:40]) for name, value in query if name.endswith("_id"))
    what = ", ".join(f"{name} {value!r}" for name, value in targets) or "issues"
    where = "See that target and target_id fit together."
    return await found_in(api, project, api.issues_page(project, query, page), what, where)


@tool.reads()
async def list_issues(
    api: Testomatio,
    progress: Progress,
    target: Annotated[Kind | None, Field(description="With target_id: issues of one thing only.")] = None,
    target_id: TargetId | None = None,
    source: Annotated[str | None, Field(max_length=40, description="Tracker, such as jira, github, linear.")] = None,
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Issue]:
    """List the tracker issues (bugs) linked in a project, or to one test, suite, run, result or plan."""
    slug = api.project_of(project)
    if (target is None) != (target_id is None):
        raise Refused("target and target_id go together: give both or neither.")
    of_target: Pairs = targeted(target, target_id) if target is not None and target_id is not None else []
    source = source.strip().casefold() if source else None
    query = of_target + ([("source", source)] if source else [])

    fetch = partial(issues_of, api, slug, query)
    page = await page_from(fetch, limit=limit, cursor=cursor, progress=progress, of=[slug, query])
    if source and page.coverage.matched == 0 and cursor is None:
        page.note = await seen_instead(
            "source", source, lambda n: issues_of(api, slug, of_target, n), lambda one: one.source
        )
    return page


@tool.writes(idempotent=True, verify_with="list_issues")
async def link_issue(
    api: Testomatio,
    target: Kind,
    target_id: TargetId,
    url: Annotated[str | None, Field(max_length=1000, description="Of any tracker.")] = None,
    jira_id: Annotated[str | None, Field(max_length=100, description="Such as SHOP-412.")] = None,
    project: ProjectSlug = None,
) -> Changed[Issue]:
    """Link one issue, by url or jira_id, to a test, suite, run, result or plan."""
    slug = api.project_of(project)
    if (url is None) == (jira_id is None):
        raise Refused("Give exactly one of url and jira_id.")
    if url is not None and not url.lower().startswith(("https://", "http://")):
        raise Refused("url takes the whole address of an issue, with https://.")
    query = targeted(target, target_id)
    linked = (await drain(lambda page: issues_of(api, slug, query, page))).rows
    for issue in linked:
        if (url is not None and issue.url == url) or (jira_id is not None and issue.jira_id == jira_id):
            return Changed[Issue](done="It was linked already. Nothing was sent.", now=issue)
    body = {"url": url} if url is not None else {"jira_id": jira_id or ""}
    return Changed[Issue](done="Linked.", now=await api.link_issue(slug, query, body))


async def known_issue(api: Testomatio, project: str, issue_id: int, issue_type: str) -> Issue:
    """Find a link by its id and type among all links, since the API cannot read one.

    Raises:
        NotFound: when the project has no such link.
    """
    links = await drain(lambda page: issues_of(api, project, [], page), most_pages=MOST_PAGES)
    for issue in links.rows:
        if issue.id == issue_id and (issue.type or "issue") == issue_type:
            return issue
    what = f"linked issue {issue_id} of the type {issue_type}"
    raise await missing(api, project, what, "testomatio_list_issues shows ids and types.")


def linked_to(issue: Issue) -> str:
    """What an issue is linked to, as questions and answers name it."""
    if not issue.resource_type:
        return "what it is linked to"
    return f"{word(issue.resource_type)} {word(issue.resource_id)}" if issue.resource_id else word(issue.resource_type)


@tool.destroys(idempotent=True, verify_with="list_issues")
async def unlink_issue(
    api: Testomatio,
    issue_id: Annotated[int, Field(gt=0, le=2**53, description="From testomatio_list_issues.")],
    issue_type: IssueType,
    project: ProjectSlug = None,
) -> Asking[Changed[Issue]]:
    """Remove the link to an issue; the issue stays in its tracker. Asks the user first."""
    slug = api.project_of(project)
    before = await known_issue(api, slug, issue_id, issue_type)
    where = f"from {linked_to(before)} of {place(slug)}"
    yield Ask(
        f"Unlink issue {quote(before.name)} ({issue_type.replace('_', ' ')} {issue_id}) {where}? "
        "The issue itself stays in its tracker; there is no undo but to link it again."
    )
    await api.unlink_issue(slug, issue_id, issue_type)
    yield Changed[Issue](done=f"Unlinked {quote(before.name)} {where}.", before=before)

"""Comments on tests, suites, runs and results, and the members who write them."""

from collections.abc import Awaitable
from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, apply_edits, text_fields
from tools.kit.errors import NotFound
from tools.kit.page import Coverage, Cursor, Limit, Page
from tools.kit.text import given as given_text
from tools.kit.text import quote, word
from tools.kit.toolset import Progress, Toolset
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.documents import Listed
from tools.testomatio.models.web import Comment, User
from tools.testomatio.tools.issues import TargetId
from tools.testomatio.tools.paging import drain, page_from
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import bare_id, found_in, given_fields, of_project, place, targeted
from tools.testomatio.tools.suite_tree import WEB_PAGE

web = Toolset(Testomatio, needs="web")

Kind = Annotated[Literal["test", "suite", "run", "testrun"], Field(description="testrun: a result.")]
CommentId = Annotated[str, Field(min_length=1, max_length=40, description="From testomatio_list_comments.")]
FIT = "See that target and target_id fit together."
Body = Annotated[str, Field(min_length=1, max_length=20_000, description="Markdown.")]


async def comments_of(api: Testomatio, project: str, target: str, target_id: str, page: int) -> Listed[Comment]:
    """A page of the comments on a target, or the error for a target that does not exist."""
    what = f"{target} {bare_id(target, target_id)[:40]!r}"
    return await found_in(api, project, api.comments_page(project, targeted(target, target_id), page), what, FIT)


async def check_target(api: Testomatio, project: str, target: Kind, target_id: str) -> None:
    """Check that a target without comments exists: for a missing one the platform lists no comments either."""
    bare = bare_id(target, target_id)
    read: Awaitable[object]
    if target == "testrun":
        read = api.web_result(project, int(bare))
    else:
        read = {"test": api.web_test, "suite": api.web_suite, "run": api.web_run}[target](project, bare)
    await found_in(api, project, read, f"{target} {bare[:40]!r}", FIT)


@web.reads(long_text=True)
async def list_comments(
    api: Testomatio,
    progress: Progress,
    target: Kind,
    target_id: TargetId,
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Comment]:
    """List the comments on a test, suite, run or result (testrun)."""
    slug = api.project_of(project)

    page: Page[Comment] = await page_from(
        partial(comments_of, api, slug, target, target_id),
        limit=limit,
        cursor=cursor,
        per_page=WEB_PAGE,
        progress=progress,
        of=[slug, target, target_id],
    )
    if not page.items and cursor is None:
        await check_target(api, slug, target, target_id)
    return page


@web.writes(idempotent=False, verify_with="list_comments")
async def create_comment(
    api: Testomatio, target: Kind, target_id: TargetId, body: Body, project: ProjectSlug = None
) -> Changed[Comment]:
    """Comment on a test, suite, run or result, under your name."""
    slug, bare = api.project_of(project), bare_id(target, target_id)
    await comments_of(api, slug, target, target_id, 1)
    sent = api.create_comment(slug, {"body": body, f"{target}_id": bare})
    await found_in(api, slug, sent, f"{target} {bare[:40]!r}", FIT)
    return Changed[Comment](done=f"Commented on {target} {given_text(bare)} of {place(slug)}.")


async def known_comment(api: Testomatio, project: str, target: str, target_id: str, comment_id: str) -> Comment:
    """Find a comment among those of its target, since the API cannot read one by its id."""
    fetch = partial(comments_of, api, project, target, target_id)
    comments = await drain(fetch, most_pages=100, per_page=WEB_PAGE)
    for comment in comments.rows:
        if comment.id == comment_id:
            return comment
    raise NotFound(
        f"{target.capitalize()} {bare_id(target, target_id)[:40]} has no comment {comment_id[:40]!r}. "
        "testomatio_list_comments shows ids.",
        status=404,
    )


@web.writes(idempotent=True, verify_with="list_comments")
async def update_comment(
    api: Testomatio,
    target: Kind,
    target_id: TargetId,
    comment_id: CommentId,
    body: Body | None = None,
    edits: Edits = None,
    project: ProjectSlug = None,
) -> Changed[Comment]:
    """Change the text of a comment."""
    fields = given_fields(body=body, edits=edits)
    slug = api.project_of(project)
    before = await known_comment(api, slug, target, target_id, comment_id)
    fields |= apply_edits(text_fields(before, "body"), fields.pop("edits", None), fields)
    await api.update_comment(slug, comment_id, fields["body"])
    done = f"Changed comment {word(before.id)} on {target} {given_text(bare_id(target, target_id))} of {place(slug)}."
    return Changed[Comment](done=done, before=before)


@web.destroys(idempotent=True, verify_with="list_comments")
async def delete_comment(
    api: Testomatio, target: Kind, target_id: TargetId, comment_id: CommentId, project: ProjectSlug = None
) -> Asking[Changed[Comment]]:
    """Delete a comment. Asks the user first."""
    slug, bare = api.project_of(project), bare_id(target, target_id)
    before = await known_comment(api, slug, target, target_id, comment_id)
    author = f" by {quote(before.created_by)}" if before.created_by else ""
    where = f"on {target} {given_text(bare)} of {place(slug)}"
    yield Ask(
        f"Delete comment {word(before.id)}{author} {where}: {quote(before.body or '', at_most=300)}? There is no undo."
    )
    await api.delete_comment(slug, comment_id)
    yield Changed[Comment](done=f"Deleted comment {word(before.id)} {where}.", before=before)


@web.reads()
async def list_users(
    api: Testomatio,
    progress: Progress,
    text: Annotated[str | None, Field(max_length=100, description="Part of the name or e-mail.")] = None,
    user_id: Annotated[str | None, Field(max_length=40, description="Id of the only one to show.")] = None,
    project: ProjectSlug = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[User]:
    """List the members of a project: e-mail for assigned_to, name for TQL, id for filters of results."""
    slug, words = api.project_of(project), (text or "").casefold()
    if user_id is not None:
        where = "testomatio_list_users without user_id shows ids."
        user = await found_in(api, slug, api.user(slug, user_id), f"member {user_id!r}", where)
        coverage = Coverage(total=1, loaded=1, matched=1, complete=True)
        return Page(items=[user], coverage=coverage, next_cursor=None)

    def fits(user: User) -> bool:
        return words in f"{user.name or ''} {user.email or ''}".casefold()

    with of_project(slug):
        return await page_from(
            partial(api.users_page, slug),
            limit=limit,
            cursor=cursor,
            fits=fits,
            per_page=WEB_PAGE,
            progress=progress,
            of=[slug, text],
        )

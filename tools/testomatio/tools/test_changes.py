"""Create, change, move and delete one test; what was written is read back."""

from typing import Annotated, Any, TypeVar

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, apply_edits, text_fields
from tools.kit.errors import NotFound, Refused
from tools.kit.question import join_counts
from tools.kit.text import many
from tools.kit.toolset import Toolset
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import SuiteId, TestId
from tools.testomatio.models.suites import Suite
from tools.testomatio.models.tests import Test, tags_in
from tools.testomatio.tools.label_values import Labels, resolve_labels
from tools.testomatio.tools.link_calls import lost_labels
from tools.testomatio.tools.names import SUITE, SuiteRef
from tools.testomatio.tools.placing import describe, holder_of_tests, known_suite, known_test
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import Branch, given_fields, missing, not_applied, on_branch, place
from tools.testomatio.tools.tests import Priority, State, Tags, TestRow, row_of_test

tool = Toolset(Testomatio, needs="api")

T = TypeVar("T", Test, Suite)

Title = Annotated[str, Field(min_length=1, max_length=500, description="@word in it is a tag.")]
Markdown = Annotated[str | None, Field(max_length=50_000, description="Markdown.")]
TestText = Annotated[
    str | None,
    Field(max_length=50_000, description="Markdown: numbered steps, below each *Expected*: and the result."),
]
Email = Annotated[str | None, Field(max_length=200, description="E-mail of a member.")]
Emoji = Annotated[str | None, Field(max_length=20, description="Icon before the title.")]
Code = Annotated[str | None, Field(max_length=50_000, description="Source code of an automated test.")]


def with_tags(title: str, tags: list[str] | None) -> str:
    """A title with the tags appended that it does not contain yet."""
    present = set(tags_in(title))
    return " ".join(
        [title.strip(), *(f"@{tag}" for one in tags or () if (tag := one.removeprefix("@")) not in present)]
    )


def checked_email(person: str | None) -> str | None:
    """A person by e-mail address, as requests name them.

    Raises:
        Refused: for a name.
    """
    if person and "@" not in person:
        raise Refused(
            f"Give the person by e-mail address, not as {person[:60]!r}; testomatio_list_users shows addresses."
        )
    return person


def without_suite(error: NotFound, suite_id: str) -> NotFound:
    """The error for `Suite is required`, the platform's answer for a suite that does not exist."""
    return NotFound(
        f"Testomat.io knows no suite {suite_id[:40]!r} to put tests into (404): it has just been deleted. "
        "testomatio_get_suite_tree shows suites.",
        status=404,
        words=error.words,
    )


@tool.writes(idempotent=False, verify_with="list_tests")
async def create_test(
    api: Testomatio,
    suite_id: SuiteRef,
    title: Title,
    description: TestText = None,
    priority: Priority | None = None,
    state: State | None = None,
    assigned_to: Email = None,
    tags: Tags = None,
    labels: Labels = None,
    code: Code = None,
    emoji: Emoji = None,
    branch: Branch = None,
    project: ProjectSlug = None,
) -> Changed[TestRow]:
    """Create one test in a suite that holds tests; testomatio_create_tests makes several."""
    slug = api.project_of(project)
    fields: dict[str, Any] = given_fields(
        suite_id=suite_id,
        title=with_tags(title, tags),
        description=description,
        priority=priority,
        state=state,
        assigned_to=checked_email(assigned_to) or None,
        code=code,
        emoji=emoji,
    )
    wanted = await resolve_labels(api, slug, labels)
    query = await on_branch(api, slug, branch)
    await holder_of_tests(api, slug, suite_id, query)
    if wanted:
        fields["link"] = [one.link("add") for one in wanted]
    try:
        made = await api.create_test(slug, fields, query)
    except NotFound as error:
        raise without_suite(error, suite_id) from error
    if not wanted:
        return Changed[TestRow](done="Created.", now=row_of_test(made))
    after = await api.test(slug, made.id, query)
    lost = lost_labels(after.labels, wanted)
    return Changed[TestRow](
        done="Created." if not lost else "Created, but the platform accepted its labels and did not apply all.",
        now=row_of_test(after),
        not_applied=lost,
        next="testomatio_add_links tries the labels again." if lost else None,
    )


@tool.writes(idempotent=True, verify_with="get_test")
async def update_test(
    api: Testomatio,
    test_id: TestId,
    title: Annotated[str | None, Field(min_length=1, max_length=500, description="All of it, tags too.")] = None,
    description: TestText = None,
    suite_id: Annotated[SuiteId | None, SUITE, Field(description="Suite to move it into.")] = None,
    priority: Priority | None = None,
    state: State | None = None,
    assigned_to: Annotated[Email, Field(description="E-mail of a member; empty: nobody.")] = None,
    code: Code = None,
    emoji: Emoji = None,
    edits: Edits = None,
    branch: Branch = None,
    project: ProjectSlug = None,
) -> Changed[Test]:
    """Change or move one test; omitted fields stay. Labels: testomatio_add_links, testomatio_remove_links."""
    slug = api.project_of(project)
    fields: dict[str, Any] = given_fields(
        title=title,
        description=description,
        suite_id=suite_id,
        priority=priority,
        state=state,
        assigned_to=checked_email(assigned_to),
        code=code,
        emoji=emoji,
        edits=edits,
    )
    fields |= {"assigned_to": None} if assigned_to == "" else {}
    query = await on_branch(api, slug, branch)
    before = own("Test", await known_test(api, slug, test_id, query))
    fields |= apply_edits(text_fields(before, "title", "description", "code"), fields.pop("edits", None), fields)
    if suite_id is not None and suite_id != before.suite_id:
        await holder_of_tests(api, slug, suite_id, query)
    try:
        await api.update_test(slug, test_id, fields, query)
    except NotFound as error:
        if suite_id is not None and "suite" in error.words.casefold():
            raise without_suite(error, suite_id) from error
        raise await missing(api, slug, f"test {test_id[:40]!r}", "testomatio_list_tests shows ids.") from error
    after = await api.test(slug, test_id, query)
    left = not_applied(fields, after)
    done = f"Changed{f', on branch {branch} only' if query else ''}."
    if left:
        done = f"Sent, but not applied: {', '.join(left)}."
    return Changed[Test](done=done, now=after, before=before, not_applied=left)


def own(kind: str, thing: T) -> T:
    """A test or a suite that belongs to this project.

    Raises:
        Refused: for a copy shared from another project.
    """
    if thing.is_shared:
        raise Refused(
            f"{kind} {describe(thing)} is a copy shared from another project, and is changed there. "
            "testomatio_unshare detaches it."
        )
    return thing


@tool.destroys(idempotent=True, verify_with="list_tests")
async def delete_test(
    api: Testomatio, test_id: TestId, branch: Branch = None, project: ProjectSlug = None
) -> Asking[Changed[Test]]:
    """Delete one test. Asks the user first."""
    slug = api.project_of(project)
    query = await on_branch(api, slug, branch)
    before = await known_test(api, slug, test_id, query)
    suite = await known_suite(api, slug, before.suite_id, query) if before.suite_id else None
    issues = (await api.issues_page(slug, [("test_id", before.id), ("count", "true")], 1)).meta.total
    lost = join_counts(
        "its description",
        many(len(before.labels), "label"),
        "linked issues, which were not counted" if issues is None else many(issues, "linked issue"),
    )
    yield Ask(
        f"Delete test {describe(before)}{f' of suite {describe(suite)}' if suite is not None else ''} in "
        f"{place(slug, branch)}, with {lost}? "
        + ("Only that branch loses it. " if query else "")
        + "There is no undo through the API."
    )
    await api.delete_test(slug, test_id, query)
    yield Changed[Test](done=f"Deleted test {describe(before)} of {place(slug, branch)}.", before=before)

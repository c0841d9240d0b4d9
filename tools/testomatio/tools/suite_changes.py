"""Create, change, move and delete suites; a move into itself is refused before anything is sent."""

import re
from typing import Annotated, Any

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, apply_edits, text_fields
from tools.kit.errors import Refused
from tools.kit.question import join_counts
from tools.kit.text import many, quote
from tools.kit.toolset import Toolset
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import SuiteId
from tools.testomatio.models.suites import Suite
from tools.testomatio.tools.forest import build_forest, read_forest
from tools.testomatio.tools.label_values import Labels, resolve_labels
from tools.testomatio.tools.link_calls import lost_labels
from tools.testomatio.tools.names import SUITE, SuiteRef
from tools.testomatio.tools.placing import describe, holder_of_suites, known_suite
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import Branch, found_in, given_fields, not_applied, of_project, on_branch, place
from tools.testomatio.tools.suite_tree import tests_below
from tools.testomatio.tools.suites import FileType, SuiteRow, row_of_suite
from tools.testomatio.tools.test_changes import Email, Emoji, Markdown, checked_email, own

tool = Toolset(Testomatio, needs="api")

TOP = "top"
MOST_LINES = 200
_ITEM = re.compile(r"(\s*)(?:[-*+]\s+)?(\S.*)")

Title = Annotated[str, Field(min_length=1, max_length=300, description="Such as Coupons; @word in it is a tag.")]


def parse_outline(text: str) -> list[dict[str, Any]]:
    """The suites of an outline: one title per line, indented below its parent.

    Raises:
        Refused: for an empty or very long outline, and for a line that is indented less than the first.
    """
    text = text if "\n" in text else text.replace("\\n", "\n")  # some hosts escape line breaks twice
    lines = [line.expandtabs(2) for line in text.splitlines() if line.strip()]
    if not 1 <= len(lines) <= MOST_LINES:
        raise Refused(f"An outline has 1 to {MOST_LINES} lines, with one title each.")
    roots: list[dict[str, Any]] = []
    path: list[tuple[int, dict[str, Any]]] = []
    for line in lines:
        found = _ITEM.fullmatch(line.rstrip())
        indent, title = (len(found[1]), found[2]) if found else (0, line.strip())
        while path and path[-1][0] >= indent:
            path.pop()
        if not path and roots and indent < len(lines[0]) - len(lines[0].lstrip()):
            raise Refused(f"The line {title[:60]!r} is indented less than the first one.")
        suite: dict[str, Any] = {"title": title}
        (path[-1][1].setdefault("children", []) if path else roots).append(suite)
        path.append((indent, suite))
    return roots


class MadeSuite(SuiteRow):
    """A new suite, with the suites below it."""

    suites: list[SuiteRow] = Field(default_factory=list, description="All suites below it.")


@tool.writes(idempotent=False, verify_with="list_suites")
async def create_suite(
    api: Testomatio,
    title: Title,
    parent_id: Annotated[SuiteId | None, SUITE, Field(description="Folder to put it into; default: top level.")] = None,
    kind: Annotated[FileType | None, Field(description="file (default): of tests; folder: of suites.")] = None,
    outline: Annotated[
        str | None, Field(max_length=20_000, description="Suites below: a title a line, indented.")
    ] = None,
    description: Markdown = None,
    assigned_to: Email = None,
    labels: Labels = None,
    emoji: Emoji = None,
    branch: Branch = None,
    project: ProjectSlug = None,
) -> Changed[MadeSuite]:
    """Create a suite or folder; with outline, a whole tree of suites."""
    slug = api.project_of(project)
    if outline is not None and kind == "file":
        raise Refused("A suite of kind file holds no suites; leave kind out to use outline.")
    fields = given_fields(
        title=title,
        parent_id=parent_id,
        file_type="folder" if outline is not None else kind,
        children=parse_outline(outline) if outline is not None else None,
        description=description,
        assigned_to=checked_email(assigned_to) or None,
        emoji=emoji,
    )
    wanted = await resolve_labels(api, slug, labels)
    query = await on_branch(api, slug, branch)
    if parent_id is not None:
        await holder_of_suites(api, slug, parent_id, query)
    if wanted:
        fields["link"] = [one.link("add") for one in wanted]
    with of_project(slug):
        made = await api.create_suite(slug, fields, query)
    after = await api.suite(slug, made.id, query) if wanted else made
    lost = lost_labels(after.labels, wanted)
    forest = build_forest([made])
    return Changed[MadeSuite](
        done="Created." if not lost else "Created, but the platform accepted its labels and did not apply all.",
        now=MadeSuite(
            **dict(row_of_suite(forest, made)), suites=[row_of_suite(forest, one) for _, one in forest.below(made.id)]
        ),
        not_applied=lost,
        next="testomatio_add_links tries the labels again." if lost else "testomatio_create_tests adds tests.",
    )


@tool.writes(idempotent=True, verify_with="get_suite")
async def update_suite(
    api: Testomatio,
    suite_id: SuiteRef,
    title: Title | None = None,
    parent_id: Annotated[SuiteId | None, Field(description=f"Folder to move it into; {TOP}: to the top level.")] = None,
    description: Markdown = None,
    assigned_to: Annotated[Email, Field(description="E-mail of a member; empty: nobody.")] = None,
    emoji: Emoji = None,
    edits: Edits = None,
    branch: Branch = None,
    project: ProjectSlug = None,
) -> Changed[Suite]:
    """Change or move a suite with all below it; omitted fields stay. Labels: testomatio_add_links."""
    slug = api.project_of(project)
    fields: dict[str, Any] = given_fields(
        title=title,
        parent_id=parent_id,
        description=description,
        assigned_to=checked_email(assigned_to),
        emoji=emoji,
        edits=edits,
    )
    fields |= {"assigned_to": None} if assigned_to == "" else {}
    query = await on_branch(api, slug, branch)
    before = own("Suite", await known_suite(api, slug, suite_id, query))
    fields |= apply_edits(text_fields(before, "title", "description"), fields.pop("edits", None), fields)
    if parent_id == TOP:
        fields["parent_id"] = None
    elif parent_id is not None:
        await holder_of_suites(api, slug, parent_id, query, moving=suite_id)
    sent, what = api.update_suite(slug, suite_id, fields, query), f"suite {suite_id[:40]!r} any more"
    await found_in(api, slug, sent, what, "testomatio_get_suite_tree shows ids.")
    after = await api.suite(slug, suite_id, query)
    left = not_applied(fields, after)
    done = f"Changed{f', on branch {branch} only' if query else ''}."
    if left:
        done = f"Sent, but not applied: {', '.join(left)}."
    return Changed[Suite](done=done, now=after, before=before, not_applied=left)


@tool.destroys(idempotent=True, verify_with="list_suites", typed=True)
async def delete_suite(
    api: Testomatio, suite_id: SuiteRef, branch: Branch = None, project: ProjectSlug = None
) -> Asking[Changed[Suite]]:
    """Delete a suite with all suites and tests below it. Asks the user first."""
    slug = api.project_of(project)
    query = await on_branch(api, slug, branch)
    before = await known_suite(api, slug, suite_id, query)
    forest = await read_forest(api, slug, query)
    is_there = before.id in forest.suites
    path = " / ".join(quote(one.title or one.id) for one in forest.above(before.id)) if is_there else ""
    below = forest.below(before.id)
    tests, exactly = await tests_below(api, slug, before.id, query)
    lost = join_counts(
        many(len(below), "suite below it", "suites below it", complete=forest.is_complete and is_there),
        many(tests, "test", complete=exactly),
    )
    yield Ask(
        f"Delete suite {describe(before)}{f' in {path}' if path else ''} of {place(slug, branch)}? "
        f"{f'With it go {lost}.' if lost else 'It is empty.'} "
        + ("Only that branch loses it. " if query else "")
        + "There is no undo through the API.",
        typed=(before.title or before.id) if lost else None,
    )
    await api.delete_suite(slug, suite_id, query)
    done = f"Deleted suite {describe(before)} of {place(slug, branch)}, with {lost or 'nothing below it'}."
    yield Changed[Suite](done=done, before=before)

"""Labels and custom fields of a project, and how many things carry each."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.errors import PlatformError, Refused, Unauthorized
from tools.kit.model import Answer, Sent
from tools.kit.page import Cursor, Limit, Page
from tools.kit.question import Lines, join_counts
from tools.kit.text import Key, many, quote, word
from tools.kit.together import gather
from tools.kit.toolset import Progress, Toolset
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.labels import Label
from tools.testomatio.tools.label_values import LabelName, defined_labels, known_label, label_named
from tools.testomatio.tools.paging import page_from
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import Pairs, given_fields, of_project, place
from tools.testomatio.tools.tql import quoted

tool = Toolset(Testomatio, needs="api")
Title = Annotated[str, Field(min_length=1, max_length=200, description="Such as Severity.")]
Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$", description="As #rrggbb.")]
Scopes = Annotated[
    list[Literal["tests", "suites", "runs", "plans", "steps", "templates"]],
    Field(description="What it can be put on."),
]
Visibility = Annotated[list[Literal["filter", "list"]], Field(description="Where the web app shows it.")]


@tool.reads()
async def list_labels(
    api: Testomatio,
    progress: Progress,
    text: Annotated[str | None, Field(description="Part of the title or slug.")] = None,
    project: ProjectSlug = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[Label]:
    """List the labels and custom fields a project defines, with the values they take."""
    slug, words = api.project_of(project), (text or "").casefold()

    def fits(label: Label) -> bool:
        return words in f"{label.title or ''} {label.id}".casefold()

    fetch = partial(api.labels_page, slug)
    with of_project(slug):
        return await page_from(fetch, limit=limit, cursor=cursor, fits=fits, progress=progress, of=[slug, text])


class CarriedBy(Answer):
    """How many things of a kind carry a label."""

    kind: Key
    count: int | None = Field(description="None: it could not be counted.")


class LabelUse(Answer):
    """A label, and how many things carry it."""

    label: Label
    carried_by: list[CarriedBy]
    note: str


async def carriers(api: Testomatio, project: str, label: Label) -> list[CarriedBy]:
    """Count the tests, suites, runs and plans that carry a label."""
    numbers: Pairs = [("count", "true")]
    tql: Pairs = [("tql", f"label == {quoted(label.name)}")]
    reads = {
        "test": partial(api.tests, project, [*numbers, *tql]),
        "suite": partial(api.suites, project, [*numbers, ("labels", label.id)]),
        "run": partial(api.runs_page, project, [*numbers, *tql], 1),
        "plan": partial(api.plans_page, project, [*numbers, ("labels[]", label.id)], 1),
    }

    async def total(read: Any) -> int | None:
        try:
            counted: int | None = (await read()).meta.total
        except PlatformError:
            return None
        return counted

    totals = await gather([partial(total, read) for read in reads.values()])
    return [CarriedBy(kind=kind, count=count) for kind, count in zip(reads, totals, strict=True)]


@tool.reads()
async def get_label(api: Testomatio, label: LabelName, project: ProjectSlug = None) -> LabelUse:
    """Read one label, and how many tests, suites, runs and plans carry it."""
    slug = api.project_of(project)
    found = await known_label(api, slug, label)
    carried = await carriers(api, slug, found)
    note = "Steps and templates are not counted: the API cannot filter them by label."
    if uncounted := [one.kind for one in carried if one.count is None]:
        note += f" These could not be read: {', '.join(f'{kind}s' for kind in uncounted)}."
    return LabelUse(label=found, carried_by=carried, note=note)


class NewField(Sent):
    """Its values."""

    type: Annotated[Literal["list", "string", "number"], Field(description="Kind.")]
    options: Annotated[list[str] | None, Field(max_length=200, description="Of a list.")] = None
    short: Annotated[bool | None, Field(description="Show only the value.")] = None

    def wire(self) -> dict[str, Any]:
        """The field as the API takes it, with one option per line.

        Raises:
            Refused: for a list without options, and for options without a list.
        """
        if (self.type == "list") != bool(self.options):
            raise Refused("A field of type list needs options, and the other types take none.")
        value = "\n".join(option.strip() for option in self.options or ())
        fields = {"type": self.type, "short": self.short, "value": value or None}
        return {name: value for name, value in fields.items() if value is not None}


@contextmanager
def explaining_permission() -> Iterator[None]:
    """Say with a label that the user may not change which setting decides it."""
    try:
        yield
    except Unauthorized as error:
        raise Unauthorized(
            f"{error.sentence} With the project setting Labels permission, only owners and managers may change labels.",
            status=error.status,
            words=error.words,
        ) from error


@tool.writes(idempotent=False, verify_with="list_labels")
async def create_label(
    api: Testomatio,
    title: Title,
    color: Color | None = None,
    scope: Scopes | None = None,
    visibility: Visibility | None = None,
    field: NewField | None = None,
    project: ProjectSlug = None,
) -> Changed[Label]:
    """Create a label, or with field a custom field; testomatio_add_links puts it on things."""
    slug = api.project_of(project)
    if (there := label_named(await defined_labels(api, slug), title.strip())) is not None:
        raise Refused(f"There is already a label {quote(there.name)} with the slug {there.id}.")
    sent = given_fields(title=title, color=color, scope=scope, visibility=visibility, field=field and field.wire())
    with explaining_permission():
        return Changed[Label](done="Defined.", now=await api.create_label(slug, sent))


def describe_carriers(counts: Sequence[CarriedBy]) -> str:
    """How many things carry a label, as questions say it."""
    counted = join_counts(*[many(one.count, one.kind) for one in counts if one.count is not None])
    unread = " and ".join(f"{one.kind}s" for one in counts if one.count is None)
    return (counted or "nothing that could be counted") + (f"; {unread} could not be counted" if unread else "")


def values_lost(before: Label, field: NewField) -> str | None:
    """What a label loses with a new field; None where all its values still fit."""
    if before.field is None or before.field.type is None:
        return None
    if field.type != before.field.type:
        return f"become a {field.type} instead of a {word(before.field.type)}"
    now = {option.strip() for option in field.options or ()}
    gone = [option for option in before.field.options if option not in now]
    return f"lose its {'value' if len(gone) == 1 else 'values'} {', '.join(map(quote, gone[:20]))}" if gone else None


def unchanged_fields(sent: Mapping[str, Any], after: Label) -> list[str]:
    """The sent fields that a read shows unchanged; lists in any order, and a field by its type and options."""
    stored: dict[str, Any] = {"title": after.title, "color": after.color}
    stored |= {"scope": set(after.scope), "visibility": set(after.visibility)}
    if after.field is not None and "field" in sent:
        stored["field"] = (after.field.type, after.field.options)
    expected = {name: set(value) if name in {"scope", "visibility"} else value for name, value in sent.items()}
    if "field" in sent:
        expected["field"] = (sent["field"]["type"], (sent["field"].get("value") or "").splitlines())
    return [name for name, value in expected.items() if stored.get(name) != value]


@tool.writes(unasked_when=lambda field: field is None, idempotent=True, verify_with="get_label")
async def update_label(
    api: Testomatio,
    label: LabelName,
    title: Title | None = None,
    color: Color | None = None,
    scope: Scopes | None = None,
    visibility: Visibility | None = None,
    field: NewField | None = None,
    project: ProjectSlug = None,
) -> Asking[Changed[Label]]:
    """Change a label; omitted fields stay, and its slug too.

    Asks the user first where values in use would no longer fit.
    """
    slug = api.project_of(project)
    sent = given_fields(title=title, color=color, scope=scope, visibility=visibility, field=field and field.wire())
    before = await known_label(api, slug, label)
    question: Lines | None = None
    if field is not None and (lost := values_lost(before, field)) is not None:
        carried = await carriers(api, slug, before)
        if any(one.count != 0 for one in carried):
            question = Lines(f"Have label {quote(before.name)} ({word(before.id)}) of {place(slug)} {lost}?")
            question.becomes("Title", before.title, title)
            question.fields({"Color": color, "On": scope, "Shown in": visibility})
            question.fields(
                {"Kind of values": field.type, "Options": field.options, "Short, without the title": field.short}
            )
            question.say(f"It is on {describe_carriers(carried)}; values there that no longer fit may be lost.")
    yield Ask(None if question is None else str(question))
    with explaining_permission():
        await api.update_label(slug, before.id, sent)
    after = await api.label(slug, before.id)
    left = unchanged_fields(sent, after)
    done = f"Sent, but not applied: {', '.join(left)}." if left else "Changed."
    yield Changed[Label](done=done, now=after, before=before, not_applied=left)


@tool.destroys(idempotent=True, verify_with="list_labels")
async def delete_label(api: Testomatio, label: LabelName, project: ProjectSlug = None) -> Asking[Changed[Label]]:
    """Delete a label from the project and from everything that carries it. Asks the user first."""
    slug = api.project_of(project)
    before = await known_label(api, slug, label)
    carried = describe_carriers(await carriers(api, slug, before))
    yield Ask(
        f"Delete label {quote(before.name)} ({word(before.id)}) of {place(slug)}? It is taken off everything that "
        f"carries it, values included: {carried}; steps and templates are not counted. There is no undo."
    )
    with explaining_permission():
        await api.delete_label(slug, before.id)
    done = f"Deleted label {quote(before.name)} of {place(slug)}, from everything that carried it."
    yield Changed[Label](done=done, before=before)

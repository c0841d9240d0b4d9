"""Plans: named selections of tests that runs are made from."""

from typing import Annotated, Any

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, apply_edits, describe_edits, text_fields
from tools.kit.errors import Refused
from tools.kit.model import Answer
from tools.kit.page import Cursor, Limit, Page
from tools.kit.question import Lines
from tools.kit.text import Key, Untrusted, many, quote, word
from tools.kit.toolset import Progress, Toolset
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.plans import Plan
from tools.testomatio.tools.paging import page_from
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.run_changes import Description, SuiteIds, TestIds, Title, change_of, given
from tools.testomatio.tools.runs import RunKind
from tools.testomatio.tools.scope import Pairs, found_in, of_project, place
from tools.testomatio.tools.tql import Tql, checked_tql, quoted
from tools.testomatio.tools.words import ProjectWords

tool = Toolset(Testomatio, needs="api")

PlanId = Annotated[str, Field(min_length=1, description="From testomatio_list_plans.")]
Hidden = Annotated[bool | None, Field(description="Hide the plan in the web app.")]
AsManual = Annotated[bool | None, Field(description="Run automated tests by hand.")]


async def known_plan(api: Testomatio, project: str, plan_id: str) -> Plan:
    """Read a plan, or say where ids come from."""
    where = "testomatio_list_plans shows ids."
    return await found_in(api, project, api.plan(project, plan_id), f"plan {plan_id[:40]!r}", where)


def describe(plan: Plan) -> str:
    """A plan as a question names it."""
    return f"plan {word(plan.id)} {quote(plan.title or 'without a title')}"


class PlanRow(Answer):
    """A plan as a list shows it."""

    id: Key
    title: Untrusted | None = None
    kind: Key | None = None
    hidden: bool | None = None
    labels: list[Untrusted] = Field(default_factory=list)


def row_of(plan: Plan) -> PlanRow:
    labels = [str(label) for label in plan.labels]
    return PlanRow(id=plan.id, title=plan.title, kind=plan.kind, hidden=plan.hidden, labels=labels)


@tool.reads(full_text_in="get_plan")
async def list_plans(
    api: Testomatio,
    progress: Progress,
    text: Annotated[str | None, Field(description="Part of the title.")] = None,
    kind: RunKind | None = None,
    labels: Annotated[list[str] | None, Field(description="Any of these.")] = None,
    hidden: Annotated[bool | None, Field(description="Only those hidden, or only those not.")] = None,
    project: ProjectSlug = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[PlanRow]:
    """List test plans, the selections of tests that runs are made from."""
    slug = api.project_of(project)
    words = ProjectWords(api, slug)
    labels = await words.labels(labels)
    filters: Pairs = [("kind", kind)] if kind else []
    filters += [("search_text", text)] if text else []
    filters += [("labels[]", label) for label in labels or ()]
    filters += [("hidden", str(hidden).lower())] if hidden is not None else []

    def fits(plan: Plan) -> bool:
        """Apply the newer filters again: older servers ignore them."""
        return (
            (kind is None or plan.kind in {None, kind})
            and (hidden is None or plan.hidden in {None, hidden})
            and (not text or text.casefold() in (plan.title or "").casefold())
        )

    with of_project(slug):
        page: Page[PlanRow] = await page_from(
            lambda page: api.plans_page(slug, filters, page),
            row_of,
            limit=limit,
            cursor=cursor,
            fits=fits,
            progress=progress,
            query=[slug, filters],
        )
    words.say(page)
    return page


@tool.reads(long_text=True)
async def get_plan(api: Testomatio, plan_id: PlanId, project: ProjectSlug = None) -> Plan:
    """Read one plan; the API does not show which tests it selects."""
    return await known_plan(api, api.project_of(project), plan_id)


def _fields(**fields: Any) -> dict[str, Any]:
    """The fields that have a value, with the query checked.

    Raises:
        Refused: for an invalid query.
    """
    sent = given(**fields)
    if "tql" in sent:
        sent["tql"] = checked_tql(sent["tql"], "tests")
    return sent


@tool.writes(idempotent=False, verify_with="list_plans")
async def create_plan(
    api: Testomatio,
    title: Title,
    kind: RunKind = "mixed",
    test_ids: TestIds = None,
    suite_ids: SuiteIds = None,
    tql: Tql = None,
    description: Description = None,
    hidden: Hidden = None,
    as_manual: AsManual = None,
    project: ProjectSlug = None,
) -> Changed[Plan]:
    """Create a plan of tests, suites or a query; without any it selects every test of its kind."""
    slug = api.project_of(project)
    fields = _fields(
        title=title,
        kind=kind,
        test_ids=test_ids,
        suite_ids=suite_ids,
        tql=tql,
        description=description,
        hidden=hidden,
        as_manual=as_manual,
    )
    with of_project(slug):
        plan = await api.create_plan(slug, fields)
    return Changed(done="Created.", now=plan, next=f"testomatio_create_run with plan_ids ['{plan.id}'] runs it.")


def keeps_selection(test_ids: list[str] | None, suite_ids: list[str] | None, tql: str | None) -> bool:
    return test_ids is None and suite_ids is None and tql is None


@tool.writes(idempotent=True, verify_with="get_plan", unasked_when=keeps_selection)
async def update_plan(
    api: Testomatio,
    plan_id: PlanId,
    title: Title | None = None,
    kind: RunKind | None = None,
    test_ids: TestIds = None,
    suite_ids: SuiteIds = None,
    tql: Tql = None,
    description: Description = None,
    hidden: Hidden = None,
    as_manual: AsManual = None,
    edits: Edits = None,
    project: ProjectSlug = None,
) -> Asking[Changed[Plan]]:
    """Change a plan. For another selection of tests, it asks the user first."""
    fields = _fields(
        title=title,
        kind=kind,
        test_ids=test_ids,
        suite_ids=suite_ids,
        tql=tql,
        description=description,
        hidden=hidden,
        as_manual=as_manual,
        edits=edits,
    )
    if not fields:
        raise Refused("Give at least one thing to change.")
    slug = api.project_of(project)
    before = await known_plan(api, slug, plan_id)
    fields |= apply_edits(text_fields(before, "title", "description"), fields.pop("edits", None), fields)
    if keeps_selection(test_ids, suite_ids, tql):
        yield Ask(None)
    else:
        lines = Lines(f"Change which tests {describe(before)} of {place(slug)} selects?")
        lines.fields({"By query": tql, "Tests": test_ids, "Suites": suite_ids})
        lines.becomes("Title", before.title, title)
        lines.fields({"Kind": kind, "Description": description, "Hidden": hidden})
        lines.fields({"Automated tests as manual": as_manual})
        lines.parts(describe_edits(edits))
        lines.say("The API does not show what it selects now, so there is no undo.")
        yield Ask(str(lines))
    await api.update_plan(slug, plan_id, fields)
    after = await api.plan(slug, plan_id)
    yield change_of(before, after, {name: fields[name] for name in fields.keys() & after.model_fields_set})


@tool.destroys(idempotent=True, verify_with="list_plans")
async def delete_plan(api: Testomatio, plan_id: PlanId, project: ProjectSlug = None) -> Asking[Changed[PlanRow]]:
    """Delete a plan: its selection of tests is lost. Asks the user first."""
    slug = api.project_of(project)
    plan = await known_plan(api, slug, plan_id)
    runs = await api.runs_page(slug, [("tql", f"plan == {quoted(plan.id)}"), ("count", "true")], 1, 1)
    made = f" {many(runs.meta.total, 'run was', 'runs were')} made from it." if runs.meta.total else ""
    yield Ask(
        f"Delete {describe(plan)} ({word(plan.kind or 'no kind')}) of {place(slug)}?{made} Its selection of tests is "
        "lost; there is no undo."
    )
    await api.delete_plan(slug, plan_id)
    yield Changed(done=f"Deleted {describe(plan)} of {place(slug)}.", before=row_of(plan))

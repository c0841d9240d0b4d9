"""Creating test cases, changing them by the fields that differ, and deleting them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, describe_edits
from tools.kit.errors import Conflict, Invalid, NotFound, OutcomeUnknown, PlatformError, Refused, UnexpectedShape
from tools.kit.model import Answer, Sent
from tools.kit.question import Lines
from tools.kit.text import Key, Untrusted, given, many, quote, word
from tools.kit.toolset import Progress, Toolset
from tools.testsigma.client.settings import LookupKind
from tools.testsigma.client.testsigma import Testsigma
from tools.testsigma.client.variables import USER
from tools.testsigma.models.test_cases import TestCase
from tools.testsigma.tools.case_view import CaseView, case_names, known_case
from tools.testsigma.tools.changes import (
    UNCHANGED,
    LongText,
    Title,
    changed_fields,
    describe_changes,
    not_none,
    require_change,
)
from tools.testsigma.tools.folder_tree import FolderRef, read_tree
from tools.testsigma.tools.identity import CaseId, ProjectOfId, ProjectRef, known_project
from tools.testsigma.tools.names import LabelNames, LookupName, UserRef, find_labels, find_user, lookup_ids, normalized
from tools.testsigma.tools.text_edits import case_edits

tool = Toolset(Testsigma)

MOST_CASES = 50


class NewStep(Sent):
    """A step to write."""

    action: Annotated[str, Field(min_length=1, max_length=5000, description="What to do.")]
    expected: Annotated[str, Field(max_length=5000, description="What should happen.")] = ""


Steps = Annotated[list[NewStep], Field(min_length=1, max_length=200, description="In their order.")]
BodyText = Annotated[LongText, Field(description="In place of steps.")]
ExpectedText = Annotated[LongText, Field(description="Goes with text.")]
OVERRIDES: Final = "As for all."


class NewCase(Sent):
    """A test case to create, with steps or with a text."""

    title: Title
    steps: Steps | None = None
    text: BodyText | None = None
    expected_text: ExpectedText | None = None
    description: LongText | None = None
    preconditions: LongText | None = None
    folder: Annotated[str | None, Field(max_length=1000, description=OVERRIDES)] = None
    priority: Annotated[str | None, Field(max_length=120, description=OVERRIDES)] = None
    case_type: Annotated[str | None, Field(max_length=120, description=OVERRIDES)] = None


def template_fields(
    steps: Sequence[NewStep] | None, text: str | None, expected_text: str | None, *, needs_one: bool
) -> dict[str, Any]:
    """The steps or the text of a test case, with its template; nothing where neither is given, unless `needs_one`.

    Raises:
        Refused: for both at once.
    """
    if steps is not None and (text is not None or expected_text is not None):
        raise Refused("A test case has steps, or a text with an expected text; not both.")
    if steps is not None:
        rows = [
            {"step_description": step.action, "expected_results": step.expected}
            | {"order": float(place), "step_type": "DEFAULT"}
            for place, step in enumerate(steps, 1)
        ]
        return {"template_type": "STEPS", "individual_steps": rows}
    texts = not_none(steps=text, expected_results=expected_text)
    return {"template_type": "TCD", **texts} if texts or needs_one else {}


class CreatedCase(Answer):
    """The outcome for one test case."""

    title: Untrusted
    id: Key | None = None
    outcome: Literal["created", "refused", "unknown", "not tried"]
    why: str | None = None


class CreatedCases(Answer):
    """The outcome for each test case."""

    done: str
    results: list[CreatedCase]


@tool.writes(idempotent=False, verify_with="list_test_cases")
async def create_test_cases(
    api: Testsigma,
    progress: Progress,
    project: ProjectRef,
    test_cases: Annotated[
        list[NewCase], Field(min_length=1, max_length=MOST_CASES, description="With steps or a text.")
    ],
    folder: FolderRef,
    priority: LookupName,
    case_type: LookupName,
    status: LookupName,
    automation: LookupName,
    owner: Annotated[UserRef | None, Field(description=f"E-mail or full name; default: {USER}.")] = None,
    labels: LabelNames = None,
) -> CreatedCases:
    """Create test cases, each with steps or a text. Folder, priority and type may differ."""
    bodies = [template_fields(case.steps, case.text, case.expected_text, needs_one=True) for case in test_cases]
    parent = await known_project(api, project)
    tree = await read_tree(api, parent.id)
    shared = await _shared_fields(api, owner, labels)
    words: dict[LookupKind, str | None] = {"type": case_type, "status": status, "automation": automation}
    requests: list[dict[str, Any]] = []
    for case, body in zip(test_cases, bodies, strict=True):
        own = {**words, "priority": case.priority or priority, "type": case.case_type or case_type}
        requests.append(
            {
                "title": case.title,
                **not_none(description=case.description, preconditions=case.preconditions),
                **body,
                "project_id": parent.id,
                "folder_id": tree.find_folder(case.folder or folder).id,
                **await lookup_ids(api, own),
                **shared,
            }
        )
    results: list[CreatedCase] = []
    for fields in requests:
        created, may_go_on = await create_one(api, parent.id, fields, is_first=not results)
        results.append(created)
        await progress(len(results), len(requests), f"{len(results)} of {len(requests)}")
        if not may_go_on:
            break
    results += [CreatedCase(title=fields["title"], outcome="not tried") for fields in requests[len(results) :]]
    count = sum(result.outcome == "created" for result in results)
    return CreatedCases(done=f"{count} of {len(results)} created.", results=results)


async def _shared_fields(api: Testsigma, owner: str | None, label_names: Sequence[str] | None) -> dict[str, Any]:
    """The owner and the labels, which are the same for all new test cases."""
    named = owner or api.account.settings.get(USER)
    fields: dict[str, Any] = {"owner_id": (await find_user(api, named)).id} if named else {}
    if label_names:
        fields["label_ids"] = await label_ids(api, label_names)
    return fields


async def create_one(
    api: Testsigma, project_id: str, fields: Mapping[str, Any], *, is_first: bool
) -> tuple[CreatedCase, bool]:
    """Create one test case, and tell whether to go on; an error of the first one is raised."""
    try:
        case = await api.create_test_case(project_id, fields)
    except PlatformError as error:
        is_refused = isinstance(error, Invalid | NotFound | Conflict)
        if is_first:
            if isinstance(error, Invalid) and "owner_id" not in fields:
                hint = f"{error.sentence} An owner may be required: give owner. No test case was created."
                raise Invalid(hint, status=error.status, words=error.words) from error
            raise
        is_unknown = isinstance(error, OutcomeUnknown | UnexpectedShape)
        outcome: Literal["refused", "unknown"] = "unknown" if is_unknown else "refused"
        return CreatedCase(title=fields["title"], outcome=outcome, why=str(error)), is_refused
    return CreatedCase(title=case.title or fields["title"], id=case.key, outcome="created"), True


def without_steps(steps: list[NewStep] | None, text: str | None, expected_text: str | None) -> bool:
    """Whether the update leaves steps and text alone."""
    return steps is None and text is None and expected_text is None


def step_lines(lines: Lines, steps: Sequence[NewStep] | None) -> None:
    """Add the new steps to a question."""
    for place, step in enumerate(steps or (), 1):
        lines.add(f"Step {place}", given(step.action) + (f", expected {given(step.expected)}" if step.expected else ""))


def lost_by(case: TestCase, body: Mapping[str, Any]) -> str | None:
    """What new steps or a new text remove for good, in words; None where that is nothing."""
    old = case.ordered_steps
    embedded = sum(step.step_group_id is not None for step in old)
    template = body.get("template_type")
    if not (old if template == "TCD" else template and (embedded or case.steps or case.expected_results)):
        return None
    groups = f", {embedded} of them a step group that the API cannot put back" if embedded else ""
    return f"its {many(len(old), 'step')}{groups}" if old else "its text"


@tool.writes(idempotent=True, verify_with="get_test_case", unasked_when=without_steps)
async def update_test_case(
    api: Testsigma,
    case_id: CaseId,
    project: ProjectOfId = None,
    title: Title | None = None,
    description: LongText | None = None,
    preconditions: LongText | None = None,
    steps: Annotated[Steps | None, Field(description="Replaces all steps.")] = None,
    text: BodyText | None = None,
    expected_text: ExpectedText | None = None,
    folder: FolderRef | None = None,
    status: LookupName | None = None,
    priority: LookupName | None = None,
    case_type: LookupName | None = None,
    automation: LookupName | None = None,
    owner: UserRef | None = None,
    reviewer: UserRef | None = None,
    labels: Annotated[LabelNames, Field(description="Replaces all labels.")] = None,
    edits: Edits = None,
) -> Asking[Changed[CaseView]]:
    """Change a test case; omitted fields stay.

    Asks the user first where a text replaces steps, steps replace a text, or step groups are lost.
    """
    body = template_fields(steps, text, expected_text, needs_one=False)
    words: dict[LookupKind, str | None] = {"type": case_type, "status": status, "automation": automation}
    words["priority"] = priority
    texts = not_none(title=title, description=description, preconditions=preconditions)
    people = not_none(owner=owner, reviewer=reviewer)
    require_change(texts | body | people | not_none(folder=folder, labels=labels, edits=edits, **words))
    parent, before = await known_case(api, case_id, project)
    fields = {**texts}
    if folder is not None:
        fields["folder_id"] = (await read_tree(api, parent.id)).find_folder(folder).id
    fields |= await lookup_ids(api, words)
    fields |= {f"{role}_id": (await find_user(api, who)).id for role, who in people.items()}
    fields = changed_fields(before, fields)
    if labels is not None and {normalized(name) for name in labels} != {normalized(name) for name in before.labels}:
        fields["label_ids"] = await label_ids(api, labels)
    fields |= changed_template_fields(before, body)
    fields |= case_edits(before, edits, texts | not_none(steps=steps, text=text, expected_text=expected_text))
    lost = lost_by(before, body)
    lines = Lines(
        f"Replace the steps or text of test case {word(before.key)} {quote(before.title or '')} of project "
        f"{quote(parent.display_name)}? It loses {lost}."
    )
    step_lines(lines, steps)
    lines.fields({"Text": text, "Expected": expected_text})
    for name, value in texts.items():
        lines.becomes(name.capitalize(), getattr(before, name), value)
    lines.fields({"Folder": folder, "Status": status, "Priority": priority, "Type": case_type})
    lines.fields({"Automation": automation, "Owner": owner, "Reviewer": reviewer, "All labels": labels})
    lines.parts(describe_edits(edits))
    yield Ask(None if lost is None else str(lines))
    names = await case_names(api, parent, before)
    if not fields:
        yield Changed(done=UNCHANGED, now=names.view(before))
        return
    await api.update_test_case(parent.id, before.key, fields)
    after = await api.test_case(parent.id, before.key)
    yield Changed(done=describe_changes(fields), now=names.view(after), before=names.view(before))


def changed_template_fields(before: TestCase, body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a template that differ; steps are always sent, with their template."""
    same = {"template_type": before.template_type, "steps": before.steps or ""}
    same["expected_results"] = before.expected_results or ""
    changed = {name: value for name, value in body.items() if same.get(name) != value}
    return changed | ({"template_type": body["template_type"]} if "individual_steps" in body else {})


async def label_ids(api: Testsigma, names: Sequence[str]) -> list[str]:
    """The ids of labels: test cases, step groups and plans take no names."""
    return [one.id for one in await find_labels(api, names)]


@tool.destroys(idempotent=True, verify_with="get_test_case")
async def delete_test_case(api: Testsigma, case_id: CaseId, project: ProjectOfId = None) -> Asking[Changed[CaseView]]:
    """Delete a test case. Asks the user first."""
    owner, before = await known_case(api, case_id, project)
    view = (await case_names(api, owner, before)).view(before)
    steps = many(len(view.steps), "step") if view.steps else "a text" if before.steps else "no steps"
    name, place = f"test case {word(before.key)} {quote(before.title or '')}", quote(owner.display_name)
    yield Ask(
        f"Delete {name} ({steps}, in {quote(view.folder or 'no folder')}) of project {place}? Its "
        "results in test runs may go with it. There is no undo."
    )
    await api.delete_test_case(owner.id, before.key)
    yield Changed(done=f"Deleted {name} of project {place}.", before=view)

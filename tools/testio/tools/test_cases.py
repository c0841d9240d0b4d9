"""Lists, reads, creates, changes and deletes test cases."""

from contextlib import suppress
from typing import Annotated, Any

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, apply_edits, text_fields
from tools.kit.errors import NotFound, PlatformError, Refused
from tools.kit.model import Answer, Sent, not_none
from tools.kit.naming import IdOrName
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.text import clean, many, quote
from tools.kit.toolset import Progress, Toolset
from tools.testio.client.testio import TestIO
from tools.testio.models.test_cases import TestCase, TestCaseRow
from tools.testio.tools.products import FEATURE, ProductId, feature_choices, known_product, read_of_product

tool = Toolset(TestIO)

MOST_CASES = 100

TestCaseId = Annotated[int, Field(gt=0, description="From testio_list_test_cases.")]
StepId = Annotated[int, Field(gt=0, description="From testio_get_test_case.")]
StepText = Annotated[str, Field(min_length=1, max_length=2000)]
CaseTitle = Annotated[str, Field(min_length=1, max_length=250, description="A valid code lowers the total.")]
Steps = Annotated[list[StepText] | None, Field(max_length=100)]


class NewCase(Sent):
    """A test case to create."""

    title: CaseTitle
    feature_id: Annotated[IdOrName, Field(description="Id or title.")]
    steps: Annotated[list[StepText], Field(min_length=1, max_length=100, description="One action each, in order.")]
    target_idx: Annotated[str | None, Field(max_length=250, description="Id in another system.")] = None

    def wire(self, feature_id: int) -> dict[str, Any]:
        fields = self.model_dump(exclude_none=True, exclude={"steps"})
        steps = [{"description": step} for step in self.steps]
        return fields | {"feature_id": feature_id, "test_case_steps": steps}


NewCases = Annotated[
    list[NewCase], Field(min_length=1, max_length=MOST_CASES, description="Test cases to create, each for a feature.")
]


class ChangedStep(Sent):
    """A step with its new text."""

    id: StepId
    description: Annotated[StepText, Field(description="Its new text.")]


async def known_test_case(api: TestIO, product_id: int, test_case_id: int) -> TestCase:
    """Read a test case, or say where ids come from.

    Raises:
        NotFound: when the product shows no such test case.
    """
    try:
        return await api.test_case(product_id, test_case_id)
    except NotFound as error:
        await known_product(api, product_id)
        raise NotFound(
            f"Product {product_id} shows no test case {test_case_id}: there was none, it was deleted, or a change gave "
            "it another id. testio_list_test_cases shows ids.",
            status=404,
        ) from error


def row_of_case(case: TestCase) -> TestCaseRow:
    return TestCaseRow(
        id=case.id, title=case.title, feature_id=case.feature_id, steps=len(case.steps), target_idx=case.target_idx
    )


@tool.reads(full_text_in="get_test_case")
async def list_test_cases(
    api: TestIO,
    progress: Progress,
    product_id: ProductId,
    feature_id: Annotated[int | None, Field(gt=0, description="Id or title."), FEATURE] = None,
    text: Annotated[str | None, Field(description="Words in title, requirements, steps.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[TestCaseRow]:
    """List a product's test cases; those that were deleted or replaced are not shown."""
    selection: Selection[TestCase] = Selection(
        lambda case: (case.id,), limit=limit, cursor=cursor, filters=[product_id, feature_id, text]
    )
    words = (text or "").casefold().split()
    features: set[int | None] = set()

    def on_row(case: TestCase) -> None:
        features.add(case.feature_id)
        if feature_id is not None and case.feature_id != feature_id:
            return
        if words:
            parts = (case.title, case.requirements, *(step.description for step in case.steps))
            searched = clean("\n".join(part for part in parts if part)).casefold()
            if not all(word in searched for word in words):
                return
        selection.offer(case)

    walk = api.walk_test_cases(product_id, on_row, progress=progress)
    walked = await read_of_product(api, walk, product_id)
    note = None
    if feature_id is not None and feature_id not in features:
        note = f"No test case of this product belongs to feature {feature_id}; testio_list_features shows ids."
    return selection.page(row_of_case, walked.coverage(selection.matched), note)


@tool.reads(long_text=True)
async def get_test_case(api: TestIO, product_id: ProductId, test_case_id: TestCaseId) -> TestCase:
    """Read one test case with its steps and their ids."""
    return await known_test_case(api, product_id, test_case_id)


class CreatedCases(Answer):
    """Test cases that were created."""

    done: str
    test_cases: list[TestCaseRow]
    next: str = "testio_create_test_case_test orders a test of them."


@tool.writes(idempotent=False, verify_with="list_test_cases")
async def create_test_cases(api: TestIO, product_id: ProductId, test_cases: NewCases) -> CreatedCases:
    """Create test cases for features of a product, up to 100 at once; this orders nothing."""
    if not 1 <= len(test_cases) <= MOST_CASES:
        raise Refused(f"From 1 to {MOST_CASES} test cases go in one call.")
    features = await read_of_product(api, feature_choices(api, {"product_id": product_id}), product_id)
    ids = {feature.id for feature in features}
    numbers = [FEATURE.among(case.feature_id, features, parts=False) for case in test_cases]
    if unknown := sorted(set(numbers) - ids):
        raise Refused(
            f"Product {product_id} has no feature {', '.join(map(str, unknown))}. testio_list_features shows its ids."
        )
    made = await api.create_test_cases(
        product_id, [case.wire(number) for case, number in zip(test_cases, numbers, strict=True)]
    )
    done = f"{len(made)} of {len(test_cases)} created." if len(made) != len(test_cases) else f"{len(made)} created."
    return CreatedCases(done=done, test_cases=[row_of_case(case) for case in made])


def step_edits(
    before: TestCase, add: list[str] | None, change: list[ChangedStep] | None, remove: list[int] | None
) -> list[dict[str, Any]]:
    """The steps as the update takes them.

    Raises:
        Refused: for a step the test case does not have.
    """
    own = {step.id for step in before.steps}
    named = [*(step.id for step in change or ()), *(remove or ())]
    if unknown := [str(number) for number in named if number not in own]:
        has = ", ".join(str(step.id) for step in before.steps if step.id is not None) or "none"
        raise Refused(f"Test case {before.id} has no step {', '.join(unknown)}; its steps are {has}.")
    edits: list[dict[str, Any]] = [step.model_dump() for step in change or ()]
    edits += [{"id": number, "_destroy": True} for number in remove or ()]
    return edits + [{"description": text} for text in add or ()]


@tool.writes(idempotent=False, verify_with="list_test_cases")
async def update_test_case(
    api: TestIO,
    product_id: ProductId,
    test_case_id: TestCaseId,
    title: CaseTitle | None = None,
    requirements: Annotated[str | None, Field(max_length=5000, description="What a tester needs first.")] = None,
    add_steps: Annotated[Steps, Field(description="Texts of steps to append.")] = None,
    change_steps: Annotated[
        list[ChangedStep] | None, Field(max_length=100, description="Steps with their new texts.")
    ] = None,
    remove_steps: Annotated[
        list[StepId] | None, Field(max_length=100, description="From testio_get_test_case.")
    ] = None,
    edits: Edits = None,
) -> Changed[TestCase]:
    """Change a test case; omitted fields stay. One that tests use gets a new id."""
    if title is None and requirements is None and not (add_steps or change_steps or remove_steps or edits):
        raise Refused("Give at least one field to change.")
    named = [*(step.id for step in change_steps or ()), *(remove_steps or ())]
    if twice := sorted({number for number in named if named.count(number) > 1}):
        raise Refused(f"Step {', '.join(map(str, twice))} is named more than once.")
    before = await known_test_case(api, product_id, test_case_id)
    fields = not_none(title=title, requirements=requirements)
    stored = text_fields(before, "title", "requirements")
    stored |= {f"steps[{step.id}]": step.description for step in before.steps if step.id is not None}
    new = apply_edits(stored, edits, [*fields, *(f"steps[{number}]" for number in named)])
    fields |= {name: text for name, text in new.items() if not name.startswith("steps[")}
    if steps := [
        *step_edits(before, add_steps, change_steps, remove_steps),
        *(
            {"id": step.id, "description": text}
            for step in before.steps
            if (text := new.get(f"steps[{step.id}]")) is not None
        ),
    ]:
        fields["test_case_steps"] = steps
    after = await api.update_test_case(product_id, test_case_id, fields)
    if not {"title", "steps"} <= after.model_fields_set:
        with suppress(PlatformError):  # the change happened, whether or not it can be read again
            after = await api.test_case(product_id, after.id)
    done = "Changed."
    if after.id != before.id:
        done = f"Changed. Its id is now {after.id}, since tests use the old version; {before.id} is gone."
    return Changed(done=done, now=after, before=before)


@tool.destroys(idempotent=True, verify_with="list_test_cases")
async def delete_test_case(api: TestIO, product_id: ProductId, test_case_id: TestCaseId) -> Asking[Changed[TestCase]]:
    """Delete a test case; one that tests use is hidden instead. Asks the user first."""
    case = await known_test_case(api, product_id, test_case_id)
    product = await known_product(api, product_id)
    yield Ask(
        f"Delete test case {case.id} {quote(case.title)} ({many(len(case.steps), 'step')}) of product {product.id} "
        f"{quote(product.name or '')}? There is no undo. Tests that use it keep it, but it can no longer be read here."
    )
    await api.delete_test_case(product_id, test_case_id)
    name = f"Test case {test_case_id} {quote(case.title)} of product {product_id}"
    yield Changed(
        done=f"{name} is deleted, or hidden where tests use it.",
        before=case,
        next="testio_list_test_cases shows those that are left.",
    )

"""Parameters of a test and its examples, the rows of values that it runs with."""

from typing import Annotated, Final

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, apply_edits
from tools.kit.errors import PlatformError, Refused
from tools.kit.model import Answer
from tools.kit.question import join_counts, render_list
from tools.kit.text import Key, Untrusted, many, quote, word
from tools.kit.toolset import Progress, Toolset
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import TestId
from tools.testomatio.models.web import Example, ParametrisedTest
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.scope import found_in, place

web = Toolset(Testomatio, needs="web")

MOST_ROWS: Final = 50
Cell = Annotated[str, Field(max_length=250)]
Cells = Annotated[list[Cell], Field(min_length=1, max_length=30, description="Values, in the order of the parameters.")]
ExampleId = Annotated[int, Field(gt=0, le=2**53, description="From testomatio_get_test with_parameters.")]


class Parameters(Answer):
    """A test's parameters and examples."""

    test_id: Key
    title: Untrusted | None = None
    parameters: list[Untrusted] = Field(default_factory=list)
    examples: list[Example] = Field(default_factory=list)


async def known_web_test(api: Testomatio, project: str, test_id: str) -> ParametrisedTest:
    """Read a test with its parameters, or say where ids come from."""
    where = "testomatio_list_tests shows ids."
    return await found_in(api, project, api.web_test(project, test_id), f"test {test_id[:40]!r}", where)


async def parameters_of(api: Testomatio, project: str, test_id: str) -> Parameters:
    """The parameters and examples of a test, read again."""
    test = await known_web_test(api, project, test_id)
    return Parameters(test_id=test.data.id, title=test.data.title, parameters=test.data.params, examples=test.included)


def check_cells(test: ParametrisedTest, rows: list[list[str]]) -> None:
    """Check that rows have a cell for each parameter.

    Raises:
        Refused: for a test without parameters, and for rows of another length.
    """
    names = test.data.params
    if not names:
        raise Refused("This test has no parameters; testomatio_set_test_parameters sets them.")
    if wrong := [str(number) for number, row in enumerate(rows, 1) if len(row) != len(names)]:
        raise Refused(
            f"Row {', '.join(wrong[:10])} does not have a cell for each of the {len(names)} parameters: "
            f"{', '.join(quote(name) for name in names)}."
        )


def example_of(test: ParametrisedTest, example_id: int) -> Example:
    """An example of a test by its id.

    Raises:
        Refused: when the test has no such example.
    """
    for example in test.included:
        if example.id == example_id:
            return example
    ids = ", ".join(str(example.id) for example in test.included[:30]) or "none"
    raise Refused(f"Test {test.data.id} has no example {example_id}; its examples are {ids}.")


@web.writes(idempotent=True, verify_with="get_test")
async def set_test_parameters(
    api: Testomatio,
    test_id: TestId,
    parameters: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=100)]],
        Field(max_length=30, description="All names, in order; empty removes them. Texts use ${name}."),
    ],
    project: ProjectSlug = None,
) -> Asking[Changed[Parameters]]:
    """Set the parameters of a test. Asks the user first where examples would lose their columns."""
    slug = api.project_of(project)
    if len(set(parameters)) != len(parameters):
        raise Refused("A parameter is listed twice.")
    test = await known_web_test(api, slug, test_id)
    before = test.data.params
    # A parameter that keeps its place keeps its cells, which belong to parameters by their order alone.
    if not test.included or parameters[: len(before)] == before:
        yield Ask(None)
    else:
        yield Ask(
            f"Change the parameters of test {word(test.data.id)} {quote(test.data.title or '')} of {place(slug)} from "
            f"{', '.join(quote(name) for name in before) or 'none'} to {render_list(parameters)}? "
            f"Its {many(len(test.included), 'example belongs', 'examples belong')} to them by their order: values may "
            "be lost, or move to another parameter."
        )
    await api.set_parameters(slug, test_id, parameters)
    yield Changed[Parameters](done="Set.", now=await parameters_of(api, slug, test_id))


@web.writes(idempotent=False, verify_with="get_test")
async def add_test_examples(
    api: Testomatio,
    progress: Progress,
    test_id: TestId,
    rows: Annotated[
        list[Cells], Field(min_length=1, max_length=MOST_ROWS, description="The test runs once with each.")
    ],
    project: ProjectSlug = None,
) -> Changed[Parameters]:
    """Add examples (rows of values) to a test with parameters; rows that it already has are skipped."""
    slug = api.project_of(project)
    test = await known_web_test(api, slug, test_id)
    check_cells(test, rows)
    existing = [example.cells for example in test.included]
    new = [row for number, row in enumerate(rows) if row not in existing and row not in rows[:number]]
    for number, row in enumerate(new):
        try:
            await api.create_example(slug, test_id, row)
        except PlatformError as error:
            raise type(error)(
                f"{error.sentence} {number} of {len(new)} rows were added before that. Call again to add the rest.",
                status=error.status,
                words=error.words,
            ) from error
        await progress(number + 1, len(new), "rows added")
    done = f"{len(new)} added, {len(rows) - len(new)} already there."
    return Changed[Parameters](done=done, now=await parameters_of(api, slug, test_id))


@web.writes(idempotent=True, verify_with="get_test")
async def update_test_example(
    api: Testomatio,
    test_id: TestId,
    example_id: ExampleId,
    cells: Cells | None = None,
    edits: Edits = None,
    project: ProjectSlug = None,
) -> Changed[Example]:
    """Change one example (row of values) of a test: all its cells, or edits of cells named by their parameter."""
    slug = api.project_of(project)
    test = await known_web_test(api, slug, test_id)
    before = example_of(test, example_id)
    if (cells is None) == (edits is None):
        raise Refused("Give either all cells or edits.")
    check_cells(test, [cells or before.cells])
    if cells is None:
        named = dict(zip(test.data.params, before.cells, strict=True))
        cells = [value or "" for value in (named | apply_edits(named, edits)).values()]
    after = await api.update_example(slug, example_id, cells)
    return Changed[Example](done=f"Changed, of test {word(test.data.id)}.", now=after, before=before)


@web.destroys(idempotent=True, verify_with="get_test")
async def delete_test_example(
    api: Testomatio, test_id: TestId, example_id: ExampleId, project: ProjectSlug = None
) -> Asking[Changed[Example]]:
    """Delete one example (row of values) of a test. Asks the user first."""
    slug = api.project_of(project)
    test = await known_web_test(api, slug, test_id)
    before = example_of(test, example_id)
    cells = ", ".join(quote(cell, at_most=60) for cell in before.cells)
    name = f"of test {word(test.data.id)} {quote(test.data.title or '')} in {place(slug)}"
    left = join_counts(many(len(test.included) - 1, "example")) or "no example"
    yield Ask(f"Delete example {before.id} ({cells}) {name}? The test keeps {left}. There is no undo.")
    await api.delete_example(slug, example_id)
    yield Changed[Example](done=f"Deleted example {before.id} {name}.", before=before)

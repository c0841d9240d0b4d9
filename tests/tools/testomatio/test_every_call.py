"""What holds for every tool around tests: a project that is not there is told, and an id cannot climb."""

import inspect

import pytest

from tests.desk import desk, text
from tests.tools.testomatio.calls_tests import CALLS
from tests.tools.testomatio.holding import V2, WEB
from tools.testomatio.platform import testomatio

pytestmark = pytest.mark.anyio

TOOLS = {testomatio.name_of(tool): tool for tool in testomatio.tools}
BY_NAME = dict(reversed(CALLS))
# Closing a change session sends nothing where none was opened.
BY_NAME.pop("testomatio_close_change_session")
IN_A_PROJECT = [name for name in BY_NAME if "project" in inspect.signature(TOOLS[name].function).parameters]
IDS = {
    (name, argument)
    for name, arguments in BY_NAME.items()
    for argument, value in arguments.items()
    if isinstance(value, str) and (argument.endswith("_id") or argument in {"label", "branch", "milestone", "tag"})
}


async def test_a_project_that_is_not_there_or_not_yours_is_told_as_that_by_every_tool() -> None:
    wrong = {}
    async with desk() as d:
        for name in IN_A_PROJECT:
            result = await d.call(name, **BY_NAME[name], project="nowhere-00000")
            told = text(result)
            if "No project 'nowhere-00000' for this token" not in told or "testomatio_list_projects" not in told:
                wrong[name] = told
    assert wrong == {}


@pytest.mark.parametrize("number", ["..", "../../projects"])
async def test_no_id_climbs_out_of_its_place(number: str) -> None:
    async with desk() as d:
        for name, argument in sorted(IDS):
            await d.call(name, **BY_NAME[name] | {argument: number})
        paths = [line.split(" ")[1] for line in d.arrived(platform="testomatio")]
    # Whatever came of it: a slash inside an id travels percent-encoded, and an id of dots alone not at all.
    assert all(path.startswith((V2, WEB, "/api/login")) for path in paths)
    assert not [path for path in paths if path.endswith("/..")]
    assert len(IDS) > 30

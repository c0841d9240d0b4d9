"""Tools across platforms on a whole desk: what their answers point to is there, and they ask for it once."""

from collections import Counter
from typing import Any

import pytest

from server.app import build
from tests.desk import Desk, desk, settings

pytestmark = pytest.mark.anyio


def paths(desk: Desk, platform: str) -> Counter[tuple[str, str, str]]:
    entries = desk.sandboxes.journal.entries(platform=platform)
    return Counter((entry.method, entry.path, str((entry.query, entry.body))) for entry in entries)


async def test_every_line_of_an_assessment_can_be_opened() -> None:
    async with desk() as d:
        told = await d.answer("across_assess_release", version="9.0.1")
        sources = {line["source"] for line in told["lines"]} | {row["page"] for row in told["runs"]}
        assert len(sources) > 15
        for source in sources:
            assert (await d.client.read_resource(source)).contents


async def test_an_assessment_reads_nothing_twice() -> None:
    async with desk() as d:
        await d.answer("across_assess_release", version="9.0.1")
        for platform in ("testio", "testomatio", "testery", "testsigma"):
            twice = [path for path, count in paths(d, platform).items() if count > 1]
            assert not twice, platform


@pytest.mark.parametrize(
    ("version", "titles"),
    [
        ("9", {"Release 9", "Release 9 regression"}),
        ("9.0", {"Release 9.0 checkout by hand", "Release 9.0 regression", "Release 9.0 smoke"}),
    ],
)
async def test_a_version_takes_in_no_dates_and_no_other_versions(version: str, titles: set[str]) -> None:
    async with desk() as d:
        told = await d.answer("across_assess_release", version=version)
    assert {row["title"] for row in told["runs"]} == titles


async def test_what_an_api_does_not_list_is_said_where_it_was_looked_for() -> None:
    async with desk() as d:
        bugs = await d.answer("across_search", text="checkout", kinds=["bug"])
        tests = await d.answer("across_search", text="checkout", kinds=["test"])
    why: dict[str, Any] = {source["platform"]: source.get("why") for source in bugs["sources"]}
    assert why["testio"] is None
    assert {why[key] for key in ("testomatio", "testery", "testsigma")} == {"the API lists no bugs"}
    assert {s["platform"]: s.get("why") for s in tests["sources"]}["testery"] == "the API lists no tests"


@pytest.mark.parametrize(
    ("tokens", "is_there"),
    [({"TESTERY_API_TOKEN": "x"}, False), ({"TESTERY_API_TOKEN": "x", "TESTIO_API_TOKEN": "y"}, True), ({}, True)],
    ids=["one platform", "two platforms", "none, so all are listed"],
)
async def test_it_is_there_where_there_is_something_to_look_across(tokens: dict[str, str], is_there: bool) -> None:
    async with desk(server=build(settings(tokens, sandbox=False))) as d:
        tools = {tool.name for tool in (await d.client.list_tools()).tools}
        prompts = {prompt.name for prompt in (await d.client.list_prompts()).prompts}
    assert ("across_assess_release" in tools) is is_there
    assert ("release_report" in prompts) is is_there
    assert ("testomatio_list_projects" in tools) is (not tokens)

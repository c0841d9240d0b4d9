"""Each host is listed the few tools that a job needs, or all; the others can be found and called."""

from collections.abc import Mapping
from typing import Any

import pytest

from prompts.library import read_prompts
from server.app import build
from server.faces import DEFERRING, FINDERS
from server.guards.scope import offers
from server.settings import Settings, SettingsError
from tests.desk import ERAS, desk, settings
from tools.across import across
from tools.kit.platform import JOBS
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio
both_eras = pytest.mark.parametrize("mode", ERAS)
WORDS = ("auto", *JOBS)
ACCOUNTS: Mapping[str, dict[str, str]] = {
    "testio": {"TESTIO_API_TOKEN": "0123456789abcdef"},
    "testomatio": {"TESTOMATIO_API_TOKEN": "testomat_0123456789", "TESTOMATIO_PROJECT": "shop"},
    "testery": {"TESTERY_API_TOKEN": "0123456789abcdef"},
    "testsigma": {"TESTSIGMA_API_TOKEN": "0123456789abcdef"},
}
JOB_OF_PROMPT = {
    "plan_test": "planning",
    "triage_bugs": "triage",
    "review_run": "triage",
    "write_test_cases": "planning",
    "investigate_failure": "triage",
    "release_report": "reporting",
    "plan_release_testing": "planning",
    "find_duplicates": "triage",
    "regression_watch": "triage",
    "weekly_quality_report": "reporting",
}
LATER = frozenset({"find_duplicates", "plan_release_testing", "regression_watch", "weekly_quality_report"})
"""Prompts that need no tool outside of their face; what else they name can be found and called."""


def one_platform(key: str, words: str = "") -> Settings:
    return settings({"TESTDESK_TOOLSETS": words} | ACCOUNTS[key], sandbox=False)


async def listed(told: Settings, program: str = "a host", mode: str = "auto") -> dict[str, Any]:
    """The tools that a host is listed, by name."""
    async with desk(mode, told=told, server=build(told), program=program) as d:
        return {tool.name: tool for tool in (await d.client.list_tools()).tools}


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("key", ACCOUNTS)
async def test_one_platform_has_a_face_of_at_most_14_tools(key: str, word: str) -> None:
    names = (await listed(one_platform(key, word))).keys()
    assert names > FINDERS
    assert 8 <= len(names) <= 14
    assert all(name.startswith(f"{key}_") for name in names - FINDERS)


@pytest.mark.parametrize("word", WORDS)
async def test_all_platforms_have_a_face_of_at_most_31_tools_with_those_across(word: str) -> None:
    names = (await listed(settings({"TESTDESK_TOOLSETS": word}))).keys()
    assert len(names) <= 31
    assert names > FINDERS
    for key in (*ACCOUNTS, "across"):
        assert any(name.startswith(f"{key}_") for name in names), key


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.key)
@pytest.mark.parametrize("word", WORDS)
def test_a_face_names_each_of_its_tools_once_and_every_one_exists(platform: Any, word: str) -> None:
    face = platform.face(word, alone=True)
    assert len({*face}) == len(face)
    assert {*face} <= {tool.name for tool in platform.tools}
    assert {"get_bug", "create_test", "create_test_case"}.isdisjoint(face), "the tool for several replaces that for one"


@pytest.mark.parametrize("prompt", read_prompts(), ids=lambda prompt: prompt.name)
def test_a_prompt_names_a_tool_of_its_face_first_and_mostly_tools_of_it(prompt: Any) -> None:
    sources = [source for source in (*PLATFORMS, across) if source.key in prompt.platforms]
    job = JOB_OF_PROMPT[prompt.name]
    face = {source.name_of(tool) for source in sources for tool in source.face(job, alone=len(sources) == 1)}
    first = min(prompt.tools, key=lambda name: prompt.text.index(f"`{name}`"))
    assert first in face
    assert len(prompt.needs & face) >= len(prompt.needs) / 2
    assert prompt.name not in LATER or prompt.needs <= face


@both_eras
@pytest.mark.parametrize("program", DEFERRING)
async def test_a_host_that_searches_tools_itself_is_listed_all_with_the_face_marked(mode: str, program: str) -> None:
    told = settings({"TESTDESK_TOOLSETS": ""})
    every, few = await listed(told, program, mode), await listed(told, "cursor", mode)
    across = next(offer for offer in offers(PLATFORMS) if offer.key == "across")
    listed_tools = [tool for offer in (*PLATFORMS, across) for tool in offer.tools if tool.view is None]
    assert len(every) == len(listed_tools) + 1, "one of our own, and no view without the extension"
    assert {
        name for name, tool in every.items() if (tool.meta or {}).get("anthropic/alwaysLoad")
    } == few.keys() - FINDERS
    assert not any(tool.meta for tool in few.values())


@both_eras
async def test_a_tool_that_is_not_listed_can_be_called_by_its_name(mode: str) -> None:
    told = settings({"TESTDESK_TOOLSETS": ""})
    async with desk(mode, told=told) as d:
        assert "testio_get_product" not in {tool.name for tool in (await d.client.list_tools()).tools}
        assert (await d.answer("testio_get_product", product_id=71))["id"] == 71


async def test_a_word_with_a_minus_leaves_tools_out() -> None:
    every = (await listed(settings({"TESTDESK_TOOLSETS": "all"}))).keys()
    fewer = (await listed(settings({"TESTDESK_TOOLSETS": "all, -testio:connections"}))).keys()
    assert every - fewer == {f"testio_{verb}_connection" for verb in ("create", "get", "update", "delete")}
    assert fewer - every == FINDERS
    face = (await listed(settings({"TESTDESK_TOOLSETS": ""}))).keys()
    assert face - (await listed(settings({"TESTDESK_TOOLSETS": "-testio_list_bugs"}))).keys() == {"testio_list_bugs"}


async def test_the_option_counts_before_the_variable() -> None:
    told = settings({"TESTDESK_TOOLSETS": "all"}, toolsets="testery:failures")
    assert (await listed(told)).keys() - FINDERS == {"testery_get_failures"}


@pytest.mark.parametrize(("word", "hint"), [("-testio:connection", "testio:connections"), ("repoting", "reporting")])
def test_a_wrong_word_is_refused_with_the_right_one(word: str, hint: str) -> None:
    with pytest.raises(SettingsError, match=f"did you mean .*{hint}"):
        build(settings({"TESTDESK_TOOLSETS": word}))


async def test_a_prompt_says_how_to_call_what_is_not_listed() -> None:
    async def words(toolsets: str) -> str:
        async with desk(told=settings({"TESTDESK_TOOLSETS": toolsets})) as d:
            prompt = await d.client.get_prompt("plan_test", {"what": "checkout"})
            return str(prompt.messages[0].content)

    assert "call_tool" in await words("auto")
    assert "call_tool" not in await words("all")

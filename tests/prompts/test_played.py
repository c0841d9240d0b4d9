"""Prompts as a scripted client plays them: all reads work, nothing changes before the person's word, acts ask."""

import re

import pytest
from mcp.types import PromptReference

from prompts.library import Prompt, read_prompts
from server.guards.scope import offers
from tests.desk import YES, desk
from tests.desk import text as text_of
from tests.prompts.played import SCRIPTS, Script
from tools.kit.toolset import Effect
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio

PROMPTS = {prompt.name: prompt for prompt in read_prompts()}
EFFECTS = {offer.name_of(tool): tool for offer in offers(PLATFORMS) for tool in offer.tools}
KEYS = [platform.key for platform in PLATFORMS]
every_prompt = pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
FREE = {"what", "change", "paths", "limits", "audience"}
"""Arguments in the user's own words, which nothing can complete."""
NOT_COMPLETED = {"suite_id"}
"""An argument whose ids no page of a platform has."""


@every_prompt
def test_it_stops_for_a_person_before_it_names_a_tool_that_changes_something(prompt: Prompt) -> None:
    stop = re.search(r"\b(?:[Ss]top\b|I decide)", prompt.text)
    assert stop is not None
    acts = {name for name in prompt.tools if EFFECTS[name].effect is not Effect.READS}
    assert [name for name in acts if prompt.text.index(f"`{name}`") < stop.start()] == []


@every_prompt
async def test_its_arguments_are_completed(prompt: Prompt) -> None:
    async with desk() as d:
        ref = PromptReference(type="ref/prompt", name=prompt.name)
        for argument in prompt.arguments:
            done = (await d.client.complete(ref, {"name": argument.name, "value": ""})).completion
            is_free = argument.name in FREE | NOT_COMPLETED
            assert is_free or done.values, argument.name
        assert [line for line in d.writes() if not line.startswith("HEAD")] == []


async def test_a_version_is_completed_from_the_titles_of_runs_the_newest_first() -> None:
    async with desk() as d:
        ref = PromptReference(type="ref/prompt", name="plan_release_testing")
        every = (await d.client.complete(ref, {"name": "version", "value": ""})).completion.values
        some = (await d.client.complete(ref, {"name": "version", "value": "9.0"})).completion.values
    assert "9.0.1" in some
    assert every.index("9.0.1") < every.index("8.4")
    assert [value for value in some if not value.startswith("9.0")] == []


async def test_a_completion_across_platforms_that_cannot_be_had_is_empty() -> None:
    async with desk() as d:
        for platform in KEYS:
            await d.fault(platform=platform, method="GET", path="/*", times=99, status=500)
        ref = PromptReference(type="ref/prompt", name="regression_watch")
        done = (await d.client.complete(ref, {"name": "version", "value": "9"})).completion
    assert done.values == []


def test_every_prompt_is_played() -> None:
    assert SCRIPTS.keys() == PROMPTS.keys()


@pytest.mark.parametrize(("name", "script"), SCRIPTS.items(), ids=SCRIPTS)
async def test_it_can_be_played(name: str, script: Script) -> None:
    prompt = PROMPTS[name]
    calls = [tool for tool, _ in (*script.before, *script.after)]
    assert prompt.tools >= set(calls), "only tools that it names"
    assert prompt.needs <= set(calls), "all tools that it needs"
    async with desk(person=lambda _: YES) as d:
        text = str((await d.client.get_prompt(name, script.arguments)).messages[0].content)
        for value in script.arguments.values():
            assert value in text
        for tool, arguments in script.before:
            result = await d.call(tool, **arguments)
            assert not result.is_error, text_of(result)
        assert [line for key in KEYS for line in d.writes(key) if not line.startswith("HEAD")] == []
        assert d.asked == []
        for tool, arguments in script.after:
            asked = len(d.asked)
            await d.answer(tool, **arguments)
            asks = EFFECTS[tool].effect in {Effect.DESTROYS, Effect.SPENDS} or tool in script.asking
            assert len(d.asked) - asked == asks, tool

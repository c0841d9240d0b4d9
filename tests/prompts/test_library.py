"""Each prompt names tools that exist and uses every argument it asks for."""

import pytest

from prompts.library import Prompt, read_prompts
from server.guards.scope import offers
from tools.platforms import PLATFORMS

PROMPTS = read_prompts()
every_prompt = pytest.mark.parametrize("prompt", PROMPTS, ids=[p.name for p in PROMPTS])


@every_prompt
def test_every_tool_it_names_exists(prompt: Prompt) -> None:
    names = {offer.name_of(tool) for offer in offers(PLATFORMS) for tool in offer.tools}
    assert prompt.tools
    assert prompt.tools <= names


@every_prompt
def test_what_it_can_do_without_is_named_in_it(prompt: Prompt) -> None:
    assert prompt.where_offered <= prompt.tools
    assert prompt.needs
    assert not prompt.where_offered or "offered" in prompt.text


@every_prompt
def test_every_argument_it_asks_for_is_used(prompt: Prompt) -> None:
    for argument in prompt.arguments:
        assert f"${argument.name}" in prompt.text
        assert argument.description


@every_prompt
def test_its_platforms_exist(prompt: Prompt) -> None:
    assert set(prompt.platforms) <= {offer.key for offer in offers(PLATFORMS)}


@every_prompt
def test_what_is_given_cannot_ask_for_more(prompt: Prompt) -> None:
    given = {argument.name: f"${prompt.arguments[0].name} $$ ${{x}}" for argument in prompt.arguments}
    assert "${x}" in prompt.fill(given)

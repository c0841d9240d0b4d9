"""Registers the prompts from their Markdown files."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from mcp import MCPError
from mcp.server.mcpserver.prompts.base import Prompt, PromptArgument
from mcp.types import INVALID_PARAMS

from prompts.library import Prompt as Prose
from server.catalogued_server import CataloguedServer
from server.faces import CALL, CALL_READ
from server.guards.mentions import permitted
from server.guards.rights import may_change

UNLISTED: Final = "\n\nA tool named here that is not in your list can be called through `{}`, if it only reads{}."
_WRAPPED: Final = re.compile(r"\n[ \t]*(?![ \t]*(?:[-*]|\d+\.)[ \t])(?=[^\s])")
"""The end of a line in the middle of a paragraph or of an item."""


def add_prompts(server: CataloguedServer, prose: Sequence[Prose], *, hides: bool) -> None:
    """Register each prompt with its arguments; with `hides` it says how to call a tool that is not listed."""
    for prompt in prose:
        server.add_prompt(_offered(prompt, hides=hides))
    server.prompt_tools = {prompt.name: prompt.needs for prompt in prose}


def _offered(prompt: Prose, *, hides: bool) -> Prompt:
    names = {argument.name for argument in prompt.arguments}

    async def fill(**given: Any) -> str:
        unknown = sorted(set(given) - names)
        if unknown:
            raise MCPError(
                code=INVALID_PARAMS,
                message=f"{prompt.name} has no argument {unknown[0][:60]!r}; it takes {', '.join(sorted(names))}.",
            )
        end = UNLISTED.format(CALL_READ, f", or `{CALL}`" if may_change() else "") if hides else ""
        return _permitted(prompt).fill({name: str(value)[:2000] for name, value in given.items()}) + end

    return Prompt(
        name=prompt.name,
        title=prompt.title,
        description=prompt.description,
        arguments=[
            PromptArgument(name=a.name, description=a.description, required=a.required) for a in prompt.arguments
        ],
        fn=fill,
        context_kwarg=None,
    )


def _permitted(prompt: Prose) -> Prose:
    """A prompt without the sentences that name an optional tool which the caller may not call."""
    text = _WRAPPED.sub(" ", prompt.text)
    allowed = permitted(text)
    return prompt if allowed == text else replace(prompt, text=allowed)

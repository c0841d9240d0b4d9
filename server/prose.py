"""Registers the prompts from their Markdown files."""

from collections.abc import Sequence
from typing import Any, Final

from mcp import MCPError
from mcp.server import MCPServer
from mcp.server.mcpserver.prompts.base import Prompt, PromptArgument
from mcp.types import INVALID_PARAMS

from prompts.library import Prompt as Prose
from server.faces import CALL, CALL_READ

UNLISTED: Final = (
    f"\n\nA tool named here that is not in your list can be called through `{CALL_READ}`, if it only reads, or "
    f"`{CALL}`."
)


def add_prompts(server: MCPServer[Any], prose: Sequence[Prose], *, hides: bool) -> None:
    """Register each prompt with its arguments; with `hides` it says how to call a tool that is not listed."""
    for prompt in prose:
        server.add_prompt(_offered(prompt, UNLISTED if hides else ""))


def _offered(prompt: Prose, end: str) -> Prompt:
    names = {argument.name for argument in prompt.arguments}

    async def fill(**given: Any) -> str:
        unknown = sorted(set(given) - names)
        if unknown:
            raise MCPError(
                code=INVALID_PARAMS,
                message=f"{prompt.name} has no argument {unknown[0][:60]!r}; it takes {', '.join(sorted(names))}.",
            )
        return prompt.fill({name: str(value)[:2000] for name, value in given.items()}) + end

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

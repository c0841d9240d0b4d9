"""The slash commands of the plugin for Claude Code, from the prompts that the server offers."""

from typing import Final

from prompts.library import Prompt, read_prompts

COMMANDS: Final = {"triage": "triage_bugs", "plan": "plan_test", "release": "release_report"}
"""The commands, and the prompt of each."""
GIVEN: Final = "(see what I gave)"


def commands() -> dict[str, str]:
    """The file of each command."""
    by_name = {prompt.name: prompt for prompt in read_prompts()}
    return {f"{command}.md": _command(by_name[name]) for command, name in COMMANDS.items()}


def _command(prompt: Prompt) -> str:
    hint = " ".join(f"[{argument.name.removesuffix('_id')}]" for argument in prompt.arguments)
    text = prompt.fill({argument.name: GIVEN for argument in prompt.arguments})
    head = f"---\ndescription: {prompt.description}\nargument-hint: {hint!r}\n---\n"
    given = "What I gave: $ARGUMENTS\n\nThe tools are those of the MCP server `testdesk`; where they are not listed, "
    return f"{head}\n{text}\n\n{given}find them with\n`find_tools`. If there is none, tell me to install Testdesk.\n"

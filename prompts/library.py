"""Reads the prompts: Markdown files beside this one, each with a small TOML head between lines of +++."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Argument:
    """A prompt's argument, which the user fills in."""

    name: str
    description: str
    required: bool = False


@dataclass(frozen=True)
class Prompt:
    """One prompt; its name is the file's name."""

    name: str
    title: str
    description: str
    platforms: tuple[str, ...]
    arguments: tuple[Argument, ...]
    text: str
    where_offered: frozenset[str] = frozenset()
    """Optional tools, such as those that need another kind of token."""

    @property
    def tools(self) -> frozenset[str]:
        """The tools it names, in backticks."""
        words = re.findall(r"`([a-z0-9]+_[a-z0-9_]+)`", self.text)
        return frozenset(word for word in words if word.startswith(tuple(f"{key}_" for key in self.platforms)))

    @property
    def needs(self) -> frozenset[str]:
        """The required tools."""
        return self.tools - self.where_offered

    def fill(self, given: dict[str, str]) -> str:
        """The text with its arguments filled in; missing ones become `Not said`."""
        values = {argument.name: given.get(argument.name, "").strip() or "(not said)" for argument in self.arguments}
        return Template(self.text).substitute(values)


def read_prompts() -> list[Prompt]:
    """All prompts, by name."""
    return [_read(file) for file in sorted(HERE.glob("*.md"))]


@cache
def _read(file: Path) -> Prompt:
    _, head, text = file.read_text(encoding="utf-8").split("+++\n", 2)
    header = tomllib.loads(head)
    return Prompt(
        name=file.stem,
        title=header["title"],
        description=header["description"],
        platforms=tuple(header["platforms"]),
        arguments=tuple(Argument(**argument) for argument in header.get("arguments", [])),
        text=text.strip(),
        where_offered=frozenset(header.get("where_offered", ())),
    )

"""Reads the prompts: Markdown files beside this one, each with a small TOML head between lines of +++."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from string import Template

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Argument:
    """What a person fills in."""

    name: str
    description: str
    required: bool = False


@dataclass(frozen=True)
class Prompt:
    """One job in prose; the file's name is its name."""

    name: str
    title: str
    description: str
    platforms: tuple[str, ...]
    arguments: tuple[Argument, ...]
    text: str
    where_offered: frozenset[str] = frozenset()
    """Tools it can do without, such as those that another kind of token opens."""

    @property
    def tools(self) -> frozenset[str]:
        """The tools it names, in backticks."""
        words = re.findall(r"`([a-z0-9]+_[a-z0-9_]+)`", self.text)
        return frozenset(word for word in words if word.startswith(tuple(f"{key}_" for key in self.platforms)))

    @property
    def needs(self) -> frozenset[str]:
        """The tools without which it makes no sense."""
        return self.tools - self.where_offered

    def fill(self, given: dict[str, str]) -> str:
        """The prose with its arguments in place; what was not given stands as said by `Not said`."""
        values = {argument.name: given.get(argument.name, "").strip() or "(not said)" for argument in self.arguments}
        return Template(self.text).substitute(values)


def read_prompts() -> list[Prompt]:
    """All prompts, by name."""
    return [_read(file) for file in sorted(HERE.glob("*.md"))]


def _read(file: Path) -> Prompt:
    _, head, text = file.read_text(encoding="utf-8").split("+++\n", 2)
    told = tomllib.loads(head)
    return Prompt(
        name=file.stem,
        title=told["title"],
        description=told["description"],
        platforms=tuple(told["platforms"]),
        arguments=tuple(Argument(**argument) for argument in told.get("arguments", [])),
        text=text.strip(),
        where_offered=frozenset(told.get("where_offered", ())),
    )

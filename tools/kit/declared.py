"""What a platform declares, as far as lists show it: known from a record, none of its modules has to be imported."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from tools.kit.toolset import Effect, Tool
from tools.kit.view import DeclaredView


@dataclass(frozen=True)
class DeclaredTool:
    """A tool without its function."""

    name: str
    subject: str
    sentence: str
    effect: Effect
    asks: bool
    always_asks: bool
    """Whether no arguments alone show that a question is not needed."""
    typed: bool
    """Whether it may have the name of what it deletes typed."""
    idempotent: bool
    needs: str | None
    hint: str
    """The words people ask for it with."""
    view: DeclaredView | None = None
    """The page that shows its answer."""
    rules: bool = False
    """Whether it decides what others can do or receive."""

    @classmethod
    def of(cls, tool: Tool, hint: str) -> Self:
        """What a list shows of a tool."""
        return cls(
            name=tool.name,
            subject=tool.subject,
            sentence=tool.sentence,
            effect=tool.effect,
            asks=tool.asks,
            always_asks=tool.unasked_when is None,
            typed=tool.typed,
            idempotent=tool.idempotent,
            needs=tool.needs,
            hint=hint,
            view=None if tool.view is None else tool.view.declared,
            rules=tool.rules,
        )


@dataclass(frozen=True)
class DeclaredResource:
    """A resource without its function."""

    template: str
    name: str
    sentence: str


@dataclass(frozen=True)
class Declared:
    """The tools and resources of a source, and whether it has a survey."""

    tools: tuple[DeclaredTool, ...]
    resources: tuple[DeclaredResource, ...]
    has_survey: bool

    @property
    def as_json(self) -> dict[str, Any]:
        """The form of a record."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Self:
        """Read a record."""
        return cls(
            tuple(_tool(tool) for tool in record["tools"]),
            tuple(DeclaredResource(**resource) for resource in record["resources"]),
            record["has_survey"],
        )


def _tool(record: Mapping[str, Any]) -> DeclaredTool:
    view = DeclaredView.from_json(record["view"])
    return DeclaredTool(**{**record, "effect": Effect(record["effect"]), "view": view})

"""An MCP tool whose schema is made when it is first looked at, and whose refusals are sentences."""

import difflib
from collections.abc import Callable
from typing import Any, Final, Self

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool as McpTool
from mcp.server.mcpserver.utilities.func_metadata import FuncMetadata
from mcp.types import ToolAnnotations
from pydantic import PrivateAttr, ValidationError

LATER: Final = (
    "fn", "parameters", "fn_metadata", "is_async", "context_kwarg", "resolved_params", "resolver_plans",
)  # fmt: skip
"""What is made from a function's signature: three milliseconds a tool, and a call needs one tool of hundreds."""


class ExposedTool(McpTool):
    """An MCP tool whose refusals are sentences and whose arguments are taken strictly."""

    _finish: Callable[[], McpTool] | None = PrivateAttr(default=None)

    @classmethod
    def later(
        cls, name: str, title: str, description: str, annotations: ToolAnnotations, finish: Callable[[], McpTool]
    ) -> Self:
        """A tool that is known by name; `finish` makes the whole of it when anything else is asked."""
        tool = cls.model_construct(name=name, title=title, description=description, annotations=annotations)
        for field in LATER:
            tool.__dict__.pop(field, None)
        tool._finish = finish
        return tool

    def __getattr__(self, name: str) -> Any:
        """Make what was put off; the SDK reads it as plain fields."""
        if name not in LATER or self._finish is None:
            return super().__getattr__(name)  # type: ignore[misc]  # pydantic has it, unseen by type checkers
        built = self._finish()
        self.__dict__.update({field: built.__dict__[field] for field in LATER})
        self._finish = None
        return self.__dict__[name]

    async def run(self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False) -> Any:
        try:
            return await super().run(arguments, context, convert_result)
        except ToolError as error:
            cause = error.__cause__
            if isinstance(cause, ValidationError):
                raise ToolError(self._invalid(cause)) from cause
            if type(cause) is ToolError:
                raise ToolError(str(cause)) from cause  # its own sentence, without the SDK's prefix
            raise

    def _invalid(self, error: ValidationError) -> str:
        """Say which arguments are wrong, and never what was in them."""
        told = []
        for wrong in error.errors(include_url=False, include_input=False):
            place = [str(part) for part in wrong["loc"]]
            if wrong["type"] == "extra_forbidden":
                told.append(self._unknown(place))
            elif wrong["type"] == "missing":
                told.append(f"{'.'.join(place)} is missing")
            else:
                told.append(f"{'.'.join(place)}: {wrong['msg'][:200]}")
        words = "; ".join(dict.fromkeys(told))
        return f"Nothing was sent. {words}{'' if words.endswith('?') else '.'}"

    def _unknown(self, place: list[str]) -> str:
        name, names = place[-1][:60], list(self.parameters.get("properties", {}))
        if len(place) > 1:
            return f"{'.'.join(place[:-1])} has no field {name!r}"
        close = difflib.get_close_matches(name, names, 1)
        return f"There is no argument {name!r}" + (
            f", did you mean {close[0]}?" if close else f"; it takes {', '.join(names)}"
        )


class Arguments(FuncMetadata):
    """Takes a list or an object that a host sends as JSON text, but leaves a text that is meant as text alone."""

    texts: frozenset[str] = frozenset()

    def validate_arguments(self, arguments_to_validate: dict[str, Any]) -> dict[str, Any]:
        if self.arg_model.model_config.get("extra") != "forbid":
            # Strict from the first call on: to build each tool's model anew at the start would cost a third of it.
            self.arg_model.model_config["extra"] = "forbid"
            self.arg_model.model_rebuild(force=True)
        return super().validate_arguments(arguments_to_validate)

    def pre_parse_json(self, data: dict[str, Any]) -> dict[str, Any]:
        parsed = super().pre_parse_json({name: value for name, value in data.items() if name not in self.texts})
        return {name: parsed.get(name, value) for name, value in data.items()}

"""An MCP tool whose schema is built on first access, and whose refusals are sentences."""

from collections.abc import Callable
from typing import Any, Final, Self

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool as McpTool
from mcp.types import ToolAnnotations
from pydantic import PrivateAttr, ValidationError

from server.argument_errors import explain
from server.guards.mentions import permitted
from server.observing import note_outcome

LATER: Final = (
    "fn", "parameters", "fn_metadata", "is_async", "context_kwarg", "resolved_params", "resolver_plans",
)  # fmt: skip
"""Fields that are built from a function's signature: three milliseconds per tool, and a call needs only one."""
SHOWN: Final = ("title", "description", "annotations", "meta")
"""Fields that may come from a record; a built tool has them from its function."""

SEARCH_HINT: Final = "anthropic/searchHint"
"""The key in a tool's `_meta` of the words that hosts and `find_tools` search beside its name and description."""


def hint_meta(hint: str) -> dict[str, Any] | None:
    """The `_meta` of a tool with a hint."""
    return {SEARCH_HINT: hint} if hint else None


class ExposedTool(McpTool):
    """An MCP tool with lazy schema, strict arguments, and refusals in sentences."""

    _finish: Callable[[], McpTool] | None = PrivateAttr(default=None)

    @classmethod
    def later(
        cls,
        name: str,
        title: str,
        description: str,
        annotations: ToolAnnotations,
        finish: Callable[[], McpTool],
        *,
        hint: str = "",
        parameters: dict[str, Any] | None = None,
    ) -> Self:
        """A tool of which only the name is known; `finish` builds the rest on first access.

        With its `parameters` known from a record, and no schema of its answers published, it is listed without that.
        """
        known: dict[str, Any] = {
            "name": name,
            "title": title,
            "description": description,
            "annotations": annotations,
            "icons": None,
            "meta": hint_meta(hint),
        }
        if parameters is not None:
            known |= {"parameters": parameters, "output_schema": None}
        tool = cls.__new__(cls)
        # As a copy is made: `model_construct` looks at the defaults of all fields, most of the time of a build.
        tool.__setstate__(
            {
                "__dict__": known,
                "__pydantic_fields_set__": set(known),
                "__pydantic_extra__": None,
                "__pydantic_private__": {"_finish": finish},
            }
        )
        return tool

    def build(self) -> None:
        """Build what is deferred or known from a record only."""
        if self._finish is not None:
            built = self._finish()
            self.__dict__.update({field: built.__dict__[field] for field in (*LATER, *SHOWN)})
            self._finish = None

    def __getattr__(self, name: str) -> Any:
        """Build the deferred fields; the SDK reads them as plain attributes."""
        if name not in LATER or self._finish is None:
            return super().__getattr__(name)  # type: ignore[misc]  # pydantic has it, unseen by type checkers
        self.build()
        return self.__dict__[name]

    async def run(self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False) -> Any:
        try:
            return await super().run(arguments, context, convert_result)
        except ToolError as error:
            cause = error.__cause__
            if isinstance(cause, ValidationError):
                note_outcome("invalid")
                raise ToolError(permitted(explain(cause, self.parameters))) from cause
            if type(cause) is ToolError:
                raise ToolError(str(cause)) from cause  # our own sentence, without the SDK's prefix
            note_outcome("error")
            raise

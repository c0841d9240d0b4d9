"""The pages of views as resources: read when they are asked for, from files that need no build."""

import json
import re
from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Final

from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID
from mcp.server.extension import Extension, ResourceBinding
from mcp.server.mcpserver.resources import FunctionResource

from server.views.listed import Shown, Views

HERE: Final = Path(__file__).parent
_STYLE: Final = re.compile(r"<style>.*?</style>", re.DOTALL)
_SPACES: Final = re.compile(r"\s*;?\s*(})\s*|\s*([{;])\s*|(?<=[:,])\s+")
_OPERATORS: Final = re.compile(r" (=>|===|!==|&&|\|\||[?]{1,2}|[=:<>+-]) (?=\S)")


class ViewPages(Extension):
    """The extension: it announces views, and has their pages as resources."""

    identifier = EXTENSION_ID

    def __init__(self, views: Views, may: Callable[[str], bool] = lambda _: True) -> None:
        """`may` says whether who asks for a page may call a tool."""
        self._views, self._may = views, may

    def resources(self) -> Sequence[ResourceBinding]:
        """One page for each view."""
        return [ResourceBinding(_resource(shown, self._may)) for shown in self._views.shown.values()]


def _resource(shown: Shown, may: Callable[[str], bool]) -> FunctionResource:
    return FunctionResource(
        uri=shown.address,
        name=f"{shown.source.key}_{shown.view.name}",
        title=shown.view.title,
        mime_type=APP_MIME_TYPE,
        # No `csp`: without one a page reaches nothing outside of its frame.
        meta={"ui": {"prefersBorder": True}},
        fn=partial(page, shown, may),
    )


def page(shown: Shown, may_call: Callable[[str], bool] = lambda _: True) -> str:
    """The page of a view: what all pages share, the tools that this one may call, and its own part."""
    view = shown.source.tool(shown.tool).view
    if view is None:
        raise LookupError(shown.address)
    desk, look = ((HERE / name).read_text(encoding="utf-8") for name in ("desk.js", "desk.css"))
    tools = sorted(name for name, listed in shown.calls.items() if may_call(listed))
    may = {"prefix": shown.source.name_of(""), "tools": tools}
    own = view.file.read_text(encoding="utf-8")
    return _without_layout(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(view.title)}</title>'
        f"<style>{look}</style>"
        f"<script>{desk}\nObject.assign(desk, {json.dumps(may)});</script>{own}</html>"
    )


def _without_layout(text: str) -> str:
    """A page without what is in its files for readers: indentation, lines of comment, spaces of styles and operators.

    No string of a page may span lines, or hold an operator between spaces.
    """
    lines = (line.strip() for line in text.splitlines())
    text = "\n".join(line for line in lines if line and not line.startswith("//"))
    text = _STYLE.sub(lambda found: _SPACES.sub(lambda space: space[1] or space[2] or "", found[0]), text)
    return _OPERATORS.sub(r"\1", text)

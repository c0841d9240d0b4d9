"""docs/coverage.md: a row for each operation of each platform, with everything that implements it.

Each platform lists its operations, from the vendor's documents; the rest of a row is looked up in the code.
"""

import ast
import inspect
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from server.tracker_coverage import tracker_lines
from tools.kit.platform import Platform
from tools.kit.toolset import Effect, Tool

ROOT = Path(__file__).parent.parent
ENDPOINT = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) (/[^\s,]*)")
DEEPEST = 6


@dataclass(frozen=True)
class Row:
    """One operation, and where it is found."""

    group: str
    method: str
    path: str
    source: str
    client: str
    tools: tuple[str, ...]
    effect: str
    route: str

    @property
    def gaps(self) -> list[str]:
        cells = {"client method": self.client, "tool": self.tools, "effect": self.effect, "sandbox route": self.route}
        return [name for name, cell in cells.items() if not cell]


def shape(path: str) -> str:
    """A path with its variables unnamed, since client and sandbox name them differently."""
    return re.sub(r"\{[^}]*\}", "{}", path.rstrip("/"))


def endpoints(client: Any) -> dict[tuple[str, str], str]:
    """The client's methods, by the endpoint at the start of their docstrings."""
    found: dict[tuple[str, str], str] = {}
    for name, function in inspect.getmembers(client, inspect.isfunction):
        for method, path in ENDPOINT.findall((function.__doc__ or "").strip().split("\n")[0]):
            found.setdefault((method, shape(path)), name)
    return found


@cache
def _tree(module: ModuleType) -> ast.Module:
    return ast.parse(inspect.getsource(module))


@cache
def _names_in(function: Callable[..., Any]) -> tuple[set[str], set[str]]:
    """The names in a function's body, and the client methods that it takes from `api` or `self`."""
    module = inspect.getmodule(function)
    if module is None:
        return set(), set()
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function.__name__:
            inside = [n for statement in node.body for n in ast.walk(statement)]
            names = {n.id for n in inside if isinstance(n, ast.Name)}
            taken = {n.attr for n in inside if isinstance(n, ast.Attribute) and _is_client(n.value)}
            return names, taken
    return set(), set()


def _is_client(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in {"api", "self"}


def reachable_methods(tool: Tool, client: Any) -> dict[str, int]:
    """The client methods that a tool reaches, with their distance in calls."""
    steps: dict[str, int] = {}
    seen: set[Callable[..., Any]] = set()
    todo: list[tuple[Callable[..., Any], int]] = [(tool.function, 0)]
    while todo:
        function, depth = todo.pop(0)
        if function in seen or depth > DEEPEST:
            continue
        seen.add(function)
        names, taken = _names_in(function)
        for name in sorted(taken):
            method = getattr(client, name, None)
            if inspect.isfunction(method):
                steps.setdefault(name, depth)
                todo.append((method, depth + 1))
        around = vars(inspect.getmodule(function))
        near = [around[name] for name in sorted(names) if inspect.isfunction(around.get(name))]
        todo += [(one, depth + 1) for one in near if one.__module__.startswith("tools.")]
    return steps


def operations(platform: Platform) -> dict[str, Any]:
    """The operations in the vendor's documentation."""
    return tomllib.loads((ROOT / "tools" / platform.key / "operations.toml").read_text(encoding="utf-8"))


def rows(platform: Platform) -> list[Row]:
    """The rows of a platform."""
    documented = operations(platform)
    methods = endpoints(platform.client)
    routes = {(method, shape(path)): f"{method} {path}" for method, path in platform.sandbox().routes}
    by_tool = [(tool, reachable_methods(tool, platform.client)) for tool in platform.tools]
    return [_row(platform, operation, methods, routes, by_tool) for operation in documented["operation"]]


def _row(
    platform: Platform,
    operation: dict[str, str],
    methods: dict[tuple[str, str], str],
    routes: dict[tuple[str, str], str],
    by_tool: Sequence[tuple[Tool, dict[str, int]]],
) -> Row:
    key = (operation["method"], shape(operation["path"]))
    client = methods.get(key, "")
    # A tool that writes also reads; the tools closest to the method are the ones it exists for.
    near = sorted(
        (steps[client], tool.effect is not Effect.READS, tool.name) for tool, steps in by_tool if client in steps
    )
    reads = operation["method"] == "GET" and "upload" not in operation["path"]
    fit = [n for n in near if not (reads and n[1])] or near
    best = [name for depth, _, name in fit if depth == fit[0][0]][:2] if fit else []
    effects = {tool.name: tool.effect.value for tool, _ in by_tool}
    return Row(
        operation["group"],
        *(operation["method"], operation["path"], operation["source"], client),
        tuple(platform.name_of(name) for name in best),
        ", ".join(dict.fromkeys(effects[name] for name in best)),
        routes.get(key, ""),
    )


def expected(platform: Platform) -> int:
    """The number of operations in the vendor's documentation."""
    return int(operations(platform)["expected"])


def coverage_page(platforms: Sequence[Platform]) -> str:
    """The whole page."""
    return "\n".join(_page_lines(platforms))


def _page_lines(platforms: Sequence[Platform]) -> Iterator[str]:
    yield "# Coverage"
    yield ""
    yield "Generated by `make reference`, checked in CI: a row with an empty cell fails."
    for platform in platforms:
        found = rows(platform)
        whole = sum(not row.gaps for row in found)
        yield ""
        yield f"## {platform.title}: {whole} of {expected(platform)}"
        yield ""
        yield "| group | operation | client method | tool | effect | sandbox route | source |"
        yield "| --- | --- | --- | --- | --- | --- | --- |"
        for row in found:
            tools = ", ".join(f"`{name}`" for name in row.tools)
            client = f"`{row.client}`" if row.client else ""
            route = f"`{row.route}`" if row.route else ""
            cells = (row.group, f"`{row.method} {row.path}`", client, tools, row.effect, route, row.source)
            yield f"| {' | '.join(cells)} |"
        yield ""
        yield "Left out:"
        yield ""
        yield from (f"- {what}" for what in operations(platform)["left_out"])
    yield from tracker_lines()
    yield ""

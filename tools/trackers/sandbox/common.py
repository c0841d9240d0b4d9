"""What the fake APIs of all trackers share: issues, a search that lags, and the control for it."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from starlette.responses import JSONResponse, Response

from tools.kit.sandbox.clock import Clock
from tools.kit.sandbox.request_body import json_object
from tools.kit.sandbox.routes import Call, Respond, Routes
from tools.kit.sandbox.sandbox import Sandbox
from tools.kit.sandbox.switches import switch_values, with_changes

W = TypeVar("W", bound="World")

WRONG: Final = "wrong"
"""A credential with this word in it is a wrong one; every other one is taken."""


@dataclass
class Issue:
    """An issue of any tracker; `fields` is what was sent, in the tracker's own names."""

    number: int
    title: str
    text: Any
    labels: list[str] = field(default_factory=list)
    is_open: bool = True
    fields: dict[str, Any] = field(default_factory=dict)
    comments: list[Any] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    hidden_for: int = 0
    """Searches that do not find it yet."""


@dataclass(frozen=True)
class Switches:
    lag: int = 0
    """Searches by which a new issue is missed."""
    no_push: bool = False
    """Whether the credential may create issues, and nothing else."""
    anonymous: bool = False
    """Whether the tracker answers a wrong credential as it answers everybody."""


class World:
    """The state of one tracker."""

    first_number = 1

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.switches = Switches()
        self.issues: list[Issue] = []
        self.extra: dict[str, Any] = {}

    def add(self, title: str, text: Any, *, labels: Iterable[str] = (), **fields: Any) -> Issue:
        """Store a new issue, whatever is there already."""
        number = self.first_number + len(self.issues)
        issue = Issue(number, title, text, list(labels), fields=fields, hidden_for=self.switches.lag)
        self.issues.append(issue)
        return issue

    def issue(self, number: int | str) -> Issue | None:
        """The issue with this number."""
        return next((issue for issue in self.issues if str(issue.number) == str(number)), None)

    def search(self, fits: Callable[[Issue], bool]) -> list[Issue]:
        """What a lagging search finds, the newest first; each search brings hidden issues nearer."""
        found = [issue for issue in reversed(self.issues) if not issue.hidden_for and fits(issue)]
        for issue in self.issues:
            issue.hidden_for = max(0, issue.hidden_for - 1)
        return found


controls: Routes[Any] = Routes()


@controls.action("switches")
async def set_switches(call: Call[World]) -> Response:
    """Change how the fake API behaves: `{"lag": 2}`."""
    sent = json_object(call, lambda expected, why: Respond(JSONResponse({"error": why}, 422)))
    call.world.switches = with_changes(
        call.world.switches, sent, lambda reason: Respond(JSONResponse({"error": reason}, 422))
    )
    return JSONResponse(switch_values(call.world.switches))


def build(
    mount: str,
    routes: Routes[Any],
    world: Callable[[Clock], World],
    *,
    admit: Callable[[Call[Any]], Response | None],
    not_found: Callable[[Call[Any]], Response] | None = None,
    other_mounts: Mapping[str, Sequence[Routes[Any]]] | None = None,
) -> Sandbox:
    """A fake API below one mount."""
    return Sandbox(
        mount,
        world,
        [routes, controls],
        admit=admit,
        not_found=not_found,
        other_mounts=other_mounts,
        has_own_port=False,
    )


def refuse(body: Any, status: int, headers: Mapping[str, str] | None = None) -> Respond:
    """An answer that ends a request; a text is sent as it is."""
    if isinstance(body, str):
        return Respond(Response(body, status, dict(headers or {}), "text/plain"))
    return Respond(Response(json.dumps(body), status, dict(headers or {}), "application/json"))


def page_of(rows: Sequence[Any], number: int, size: int, *, first: int = 1) -> list[Any]:
    """One page of a list."""
    start = (number - first) * size
    return list(rows[start : start + size])


def number_in(call: Call[Any], name: str, default: int, *, most: int | None = None) -> int:
    """A number in the query; the default where there is none or another text."""
    text = call.last(name) or ""
    value = int(text) if text.isascii() and text.isdigit() else default
    return value if most is None else min(value, most)

"""Scope: the project and the branch that a request of v2 is about, and the people it may name."""

from collections.abc import Mapping
from typing import Protocol, TypeVar

from tools.kit.sandbox.routes import Call
from tools.testomatio.sandbox.access import project
from tools.testomatio.sandbox.answers import invalid, not_found, refuse
from tools.testomatio.sandbox.records import Suite, Test
from tools.testomatio.sandbox.requests import Fields, string
from tools.testomatio.sandbox.world import World

V2 = "/api/v2/{project_id}"


class _Owned(Protocol):
    @property
    def project(self) -> str: ...


T = TypeVar("T", bound=_Owned)
K = TypeVar("K", str, int)


def branch(call: Call[World]) -> str | None:
    """The branch a request is about; None for main, also when the one it names is unknown."""
    return call.world.branch(project(call).slug, call.last("branch"))


def find(call: Call[World], shelf: Mapping[K, T], key: K, what: str) -> T:
    """Something of the project that the path names.

    Raises:
        Respond: 404 when the project has no such thing.
    """
    found = shelf.get(key)
    if found is None or found.project != project(call).slug:
        raise not_found(what)
    return found


def test_of(call: Call[World], test_id: str) -> Test:
    """A test as the request's branch sees it.

    Raises:
        Respond: 404 when the project has no such test.
    """
    found = call.world.tests.get(test_id, branch(call))
    if found is None or found.project != project(call).slug:
        raise not_found("Test")
    return found


def suite_of(call: Call[World], suite_id: str) -> Suite:
    """A suite as the request's branch sees it.

    Raises:
        Respond: 404 when the project has no such suite.
    """
    found = call.world.suites.get(suite_id, branch(call))
    if found is None or found.project != project(call).slug:
        raise not_found("Suite")
    return found


def person(call: Call[World], sent: Fields, name: str = "assigned_to") -> str | None:
    """The address of somebody who may be given work; None for nobody.

    Raises:
        Respond: 422 for anyone who is no member, or who may only read.
    """
    email = string(sent, name)
    if not email:
        return None
    user = call.world.user(email)
    if user is None or user.id not in project(call).members or user.is_read_only:
        raise invalid(f"{name} is not a member of the project")
    return user.email


def only_with(call: Call[World], feature: str, *, is_off: bool) -> None:
    """Refuse what the project's plan does not have.

    Raises:
        Respond: 403, or 402 when that is switched on.
    """
    if is_off or feature not in project(call).features:
        status = 402 if call.world.switches.gate_is_402 else 403
        raise refuse(status, f"{feature.removeprefix('api_').capitalize()} are not available on your plan")


def moved(parents: Mapping[str, str | None], moving: str, target: str | None) -> None:
    """See that a move does not make something its own ancestor.

    Raises:
        Respond: 422 when it would.
    """
    at = target
    while at is not None:
        if at == moving:
            raise invalid("Parent can't be the item itself or below it")
        at = parents.get(at)

"""Scope: the project, branch and people of a request of v2."""

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
    """The branch of a request; None for main and for an unknown branch."""
    return call.world.branch(project(call).slug, call.last("branch"))


def find_record(call: Call[World], records: Mapping[K, T], key: K, what: str) -> T:
    """A record of the project in the path.

    Raises:
        Respond: 404 when the project has no such record.
    """
    found = records.get(key)
    if found is None or found.project != project(call).slug:
        raise not_found(what)
    return found


def test_of(call: Call[World], test_id: str) -> Test:
    """A test on the request's branch.

    Raises:
        Respond: 404 when the project has no such test.
    """
    found = call.world.tests.get(test_id, branch(call))
    if found is None or found.project != project(call).slug:
        raise not_found("Test")
    return found


def suite_of(call: Call[World], suite_id: str) -> Suite:
    """A suite on the request's branch.

    Raises:
        Respond: 404 when the project has no such suite.
    """
    found = call.world.suites.get(suite_id, branch(call))
    if found is None or found.project != project(call).slug:
        raise not_found("Suite")
    return found


def assignee(call: Call[World], sent: Fields, name: str = "assigned_to") -> str | None:
    """The e-mail address of an assignee; None for nobody.

    Raises:
        Respond: 422 for anyone who is not a member or is read-only.
    """
    email = string(sent, name)
    if not email:
        return None
    user = call.world.user(email)
    if user is None or user.id not in project(call).members or user.is_read_only:
        raise invalid(f"{name} is not a member of the project")
    return user.email


def require_feature(call: Call[World], feature: str, *, is_off: bool) -> None:
    """Refuse a feature that the project's plan does not include.

    Raises:
        Respond: 403, or 402 with the switch `gate_is_402`.
    """
    if is_off or feature not in project(call).features:
        status = 402 if call.world.switches.gate_is_402 else 403
        raise refuse(status, f"{feature.removeprefix('api_').capitalize()} are not available on your plan")


def check_move(parents: Mapping[str, str | None], moving: str, target: str | None) -> None:
    """Check that a move does not create a cycle.

    Raises:
        Respond: 422 when it would.
    """
    at = target
    while at is not None:
        if at == moving:
            raise invalid("Parent can't be the item itself or below it")
        at = parents.get(at)

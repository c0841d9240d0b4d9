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
    return owned(call, records.get(key), what)


def owned(call: Call[World], record: T | None, what: str) -> T:
    """A record that must exist and belong to the project in the path.

    Raises:
        Respond: 404 otherwise.
    """
    if record is None or record.project != project(call).slug:
        raise not_found(what)
    return record


def test_of(call: Call[World], test_id: str) -> Test:
    """A test on the request's branch."""
    return owned(call, call.world.tests.get(test_id, branch(call)), "Test")


def suite_of(call: Call[World], suite_id: str) -> Suite:
    """A suite on the request's branch."""
    return owned(call, call.world.suites.get(suite_id, branch(call)), "Suite")


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

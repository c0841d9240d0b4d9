"""Worlds: each sandbox of a platform has a state of its own, also where a story is made once for all of them."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

import pytest

from tools.kit.platform import Platform
from tools.platforms import PLATFORMS

LEAST: dict[str, set[str]] = {
    "testio": {"Bug", "BugTexts", "Cycle", "CycleFeature", "UserStory", "Attachment", "Product"},
    "testomatio": {"Test", "Suite", "Run", "Testrun", "Labelled", "Project", "IssueLink", "Chart"},
    "testery": {"Run", "Project", "Environment", "Schedule"},
    "testsigma": {"Case", "Run", "Plan", "Folder", "Meta"},
}
"""Kinds of records that the walk has to meet."""


def changeable(world: object) -> Iterator[object]:
    """All records, lists and dictionaries in a world, by way of each other."""
    waiting: list[object] = list(vars(world).values())
    seen: dict[int, object] = {}
    while waiting:
        one = waiting.pop()
        is_kept = type(one).__module__.startswith("tools.") and not callable(one)
        if id(one) in seen or not (is_kept or isinstance(one, Mapping | list | tuple)):
            continue
        seen[id(one)] = one
        if isinstance(one, Mapping):
            waiting += one.values()
        elif isinstance(one, list | tuple):
            waiting += one
        elif is_dataclass(one):
            waiting += [getattr(one, field.name) for field in fields(one)]
        else:
            waiting += [value for name, value in vars(one).items() if name != "_origin"]
            waiting += one if hasattr(one, "__iter__") else []
        if not (isinstance(one, tuple) or is_frozen(one)):
            yield one


def is_frozen(one: object) -> bool:
    parameters = getattr(one, "__dataclass_params__", None)
    return parameters is not None and bool(parameters.frozen)


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: str(platform.key))
def test_what_is_changed_in_one_sandbox_is_changed_in_no_other(platform: Platform) -> None:
    one, another = list(changeable(platform.sandbox().world)), list(changeable(platform.sandbox().world))
    assert LEAST[platform.key] - {type(record).__name__ for record in one} == set()
    theirs = {id(record) for record in another}
    assert [record for record in one if id(record) in theirs] == []

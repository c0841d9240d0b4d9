"""Answers of changes: the state before and the state after say only what differs."""

from importlib import import_module
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from server.guards.scope import offers
from tests.desk import desk
from tools.kit.difference import NAMES, only_changed
from tools.kit.toolset import Effect
from tools.platforms import PLATFORMS

pytestmark = pytest.mark.anyio


class State(BaseModel):
    id: int
    title: str | None = None
    text: str | None = None
    tags: list[str] = []


class Change(BaseModel):
    done: str = "Changed."
    before: State | None = None
    after: State | None = None


def test_only_what_differs_is_left_with_the_names_of_the_thing() -> None:
    before = State(id=7, title="Total", text="long", tags=["a"])
    answer = only_changed(Change(before=before, after=before.model_copy(update={"tags": ["a", "b"]})))
    assert answer.before is not None
    assert answer.after is not None
    assert answer.before.model_dump(exclude_none=True) == {"id": 7, "tags": ["a"]}
    assert answer.after.model_dump(exclude_none=True) == {"id": 7, "title": "Total", "tags": ["a", "b"]}


def test_the_last_state_of_what_is_gone_stays_whole() -> None:
    gone = Change(before=State(id=7, title="Total", text="long"))
    assert only_changed(gone) is gone


def state_of(annotation: Any) -> type[BaseModel] | None:
    """The model of a field, alone or beside None."""
    models = [
        one for one in (annotation, *get_args(annotation)) if isinstance(one, type) and issubclass(one, BaseModel)
    ]
    return models[0] if models else None


def pairs() -> dict[str, tuple[str, set[str]]]:
    """The tools that answer a state before and one after, with the name of the latter and what both must have."""
    found: dict[str, tuple[str, set[str]]] = {}
    for offer in offers(PLATFORMS):
        for tool in (one for one in offer.tools if one.effect is not Effect.READS):
            model = tool.answer
            fields = getattr(model, "model_fields", {})
            if "before" not in fields:
                continue
            for name, info in fields.items():
                model_of = state_of(info.annotation)
                if name != "before" and model_of is not None and model_of is state_of(fields["before"].annotation):
                    needed = {key for key, field in model_of.model_fields.items() if field.is_required()}
                    found[offer.name_of(tool)] = name, needed
    return found


async def test_every_change_over_the_sandboxes_says_only_what_it_changed() -> None:
    named = pairs()
    calls: list[tuple[str, dict[str, Any]]] = [
        call
        for offer in offers(PLATFORMS)
        for call in import_module(f"tests.tools.{offer.key}.calls").CALLS
        if call[0] in named
    ]
    assert len(calls) > 8
    async with desk() as d:
        for name, arguments in calls:
            d.sandboxes.controls.reset()
            answer = await d.answer(name, **arguments)
            field, needed = named[name]
            before, after = answer.get("before"), answer.get(field)
            if before is None or after is None:
                continue
            same = {key for key in before.keys() & after.keys() if before[key] == after[key]}
            assert same <= NAMES | needed, name

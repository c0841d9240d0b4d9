"""The difference of a change: the state before and after, with only the fields that differ."""

from typing import Any, Final, TypeVar

from pydantic import BaseModel

A = TypeVar("A", bound=BaseModel)

NAMES: Final = frozenset({"id", "human_id", "key", "title", "name", "project", "link"})
"""Identifying fields: the state after keeps them even when unchanged."""


def only_changed(answer: A) -> A:
    """Reduce `before`, and the state after beside it, to the fields in which they differ.

    Required fields stay. An answer with a state before alone is left as it is: it is the last record of something
    that was deleted.
    """
    before = getattr(answer, "before", None)
    if not isinstance(before, BaseModel):
        return answer
    after_names = [
        name for name in type(answer).model_fields if name != "before" and type(getattr(answer, name)) is type(before)
    ]
    if len(after_names) != 1:
        return answer
    after = getattr(answer, after_names[0])
    same = {
        name: None
        for name, info in type(before).model_fields.items()
        if not info.is_required() and getattr(before, name) == getattr(after, name)
    }
    unchanged: dict[str, Any] = {name: None for name in same if name not in NAMES}
    return answer.model_copy(
        update={"before": before.model_copy(update=same), after_names[0]: after.model_copy(update=unchanged)}
    )

"""What a change changed: of a state before and a state after, only the fields in which they differ."""

from typing import Any, Final, TypeVar

from pydantic import BaseModel

A = TypeVar("A", bound=BaseModel)

NAMES: Final = frozenset({"id", "human_id", "key", "title", "name", "project", "link"})
"""Fields that say what something is: the state after keeps them though they are unchanged."""


def only_changed(answer: A) -> A:
    """An answer whose `before`, and the state after beside it, say only what differs between the two.

    What an answer must have stays. An answer with a state before alone is left as it is: it is the last word on
    something that is gone.
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
    kept: dict[str, Any] = {name: None for name in same if name not in NAMES}
    return answer.model_copy(
        update={"before": before.model_copy(update=same), after_names[0]: after.model_copy(update=kept)}
    )

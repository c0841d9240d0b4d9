"""Variables of environments and pipeline stages: shown by name, merged into the stored list, never wiped.

The API replaces the whole list, and shows an encrypted variable as an empty text. So a change starts from what was just
read, drops only what was named, and takes no empty value for an encrypted variable.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from tools.kit.errors import Refused
from tools.kit.model import Answer
from tools.kit.question import render_list
from tools.kit.text import Key, given, quote, word
from tools.testery.models.orders import VariableToSet
from tools.testery.models.settings import Holder

Variables = Annotated[list[VariableToSet] | None, Field(max_length=100, description="To add or overwrite.")]
Names = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]] | None,
    Field(max_length=100, description="Keys to remove."),
]


class VariableName(Answer):
    """A variable without its value."""

    key: Key
    encrypted: bool = False
    is_file: bool = False


@dataclass(frozen=True)
class VariableChange:
    """A change of a list of variables."""

    added: Sequence[str]
    replaced: Sequence[str]
    removed: Sequence[str]
    untouched_secrets: Sequence[str]
    """Encrypted ones, which are sent back as they were read: empty."""
    body: list[dict[str, Any]]
    encrypted: frozenset[str] = frozenset()
    """The added and replaced ones that are stored encrypted."""

    @property
    def is_none(self) -> bool:
        return not (self.added or self.replaced or self.removed)

    @property
    def is_harmless(self) -> bool:
        """Whether no stored value could be lost."""
        return not (self.replaced or self.removed or self.untouched_secrets)

    def lines(self) -> list[str]:
        """The lines of the question: names, never values."""
        facts = [
            ("Added", self._set(self.added)),
            ("Given new values; the old ones are lost", self._set(self.replaced)),
            ("REMOVED with their values", render_list(self.removed) if self.removed else ""),
            (
                "Encrypted and unchanged (sent back empty, as the vendor's own client does; the platform keeps what "
                "it has stored)",
                ", ".join(map(word, self.untouched_secrets)),
            ),
        ]
        lines = [f"- {what}: {keys}" for what, keys in facts if keys]
        undo = ["The API cannot show a value again; there is no undo."] if self.removed or self.replaced else []
        return lines + undo

    def _set(self, keys: Sequence[str]) -> str:
        return ", ".join(f"{given(key)} ({'' if key in self.encrypted else 'not '}encrypted)" for key in keys)

    def done(self) -> str:
        """What was changed, in a sentence."""
        parts = (("added", self.added), ("replaced", self.replaced), ("removed", self.removed))
        done = "; ".join(f"variables {verb}: {', '.join(map(quote, keys))}" for verb, keys in parts if keys)
        return f"Changed: {done}." if done else "Changed."


def names_of(holder: Holder) -> list[VariableName]:
    """The names of the variables of an environment or a stage."""
    return [
        VariableName(key=one.key, encrypted=bool(one.encrypted), is_file=bool(one.is_file)) for one in holder.variables
    ]


def new_variables(variables: Sequence[VariableToSet] | None) -> list[dict[str, Any]] | None:
    """The variables of a new environment, stage or run, as they are sent."""
    check_variables(variables or (), ())
    return [variable.as_sent() for variable in variables] if variables else None


def change_of(
    holder: Holder, to_set: Sequence[VariableToSet] | None, to_remove: Sequence[str] | None
) -> VariableChange:
    """Merge a change into the variables that were just read.

    Raises:
        Refused: if it would wipe a value, if the platform did not show the variables, if a name is listed twice, or
            if a variable to remove does not exist.
    """
    to_set, to_remove = to_set or (), to_remove or ()
    check_variables(to_set, to_remove)
    if (to_set or to_remove) and not holder.shows_variables:
        raise Refused("The platform did not show the existing variables, and a change replaces them all.")
    stored = {one.key: one for one in holder.variables}
    missing = [key for key in to_remove if key not in stored]
    if missing:
        raise Refused(f"There is no variable {quote(missing[0], at_most=200)} to remove.")
    changed = {}
    for variable in to_set:
        before = stored.get(variable.key)
        if before is not None and before.encrypted and variable.encrypted is False:
            raise Refused(f"Variable {quote(variable.key)} is encrypted; it can be removed, but not decrypted.")
        # The other fields, such as whether it is a file, are kept.
        changed[variable.key] = variable.as_sent(None if before is None else bool(before.encrypted))
    return VariableChange(
        added=[key for key in changed if key not in stored],
        replaced=[key for key in changed if key in stored],
        removed=list(to_remove),
        untouched_secrets=[
            one.key for one in holder.variables if one.encrypted and one.key not in changed and one.key not in to_remove
        ],
        body=holder.variables_with(changed, frozenset(to_remove)),
        encrypted=frozenset(key for key, sent in changed.items() if sent["encrypted"]),
    )


def check_variables(to_set: Sequence[VariableToSet], to_remove: Sequence[str]) -> None:
    """Check variables before any request.

    Raises:
        Refused: if a name is listed twice, or an encrypted variable has no value.
    """
    names = [variable.key for variable in to_set] + list(to_remove)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise Refused(f"Variable {quote(twice, at_most=200)} is listed twice.")
    for variable in to_set:
        if not variable.value.get_secret_value() and variable.encrypted is not False:
            raise Refused(
                f"Variable {quote(variable.key, at_most=200)} has no value. An empty one would wipe a secret; remove "
                "the variable instead, or pass encrypted=false for an empty plain text."
            )


def lost_variables(before: Holder, after: Holder, removed: Sequence[str]) -> str | None:
    """A warning about variables that are gone although nobody removed them."""
    stored = {*removed, *(one.key for one in after.variables)}
    gone = [quote(one.key) for one in before.variables if one.key not in stored]
    return (
        f"These variables are gone although nobody removed them: {', '.join(gone)}. Set them again." if gone else None
    )

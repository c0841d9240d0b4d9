"""Labels by the names that a caller gives, with values that their fields take."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from tools.kit.errors import NotFound, Refused
from tools.kit.text import quote
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.labels import Label
from tools.testomatio.tools.paging import drain
from tools.testomatio.tools.scope import missing, of_project

LabelName = Annotated[str, Field(min_length=1, max_length=200, description="Slug or title of a label.")]
Labels = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]] | None,
    Field(max_length=20, description="Slugs, titles, or Severity:critical."),
]


@dataclass(frozen=True)
class LabelValue:
    """A label of the project, with a value where it has a field."""

    label: Label
    value: str | None = None

    @property
    def by_slug(self) -> str:
        return self.label.id if self.value is None else f"{self.label.id}:{self.value}"

    @property
    def by_title(self) -> str:
        return self.label.name if self.value is None else f"{self.label.name}:{self.value}"

    def link(self, action: str) -> dict[str, str]:
        """The entry of a request's `link` that adds or removes it."""
        kind = "label" if self.value is None else "custom_field"
        return {"action": action, "type": kind, "value": self.by_slug}


async def defined_labels(api: Testomatio, project: str) -> list[Label]:
    """All labels of a project."""
    with of_project(project):
        return (await drain(lambda page: api.labels_page(project, page))).rows


async def resolve_labels(api: Testomatio, project: str, names: Sequence[str] | None) -> list[LabelValue]:
    """Look up labels by slug or title, with or without a value.

    Raises:
        Refused: for a label that is not defined, with similar ones, and for a value that it does not take.
    """
    if not names:
        return []
    defined = await defined_labels(api, project)
    return [_resolve(defined, name.strip()) for name in names]


def label_named(defined: Sequence[Label], name: str) -> Label | None:
    """A label by its slug, else by its title in any case."""
    by_title = (label for label in defined if label.name.casefold() == name.casefold())
    return next((label for label in defined if label.id == name), None) or next(by_title, None)


def _resolve(defined: Sequence[Label], name: str) -> LabelValue:
    """A label with or without a value. A title may contain colons, so the longest name wins."""
    if (whole := label_named(defined, name)) is not None:
        return LabelValue(whole)
    pieces = name.split(":")
    for count in range(len(pieces) - 1, 0, -1):
        if (label := label_named(defined, ":".join(pieces[:count]).strip())) is not None:
            return LabelValue(label, _checked_value(label, ":".join(pieces[count:]).strip()))
    names = {label.name.casefold(): label for label in defined} | {label.id: label for label in defined}
    near = difflib.get_close_matches(pieces[0].strip().casefold(), names, 3, cutoff=0.4)
    slugs = {names[key].id for key in near} or {label.id for label in defined[:10]}
    similar = ", ".join(f"{quote(label.name)} ({label.id})" for label in defined if label.id in slugs)
    raise Refused(
        f"The project defines no label {name[:80]!r}. {f'Similar: {similar}.' if similar else 'It defines none.'} "
        "testomatio_create_label defines one."
    )


def _checked_value(label: Label, value: str) -> str:
    """A value that the label takes.

    Raises:
        Refused: when it does not take this value.
    """
    field = label.field
    # It is not documented whether lists of labels show the field; without it, the platform checks the value.
    if field is not None and field.type == "list" and field.options and value not in field.options:
        options = ", ".join(quote(option) for option in field.options[:20])
        raise Refused(f"Label {quote(label.name)} takes no {value[:60]!r}; it takes {options}.")
    if not value:
        raise Refused(f"Give the value of label {quote(label.name)} after the colon, or leave out the colon too.")
    return value


async def known_label(api: Testomatio, project: str, name: str) -> Label:
    """Read a label by its slug or title, or say where slugs come from."""
    found = label_named(await defined_labels(api, project), name.strip())
    if found is None:
        raise await missing(api, project, f"label {name[:80]!r}", "testomatio_list_labels shows slugs.")
    try:
        return await api.label(project, found.id)
    except NotFound as error:
        raise NotFound(f"Label {found.id} has just been deleted.", status=404) from error

"""Labelling: the `link` entries of bodies, and the labels of records."""

from dataclasses import dataclass

from tools.kit.sandbox.routes import Call
from tools.testomatio.sandbox import access, issue_links
from tools.testomatio.sandbox.answers import invalid, not_found
from tools.testomatio.sandbox.records import Label, Labelled, Plan, Run, Step, Suite, Test
from tools.testomatio.sandbox.requests import Fields, choice, objects, require, string
from tools.testomatio.sandbox.world import World

ACTIONS = ("add", "remove")
TYPES = ("label", "custom_field", "tag", "milestone", "issue", "jira", "requirement")

Linkable = Suite | Test | Run | Plan | Step


@dataclass(frozen=True)
class Link:
    """A valid entry of `link`."""

    is_added: bool
    type: str
    value: str
    label: str | None = None
    id: int | None = None


def render_labels(world: World, labelled: list[Labelled]) -> list[dict[str, object]]:
    """The labels of a record; a branch may still have one that was deleted."""
    return [_render_valued(world.labels[one.slug], one.value) for one in labelled if one.slug in world.labels]


def _render_valued(label: Label, value: str | None) -> dict[str, object]:
    """A label with its value; only a label with a field has one."""
    if label.field is None:
        return render_label(label)
    return render_label(label) | {"value": value, "short": label.field.get("short")}


def render_label(label: Label) -> dict[str, object]:
    """A label without a value."""
    return {
        "id": label.slug,
        "title": label.title,
        "color": label.color,
        "position": label.position,
        "visibility": label.visibility[-1] if label.visibility else None,
        "list": "list" in label.visibility,
    }


def find_label(world: World, project: str, name: str) -> Label | None:
    """A label of a project by its slug or its title."""
    labels = [label for label in world.labels.values() if label.project == project]
    return next((one for one in labels if one.slug == name), None) or next(
        (one for one in labels if one.title.lower() == name.strip().lower()), None
    )


def label_names(world: World, labelled: list[Labelled]) -> set[str]:
    """All names of the labels for queries: slug and title, each also with its value."""
    names: set[str] = set()
    for one in labelled:
        label = world.labels.get(one.slug)
        for name in (one.slug, one.slug if label is None else label.title):
            names |= {name, f"{name}:{one.value}"} if one.value is not None else {name}
    return names


def read_links(call: Call[World], sent: Fields, resource_type: str) -> list[Link]:
    """The links in a body.

    Raises:
        Respond: 422 for an invalid entry, 404 for an unknown label, milestone or requirement.
    """
    return [_read_link(call, entry, resource_type) for entry in objects(sent, "link")]


def _read_link(call: Call[World], entry: Fields, resource_type: str) -> Link:
    require(entry, "action", "type")
    action, kind = choice(entry, "action", ACTIONS, "add"), choice(entry, "type", TYPES, "label")
    value, label, number = string(entry, "value") or "", string(entry, "label"), entry.get("id")
    world, project = call.world, access.project(call).slug
    if kind in {"label", "custom_field"}:
        slug, value = (label, value) if label else _split_value(world, project, value)
        found = find_label(world, project, slug)
        if found is None:
            raise not_found("Label")
        if action == "add":
            check_value(found, value)
        return Link(action == "add", "label", value, found.slug)
    if kind == "requirement" and resource_type != "suite":
        raise invalid("A requirement is linked to suites only")
    if kind in {"issue", "jira"} and resource_type == "step":
        raise invalid("An issue is not linked to steps")
    if not value and not (kind in {"issue", "jira"} and action == "remove" and isinstance(number, int)):
        raise invalid("value can't be blank")
    if kind in {"issue", "jira"} and value:
        value = issue_links.normalized(kind, value)
    elif kind == "milestone":
        value = _milestone(world, project, value)
    elif kind == "requirement" and value not in world.requirements:
        raise not_found("Requirement")
    return Link(action == "add", kind, value, id=number if isinstance(number, int) else None)


def _split_value(world: World, project: str, value: str) -> tuple[str, str]:
    """A label's name and the value after the colon; a label whose name has a colon wins."""
    if find_label(world, project, value) is not None:
        return value, ""
    name, _, rest = value.partition(":")
    return name, rest


def check_value(label: Label, value: str) -> None:
    """Check that a label's field accepts a value.

    Raises:
        Respond: 422 when it does not.
    """
    if not value:
        return
    if label.field is None:
        raise invalid(f"Label {label.title} has no field for a value")
    if label.field["type"] == "list" and value not in str(label.field["value"]).splitlines():
        raise invalid(f"Value is not included in the list of {label.title}")
    if label.field["type"] == "number" and not value.replace(".", "", 1).lstrip("-").isdecimal():
        raise invalid(f"Value of {label.title} is not a number")


def _milestone(world: World, project: str, value: str) -> str:
    for milestone in world.milestones.values():
        is_visible = not milestone.projects or project in milestone.projects
        if is_visible and value.lower() in {milestone.slug, milestone.title.lower()}:
            return milestone.slug
    raise not_found("Milestone")


def apply_links(call: Call[World], record: Linkable, links: list[Link], resource_type: str) -> None:
    """Apply links to a record, unless the switch `links_not_applied` is on."""
    if call.world.switches.links_not_applied:
        return
    for link in links:
        if link.type == "label":
            _set_label(record, link)
        elif link.type == "tag":
            _set_tag(record, link)
        elif link.type == "milestone":
            _set_milestone(call.world, record, link)
        elif link.type == "requirement" and isinstance(record, Suite):
            _add_or_remove(record.requirements, link.value, is_added=link.is_added)
        elif link.type in {"issue", "jira"}:
            issue_links.add_or_remove(
                call, link.type, link.value, link.id, resource_type, record.id, is_added=link.is_added
            )


def _set_label(record: Linkable, link: Link) -> None:
    label = Labelled(link.label or "", link.value or None)
    if link.is_added and label not in record.labels:
        record.labels.append(label)
    elif not link.is_added:
        is_meant = [one.slug == label.slug and label.value in {None, one.value} for one in record.labels]
        record.labels = [one for one, is_match in zip(record.labels, is_meant, strict=True) if not is_match]


def _set_tag(record: Linkable, link: Link) -> None:
    """Add a tag to a record; a tag to remove may be in the title."""
    tag = link.value.lstrip("@")
    _add_or_remove(record.linked_tags, tag, is_added=link.is_added)
    if not link.is_added:
        record.title = " ".join(word for word in record.title.split() if word != f"@{tag}")


def _set_milestone(world: World, record: Linkable, link: Link) -> None:
    """Set a milestone; a record has at most one of each type."""
    kind = world.milestones[link.value].type.lower()
    same = [slug for slug in record.milestones if world.milestones[slug].type.lower() == kind]
    for slug in same if link.is_added else [link.value]:
        _add_or_remove(record.milestones, slug, is_added=False)
    if link.is_added:
        record.milestones.append(link.value)


def _add_or_remove(values: list[str], value: str, *, is_added: bool) -> None:
    if is_added and value not in values:
        values.append(value)
    elif not is_added and value in values:
        values.remove(value)

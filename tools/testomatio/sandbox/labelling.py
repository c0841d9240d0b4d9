"""Labelling: the `link` entries of bodies, and labels as they are read on things."""

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
    """One entry of `link` that was found sound."""

    is_added: bool
    type: str
    value: str
    label: str | None = None
    id: int | None = None


def shown(world: World, labelled: list[Labelled]) -> list[dict[str, object]]:
    """Labels as they stand on a thing; a branch may still hold one that was deleted."""
    return [_valued(world.labels[one.slug], one.value) for one in labelled if one.slug in world.labels]


def _valued(label: Label, value: str | None) -> dict[str, object]:
    """A label with its value; only a label with a field has one."""
    if label.field is None:
        return plain(label)
    return plain(label) | {"value": value, "short": label.field.get("short")}


def plain(label: Label) -> dict[str, object]:
    """A label without a value."""
    return {
        "id": label.slug,
        "title": label.title,
        "color": label.color,
        "position": label.position,
        "visibility": label.visibility[-1] if label.visibility else None,
        "list": "list" in label.visibility,
    }


def named(world: World, project: str, name: str) -> Label | None:
    """A label of a project by its slug or its title."""
    own = [label for label in world.labels.values() if label.project == project]
    return next((one for one in own if one.slug == name), None) or next(
        (one for one in own if one.title.lower() == name.strip().lower()), None
    )


def titles(world: World, labelled: list[Labelled]) -> set[str]:
    """Every spelling by which a query may name the labels on something: slug, title, each also with its value."""
    told: set[str] = set()
    for one in labelled:
        label = world.labels.get(one.slug)
        for name in (one.slug, one.slug if label is None else label.title):
            told |= {name, f"{name}:{one.value}"} if one.value is not None else {name}
    return told


def read(call: Call[World], sent: Fields, resource_type: str) -> list[Link]:
    """The links that a body asks for.

    Raises:
        Respond: 422 for an entry that is not sound, 404 for a label, milestone or requirement that is not there.
    """
    return [_read_one(call, entry, resource_type) for entry in objects(sent, "link")]


def _read_one(call: Call[World], entry: Fields, resource_type: str) -> Link:
    require(entry, "action", "type")
    action, kind = choice(entry, "action", ACTIONS, "add"), choice(entry, "type", TYPES, "label")
    value, label, number = string(entry, "value") or "", string(entry, "label"), entry.get("id")
    world, project = call.world, access.project(call).slug
    if kind in {"label", "custom_field"}:
        slug, value = (label, value) if label else _parted(world, project, value)
        found = named(world, project, slug)
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
        value = issue_links.sound(kind, value)
    elif kind == "milestone":
        value = _milestone(world, project, value)
    elif kind == "requirement" and value not in world.requirements:
        raise not_found("Requirement")
    return Link(action == "add", kind, value, id=number if isinstance(number, int) else None)


def _parted(world: World, project: str, value: str) -> tuple[str, str]:
    """A label's name and the value behind its colon; a name with a colon in it wins."""
    if named(world, project, value) is not None:
        return value, ""
    name, _, rest = value.partition(":")
    return name, rest


def check_value(label: Label, value: str) -> None:
    """See that a label's field takes a value.

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
        seen = not milestone.projects or project in milestone.projects
        if seen and value.lower() in {milestone.slug, milestone.title.lower()}:
            return milestone.slug
    raise not_found("Milestone")


def apply(call: Call[World], thing: Linkable, links: list[Link], resource_type: str) -> None:
    """Write links into a thing, unless the server of this story loses them."""
    if call.world.switches.links_not_applied:
        return
    for link in links:
        if link.type == "label":
            _label(thing, link)
        elif link.type == "tag":
            _tag(thing, link)
        elif link.type == "milestone":
            _reach(call.world, thing, link)
        elif link.type == "requirement" and isinstance(thing, Suite):
            _put(thing.requirements, link.value, is_added=link.is_added)
        elif link.type in {"issue", "jira"}:
            issue_links.link(call, link.type, link.value, link.id, resource_type, thing.id, is_added=link.is_added)


def _label(thing: Linkable, link: Link) -> None:
    wanted = Labelled(link.label or "", link.value or None)
    if link.is_added and wanted not in thing.labels:
        thing.labels.append(wanted)
    elif not link.is_added:
        is_meant = [one.slug == wanted.slug and wanted.value in {None, one.value} for one in thing.labels]
        thing.labels = [one for one, meant in zip(thing.labels, is_meant, strict=True) if not meant]


def _tag(thing: Linkable, link: Link) -> None:
    """Add a tag beside those in the title; one to remove may stand in the title."""
    tag = link.value.lstrip("@")
    _put(thing.linked_tags, tag, is_added=link.is_added)
    if not link.is_added:
        thing.title = " ".join(word for word in thing.title.split() if word != f"@{tag}")


def _reach(world: World, thing: Linkable, link: Link) -> None:
    """At most one milestone of a type is on a thing."""
    kind = world.milestones[link.value].type.lower()
    same = [slug for slug in thing.milestones if world.milestones[slug].type.lower() == kind]
    for slug in same if link.is_added else [link.value]:
        _put(thing.milestones, slug, is_added=False)
    if link.is_added:
        thing.milestones.append(link.value)


def _put(values: list[str], value: str, *, is_added: bool) -> None:
    if is_added and value not in values:
        values.append(value)
    elif not is_added and value in values:
        values.remove(value)

"""The standing orders in the configuration file: which bugs that arrive become issues of which tracker."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from server.config_trackers import read_labels
from server.configuration import MOST_A_DAY, HandOverRule, TrackerSection
from tools.kit.platform import Platform
from tools.trackers.listed import load
from tools.trackers.tracker import Tracker

if TYPE_CHECKING:
    from server.config_file import Reader

OWN: Final = (
    "platform",
    "tracker",
    "products",
    "severities",
    "not_severities",
    "labels",
    "a_day",
    "mark_exported",
    "upload_files",
)
"""The keys of every standing order; besides them it can have the options of its tracker's container."""
MOST: Final = 1_000
"""The highest daily limit: whoever needs more wants an import, which a person looks at."""
MOST_WORDS: Final = 200


def read_rules(
    reader: "Reader", data: Mapping[str, Any], platforms: Mapping[str, Platform], trackers: Mapping[str, TrackerSection]
) -> tuple[HandOverRule, ...]:
    """The sections below `[hand_over]`, in their order.

    Raises:
        SettingsError: with the place and a sentence.
    """
    return tuple(_rules(reader, data, platforms, trackers))


def _rules(
    reader: "Reader", data: Mapping[str, Any], platforms: Mapping[str, Platform], trackers: Mapping[str, TrackerSection]
) -> Iterator[HandOverRule]:
    from server.config_file import ACCOUNT

    for name, value in data.items():
        section = f"hand_over.{name}"
        if not ACCOUNT.fullmatch(name):
            raise reader.error(
                "hand_over", name, "cannot be a standing order's name, which has small letters, digits, - and _."
            )
        table = reader.table(section, value)
        platform = reader.text(section, "platform", table.get("platform", ""))
        if platform not in platforms:
            raise reader.error(section, "platform", f"is one of {', '.join(platforms)}.")
        tracker = reader.text(section, "tracker", table.get("tracker", ""))
        if tracker not in trackers:
            known = (
                f"is one of {', '.join(trackers)}." if trackers else "names a section [trackers.NAME]; there is none."
            )
            raise reader.error(section, "tracker", known)
        yield _rule(reader, section, name, trackers[tracker], table)


def _rule(reader: "Reader", section: str, name: str, tracker: TrackerSection, data: Mapping[str, Any]) -> HandOverRule:
    kind = load(tracker.kind)
    if kind.shut_down:
        raise reader.error(section, "tracker", f"is {kind.title}. {kind.shut_down}")
    containers = container_options(kind)
    values = dict[str, str]()
    for key, value in data.items():
        if key in OWN:
            continue
        if key not in containers:
            raise reader.unknown(section, key, [*OWN, *containers])
        number = isinstance(value, int) and not isinstance(value, bool)
        values[key] = str(value) if number else reader.text(section, key, value)
    uploads = _flag(reader, section, "upload_files", data)
    if uploads and not tracker.uploads:
        raise reader.error(section, "upload_files", f"is true only where that of [trackers.{tracker.name}] is true.")
    return HandOverRule(
        name=name,
        platform=data["platform"].strip(),
        tracker=tracker.name,
        products=_words(reader, section, "products", data, 'ids or names, such as [71, "Harbour Web"]'),
        severities=_severities(reader, section, "severities", data),
        not_severities=_severities(reader, section, "not_severities", data),
        labels=read_labels(reader, section, data.get("labels", [])),
        values=values,
        a_day=_a_day(reader, section, data),
        mark_exported=_flag(reader, section, "mark_exported", data),
        uploads=uploads,
    )


def container_options(tracker: Tracker) -> list[str]:
    """The options of a container that a standing order may replace: none that its address is made of.

    The credential of the tracker's section goes to that address.
    """
    return [option for option in tracker.container if option != "url" and f"{{{option}}}" not in tracker.address]


def _a_day(reader: "Reader", section: str, data: Mapping[str, Any]) -> int:
    most = data.get("a_day", MOST_A_DAY)
    if isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= MOST:
        raise reader.error(section, "a_day", f"takes a whole number of issues from 1 to {MOST:,}.")
    return most


def _flag(reader: "Reader", section: str, key: str, data: Mapping[str, Any]) -> bool:
    value = data.get(key, False)
    if not isinstance(value, bool):
        raise reader.error(section, key, "takes true or false.")
    return value


def _severities(reader: "Reader", section: str, key: str, data: Mapping[str, Any]) -> frozenset[str]:
    words = _words(reader, section, key, data, 'words of the platform, such as ["critical", "visual"]')
    for word in words:
        if not re.fullmatch(r"[\w -]{1,40}", word):
            raise reader.error(section, key, 'takes a list of words of the platform, such as ["critical", "visual"].')
    return words


def _words(reader: "Reader", section: str, key: str, data: Mapping[str, Any], what: str) -> frozenset[str]:
    """A list of ids or words in small letters; an empty one would take nothing and is refused."""
    if key not in data:
        return frozenset()
    values = data[key]
    is_list = isinstance(values, list) and 0 < len(values) <= MOST_WORDS
    if not is_list or not all(type(one) in (str, int) and str(one).strip() for one in values):
        raise reader.error(section, key, f"takes a list of {what}.")
    return frozenset(str(one).strip().casefold() for one in values)

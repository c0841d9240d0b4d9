"""The sections of trackers in the configuration file: which options each has, and which secrets it names."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from server.configuration import TrackerSection
from tools.kit.defect import LEVELS
from tools.trackers.listed import TRACKERS, load
from tools.trackers.tracker import Tracker

if TYPE_CHECKING:
    from server.config_file import Reader

OWN: Final = ("kind", "labels", "severities", "upload_files")
"""The keys that every tracker's section can have."""
MOST_LABELS: Final = 20


def read_trackers(reader: "Reader", data: Mapping[str, Any]) -> tuple[TrackerSection, ...]:
    """The sections below `[trackers]`.

    Raises:
        SettingsError: with the place and a sentence.
    """
    return tuple(_sections(reader, data))


def _sections(reader: "Reader", data: Mapping[str, Any]) -> Iterator[TrackerSection]:
    from server.config_file import ACCOUNT

    for name, value in data.items():
        section = f"trackers.{name}"
        if not ACCOUNT.fullmatch(name):
            raise reader.error(
                "trackers", name, "cannot be a tracker's name, which has small letters, digits, - and _."
            )
        table = reader.table(section, value)
        kind = reader.text(section, "kind", table.get("kind", ""))
        if kind not in TRACKERS:
            raise reader.error(section, "kind", f"is one of {', '.join(TRACKERS)}.")
        yield _section(reader, section, name, load(kind), table)


def _section(reader: "Reader", section: str, name: str, tracker: Tracker, data: Mapping[str, Any]) -> TrackerSection:
    if tracker.shut_down:
        return TrackerSection(name, tracker.key)  # what its options were does not matter any more
    options = {option.name: option for option in tracker.options}
    secrets = [secret.name for secret in tracker.secrets]
    sources = {f"{secret}_{how}": (secret, how) for secret in secrets for how in ("file", "variable")}
    values, files, variables = dict[str, str](), dict[str, str](), dict[str, str]()
    for key, value in data.items():
        if key in OWN:
            continue
        if key in options:
            number = isinstance(value, int) and not isinstance(value, bool)
            values[key] = str(value) if number else reader.text(section, key, value)
        elif key in sources:
            secret, how = sources[key]
            text = reader.text(section, key, value)
            if how == "file":
                files[secret] = reader.file(text)
            else:
                variables[secret] = text
        elif key in secrets:
            raise reader.literal(section, key)
        else:
            raise reader.unknown(section, key, [*OWN, *options, *sources])
    for twice in files.keys() & variables.keys():
        raise reader.error(section, twice, "has two sources; give a file or a variable.")
    uploads = data.get("upload_files", False)
    if not isinstance(uploads, bool):
        raise reader.error(section, "upload_files", "takes true or false.")
    if data.get("labels") and not tracker.takes_labels:
        raise reader.error(section, "labels", f"cannot be set: issues of {tracker.title} are created without labels.")
    return TrackerSection(
        name=name,
        kind=tracker.key,
        files=files,
        variables=variables,
        values=values,
        labels=read_labels(reader, section, data.get("labels", [])),
        severities=_severities(reader, f"{section}.severities", data.get("severities", {})),
        uploads=uploads,
    )


def read_labels(reader: "Reader", section: str, labels: Any) -> tuple[str, ...]:
    """A list of labels."""
    if not isinstance(labels, list) or len(labels) > MOST_LABELS:
        raise reader.error(section, "labels", f'takes a list of at most {MOST_LABELS} texts, such as ["bug"].')
    return tuple(reader.text(section, "labels", label) for label in labels)


def _severities(reader: "Reader", section: str, data: Any) -> Mapping[str, str]:
    """The tracker's words by a platform's; besides the shared ones any word of a platform, such as `visual`."""
    table = reader.table(section, data)
    for word, value in table.items():
        reader.text(section, word, value)
        if not word.replace("_", "").isalnum():
            raise reader.error(
                section, word, f"is no severity; write one of {', '.join(LEVELS)}, or a platform's word."
            )
    return {word: str(value).strip() for word, value in table.items()}

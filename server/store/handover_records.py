"""The ledger's records of hand-overs: parts of an act for a tool, acts of their own for a standing order."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Final

from tools.kit.invisible import clean
from tools.kit.text import cut

HAND_OVER: Final = "hand-over"
"""The kind of a part's record, and the tool of a standing order's act."""
PLATFORM: Final = "tracker"
MOST_CHARACTERS: Final = 2_000
"""Characters of one text in a record."""


def sent(who: str, place: str, marker: str, about: Mapping[str, Any]) -> dict[str, Any]:
    """The first record of a standing order's act."""
    return {
        "kind": "sent",
        "when": _now(),
        "who": who,
        "session": "",
        "client": "",
        "platform": PLATFORM,
        "account": str(about.get("account") or place),
        "tool": HAND_OVER,
        "effect": "writes",
        "arguments": {"marker": marker, "place": place, **bounded(about)},
        "consent": {"how": "standing order", "by": who},
    }


def ended(outcome: str, *, why: str = "", issue: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The outcome of a standing order's act; a later one counts instead of it."""
    record: dict[str, Any] = {"kind": "ended", "when": _now(), "outcome": outcome}
    if why:
        record["error"] = bounded(why)
    if issue is not None:
        record["issue"] = bounded(issue)
    return record


def part(state: str, place: str, marker: str, **more: Any) -> dict[str, Any]:
    """The record of one change: `intended`, `created`, `unknown`, `withdrawn` or `stepped`."""
    return {"kind": HAND_OVER, "when": _now(), "state": state, "place": place, "marker": marker, **bounded(more)}


def describe(record: Mapping[str, Any]) -> str:
    """A part's record as a sentence for people."""
    marker, place = record["marker"], record["place"]
    issue = record.get("issue") or {}
    named = " ".join(filter(None, (issue.get("key") or issue.get("id"), issue.get("url"))))
    match record["state"], issue.get("how"):
        case "intended", _:
            sentence = f"An issue for {marker} is about to be created in {place}"
            if record.get("attempt", 1) > 1:
                sentence += f", attempt {record['attempt']}; an earlier one may have created it"
        case "created", "found":
            sentence = f"The issue for {marker} was found in {place}: {named}"
        case "created", "linked":
            sentence = f"An existing issue in {place} was linked to {marker}: {named}"
        case "created", _:
            sentence = f"The issue for {marker} was created in {place}: {named}"
        case "unknown", _:
            sentence = f"Whether the issue for {marker} was created in {place} is not known"
        case "withdrawn", _:
            sentence = f"No issue for {marker} was created in {place}"
        case _:
            sentence = f"After the creation of the issue for {marker} in {place}: {record.get('step', '')}"
    if besides := record.get("besides"):
        sentence += f", besides {besides}"
    if why := record.get("why"):
        sentence += f": {why.removesuffix('.')}"
    about, sentence = record.get("about"), " ".join(sentence.split())
    return f"{sentence}. {json.dumps(about, ensure_ascii=False)}" if about else f"{sentence}."


def bounded(value: Any) -> Any:
    """A value as it is recorded: plain, without invisible characters, and with its texts cut."""
    if isinstance(value, str):
        return cut(clean(value), MOST_CHARACTERS)
    if isinstance(value, Mapping):
        return {cut(clean(str(key)), MOST_CHARACTERS): bounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [bounded(item) for item in value]
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and isfinite(value)):
        return value
    return cut(clean(str(value)), MOST_CHARACTERS)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")

"""What Testsigma's models share: times, texts with HTML, empty ids, lists of labels, and the fields of an item."""

import html
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AliasChoices, BeforeValidator, Field, ValidatorFunctionWrapHandler, WrapValidator

from tools.kit.editing import Rendered
from tools.kit.model import Many, Model
from tools.kit.text import Key, Untrusted
from tools.kit.words import as_words

FROM_MILLISECONDS: Final = 10**11
"""Smaller numbers are seconds, as in the documents' examples; live data has milliseconds."""

_TAGS: Final = (
    "a|abbr|b|blockquote|br|code|col|colgroup|div|em|figcaption|figure|font|h[1-6]|hr|i|img|ins|del|kbd|li|mark|ol|p"
    "|pre|s|small|span|strike|strong|sub|sup|table|tbody|td|tfoot|th|thead|tr|u|ul"
)
_ATTRIBUTE: Final = r"""\s+[a-z][\w:.-]*(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+))?"""
# A tester may write <user name> or a<b && c>d, so only names of HTML elements count as tags.
_TAG: Final = re.compile(rf"<(?P<end>/?)(?P<name>{_TAGS})(?:{_ATTRIBUTE})*\s*/?>", re.IGNORECASE)
_HIDDEN: Final = re.compile(r"<(?:(script|style)\b[^<>]*>|!--)", re.IGNORECASE)
_ENTITY: Final = re.compile(r"&(?:[a-z]{2,8}|#\d{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_BREAKS: Final = frozenset({"br", "hr", "p", "div", "li", "tr", "ul", "ol", "table", "pre", "blockquote"})
_HEADING: Final = re.compile(r"h[1-6]")


def plain(value: Any) -> Any:
    """A text as a browser shows it: tags become line breaks or nothing, entities their characters."""
    if not isinstance(value, str) or ("<" not in value and "&" not in value):
        return value
    text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), _TAG.sub(_replacement, _without_hidden(value)))
    if text == value:
        return value
    lines = [" ".join(line.replace("\xa0", " ").split()) for line in text.splitlines()]
    return "\n".join(line for line in lines if line)


def _without_hidden(text: str) -> str:
    """A text without scripts, styles and comments; searches each end once, so that the time is linear."""
    folded, visible, at = text.lower(), [], 0
    unclosed: set[str] = set()
    for opening in _HIDDEN.finditer(text):
        end = f"</{opening[1].lower()}" if opening[1] else "-->"
        if opening.start() < at or end in unclosed:
            continue
        found = folded.find(end, opening.end())
        if found < 0:
            unclosed.add(end)
            continue
        visible.append(text[at : opening.start()])
        after = folded.find(">", found)
        at = after + 1 if after >= 0 else len(text)
    return "".join([*visible, text[at:]])


def _replacement(tag: re.Match[str]) -> str:
    name, is_end = tag["name"].lower(), bool(tag["end"])
    if name == "li" and not is_end:
        return "\n- "
    if name in {"td", "th"}:
        return " "
    return "\n" if name in _BREAKS or _HEADING.fullmatch(name) else ""


def iso(value: Any) -> Any:
    """A time as ISO 8601 in UTC, from milliseconds or seconds, as a number or a text."""
    if isinstance(value, str) and value.strip().lstrip("-").isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value or None
    seconds = value if abs(value) < FROM_MILLISECONDS else value / 1000
    if not seconds:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return None


def _or_none(value: Any) -> Any:
    """None for an empty id, and for -1 as an order."""
    return None if value in ("", -1) else value


def _names(value: Any) -> Any:
    """Names of labels and environments: objects in live answers, plain names in the documents."""
    if not isinstance(value, list):
        return value
    names = [one.get("name") or one.get("title") or one.get("id") if isinstance(one, dict) else one for one in value]
    return [as_words(name) for name in names if name not in (None, "")]


def _prose(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """A text without its markup; edits still find the stored text."""
    read = handler(plain(value))
    return Rendered.of(read, value) if isinstance(read, str) and isinstance(value, str) and read != value else read


Moment = Annotated[Key | None, BeforeValidator(iso)]
Prose = Annotated[Untrusted | None, WrapValidator(_prose)]
Id = Annotated[Key | None, BeforeValidator(_or_none)]
Order = Annotated[float | None, BeforeValidator(_or_none)]
Names = Annotated[Many[Untrusted], BeforeValidator(_names)]


class Step(Model):
    """A step; step groups take `expected_result`, and everything answers `expected_results`."""

    description: Prose = Field(None, validation_alias=AliasChoices("step_description", "description"))
    expected: Prose = Field(None, validation_alias=AliasChoices("expected_results", "expected_result"))
    order: Order = None


class Item(Model):
    """What test cases, step groups, runs and plans have in common."""

    id: Key
    human_id: Id = None
    title: Untrusted | None = Field(None, validation_alias=AliasChoices("title", "name"))
    description: Prose = None
    labels: Names = Field(default_factory=list, validation_alias=AliasChoices("labels", "label_names"))
    created_at: Moment = None
    updated_at: Moment = None

    @property
    def key(self) -> str:
        """Its human id, or its UUID where the answer has none."""
        return self.human_id or self.id

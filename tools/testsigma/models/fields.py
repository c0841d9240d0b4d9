"""The kinds of fields that things of Testsigma share: times, texts with HTML in them, empty ids, lists of labels."""

import html
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, ValidatorFunctionWrapHandler, WrapValidator

from tools.kit.editing import Rendered
from tools.kit.model import Many
from tools.kit.text import Key, Untrusted
from tools.kit.words import as_words

FROM_MILLISECONDS: Final = 10**11
"""A smaller number counts seconds, as the documents' examples do; live data counts milliseconds."""

_TAGS: Final = (
    "a|abbr|b|blockquote|br|code|col|colgroup|div|em|figcaption|figure|font|h[1-6]|hr|i|img|ins|del|kbd|li|mark|ol|p"
    "|pre|s|small|span|strike|strong|sub|sup|table|tbody|td|tfoot|th|thead|tr|u|ul"
)
_ATTRIBUTE: Final = r"""\s+[a-z][\w:.-]*(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+))?"""
# A tester may write <user name> or a<b && c>d: only what HTML itself would take for a tag is one.
_TAG: Final = re.compile(rf"<(?P<end>/?)(?P<name>{_TAGS})(?:{_ATTRIBUTE})*\s*/?>", re.IGNORECASE)
_UNSEEN: Final = re.compile(r"<(?:(script|style)\b[^<>]*>|!--)", re.IGNORECASE)
_ENTITY: Final = re.compile(r"&(?:[a-z]{2,8}|#\d{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_BREAKS: Final = frozenset({"br", "hr", "p", "div", "li", "tr", "ul", "ol", "table", "pre", "blockquote"})
_HEADING: Final = re.compile(r"h[1-6]")


def plain(value: Any) -> Any:
    """A text as people see it: tags of HTML become line breaks or nothing, entities become their characters."""
    if not isinstance(value, str) or ("<" not in value and "&" not in value):
        return value
    text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), _TAG.sub(_in_place_of, _without_unseen(value)))
    if text == value:
        return value
    lines = [" ".join(line.replace("\xa0", " ").split()) for line in text.splitlines()]
    return "\n".join(line for line in lines if line)


def _without_unseen(text: str) -> str:
    """A text without scripts, styles and comments; looks for each end once, so that no text takes long."""
    folded, kept, at = text.lower(), [], 0
    endless: set[str] = set()
    for opening in _UNSEEN.finditer(text):
        end = f"</{opening[1].lower()}" if opening[1] else "-->"
        if opening.start() < at or end in endless:
            continue
        found = folded.find(end, opening.end())
        if found < 0:
            endless.add(end)
            continue
        kept.append(text[at : opening.start()])
        after = folded.find(">", found)
        at = after + 1 if after >= 0 else len(text)
    return "".join([*kept, text[at:]])


def _in_place_of(tag: re.Match[str]) -> str:
    name, is_end = tag["name"].lower(), bool(tag["end"])
    if name == "li" and not is_end:
        return "\n- "
    if name in {"td", "th"}:
        return " "
    return "\n" if name in _BREAKS or _HEADING.fullmatch(name) else ""


def iso(value: Any) -> Any:
    """A point in time as ISO 8601 in UTC, whether milliseconds or seconds came, as a number or a text."""
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
    """An empty text stands for nothing in an id, and -1 in an order."""
    return None if value in ("", -1) else value


def _names(value: Any) -> Any:
    """Labels and environments come as objects in live answers and as bare names in the documents."""
    if not isinstance(value, list):
        return value
    told = [one.get("name") or one.get("title") or one.get("id") if isinstance(one, dict) else one for one in value]
    return [as_words(name) for name in told if name not in (None, "")]


def _prose(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """A text without its markup, which edits still find."""
    read = handler(plain(value))
    return Rendered.of(read, value) if isinstance(read, str) and isinstance(value, str) and read != value else read


Moment = Annotated[Key | None, BeforeValidator(iso)]
Prose = Annotated[Untrusted | None, WrapValidator(_prose)]
Id = Annotated[Key | None, BeforeValidator(_or_none)]
Order = Annotated[float | None, BeforeValidator(_or_none)]
Names = Annotated[Many[Untrusted], BeforeValidator(_names)]

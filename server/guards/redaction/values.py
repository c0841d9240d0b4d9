"""Values behind a label: where one begins, in which notation, and where it ends."""

from dataclasses import dataclass
from typing import Final

from server.guards.redaction.allow import Grade, is_odd, is_secret
from server.guards.redaction.labels import Label
from server.guards.redaction.source import Pattern, Source

LONGEST: Final = 8_192
_LONG_LINE: Final = 400
_BARE: Final = 400
"""Characters by which a value without quotation marks is judged; a secret goes on to its end."""
_MORE = Pattern(r"[^\s\"'<>&;,|`\\]{1,16000}+")
# One rule for JSON, escaped JSON, YAML, PHP, Markdown, INI and environment variables.
_SEPARATOR = Pattern(
    r"(?P<quote>\\{0,6}[\"'`]|&quot;|&\#39;|[\u201c\u201d\u2019])?[*_~`]{0,3}[ \t]{0,20}"
    r"(?:[(\[][^()\[\]\n:=]{1,30}[)\]][ \t]?|(?:for|für|fuer|de|pour|para|per|voor|dla|of|on)[ ][^\s:=]{1,40}[ \t]?)?"
    r"[*_~`]{0,3}(?P<bracket>\])?[ \t]{0,20}"
    r"(?:(?P<typed>:[ ]?[A-Za-z_][\w.\[\]| ]{0,24}=[ ]?(?=[\"'`]))"
    r"|(?P<mark>=>|:=|->|\u2192|={1,3}|!={1,2}|\uff1a|:(?![:/]))(?P<blank>[ \t]{0,20}))(?P<md>\*{0,3})[ \t]{0,4}"
)
_SCHEME = Pattern(r"(?:bearer|basic|token|digest|apikey|key|bot|jwt)[ \t]{1,4}(?=[^\s\"',;<>]{3})")
_OPENING = Pattern(r"(?:[bBrRuU]{1,2}(?=[\"']))?(?P<quote>\\{0,6}[\"'`]|&quot;|&\#39;|[\u201c\u201e\u00ab])")
_BLOCK = Pattern(
    r"[|>][+-]?[ \t]{0,8}\n(?P<indent>[ \t]{1,20}+)(?!-----|\[hidden\])"
    r"[^\n]{1,8192}(?:\n(?P=indent)[^\n]{1,8192}){0,20}"
)
_BARE_VALUE = Pattern(r"(?:[^\s\"'<>&;,|`\\]|\\(?![nrtu\"'`\\])|[\"'](?=\w)(?<=\w.)){1,400}+")
_BREAK = Pattern(r"[ \t]{0,8}\\?\n[ \t]{0,20}[-+]?[ \t]{0,4}(?P<more>[\w.~+/=-]{4,200})(?=[ \t]*(?:\n|\Z))")
_NEIGHBOUR = Pattern(r"[ \t]{0,4}(?:[+.\\][ \t]{0,4})?\\?(?:\n[ \t]{0,40})?(?:[+.][ \t]{0,4})?(?P<quote>[\"'])")
_COMPARISONS: Final = frozenset({"==", "===", "!=", "!=="})
_CLOSING = {"\u201c": "\u201d", "\u201e": "\u201c", "\u00ab": "\u00bb"}


@dataclass(frozen=True, slots=True)
class Value:
    """A value: its place, how it is written, and where what is read next begins."""

    start: int
    end: int
    next: int
    is_quoted: bool


def quoted_at(text: str, at: int) -> Value | None:
    """The value in quotation marks that begins at a place, up to the same mark with as many backslashes."""
    opening = _OPENING().match(text, at)
    if opening is None:
        return None
    quote, start = opening["quote"], opening.end()
    backslashes, mark = quote[:-1], quote[-1]
    if quote.startswith("&"):
        end = text.find(quote, start, start + LONGEST)
    elif mark in _CLOSING:
        end = text.find(_CLOSING[mark], start, start + LONGEST)
        if end < 0 and mark == "\u201e":
            end = text.find('"', start, start + LONGEST)
    else:
        end = _closing(text, start, mark, len(backslashes))
    if end < 0 or (end - start > _LONG_LINE and "\n" in text[start:end]):
        return None
    if mark == "'" and not backslashes and "\n" in text[start:end]:
        return None  # an apostrophe
    return Value(start, end, end + len(quote), is_quoted=True)


def _closing(text: str, start: int, mark: str, depth: int) -> int:
    """The place of the closing mark: no more backslashes stand before it than before the opening one.

    More of them belong to a mark inside the value; without any, an odd run escapes the mark.
    """
    at, limit = start, start + LONGEST
    while (at := text.find(mark, at, limit)) >= 0:
        run = 0
        while run < at - start and text[at - run - 1] == "\\":
            run += 1
        if run <= depth if depth else run % 2 == 0:
            return at - run if depth else at
        at += 1
    return -1


def trimmed(value: str) -> str:
    """A value without the marks of a sentence and the brackets that end after it."""
    while value:
        last = value[-1]
        if last not in ",;.:" and (last not in _PAIRED or value.count(last) <= value.count(_PAIRED[last])):
            break
        value = value[:-1]
    return value


def bare_at(text: str, at: int) -> Value | None:
    """The value without quotation marks that begins at a place, up to the end of a word."""
    match = _BARE_VALUE().match(text, at)
    if match is None:
        return None
    start, end = match.span()
    value = trimmed(match[0])
    return Value(start, start + len(value), end, is_quoted=False) if value else None


_PAIRED: Final = {")": "(", "]": "[", "}": "{"}


def mask_value(source: Source, label: Label) -> int:
    """Mask the value behind a label; where to go on reading, or 0 if none was behind it."""
    text = source.text
    separator = _SEPARATOR().match(text, label.end)
    if separator is None:
        return 0
    at = separator.end()
    if block := _BLOCK().match(text, at):
        source.add(*block.span())
        return block.end()
    if value := quoted_at(text, at):
        return _mask_quoted(source, label, value)
    if scheme := _SCHEME().match(source.folded, at):
        return _mask_after(source, scheme.end())
    while at < len(text) and text[at] in "\"'*_`":  # marks that nothing closes
        at += 1
    value = bare_at(text, at)
    if value is None or text[value.start] in "{([":
        return 0
    if separator["mark"] in _COMPARISONS or (separator["mark"] == "->" and not separator["blank"]):
        return 0  # code
    if text.startswith("://", value.end) or text.startswith("=", value.next):
        return 0
    return _mask_bare(source, label, value, separator["mark"] or "=", separator["blank"] or "")


def _mask_after(source: Source, at: int) -> int:
    """Mask what follows a scheme."""
    value = bare_at(source.text, at)
    if value is None or not is_secret(source.text[value.start : value.end], Grade.ENV):
        return 0
    return _add(source, value)


def _add(source: Source, value: Value) -> int:
    """Mask a value without quotation marks, however long it is; where it ends."""
    if value.next - value.start < _BARE:
        source.add(value.start, value.end)
        return value.next
    more = _MORE().match(source.text, value.next)
    end = more.end() if more else value.next
    source.add(value.start, end)
    return end


def _mask_quoted(source: Source, label: Label, value: Value) -> int:
    text = source.text
    if (scheme := _SCHEME().match(source.folded, value.start)) and scheme.end() < value.end:
        inside = text[scheme.end() : value.end]
        if " " in inside or not is_secret(inside, Grade.ENV):
            return 0
        source.add(scheme.end(), value.end)
        return value.next
    content = text[value.start : value.end]
    if not (is_secret(content, Grade.QUOTED) or _is_pin(label, content)):
        return 0
    source.add(value.start, value.end)
    return _mask_neighbours(source, value.next)


def _mask_neighbours(source: Source, at: int) -> int:
    """Mask strings that are joined to a secret: "..." + "..."."""
    for _ in range(20):
        joint = _NEIGHBOUR().match(source.text, at)
        if joint is None or not (set("+.\\\n") & set(joint[0])):
            return at
        value = quoted_at(source.text, joint.end() - 1)
        if (
            value is None
            or not is_odd(source.text[value.start : value.end])
            or source.text[value.next : value.next + 1] in {":", "="}
        ):
            return at
        source.add(value.start, value.end)
        at = value.next
    return at


def _is_pin(label: Label, content: str) -> bool:
    return label.is_pin and content.isdigit() and 4 <= len(content) <= 8


def _mask_bare(source: Source, label: Label, value: Value, mark: str, blank: str) -> int:
    text = source.text
    content = text[value.start : value.end]
    rest = text[value.end : value.end + _LONG_LINE].partition("\n")[0]
    is_last = not rest.strip(" \t.,;)]}>\"'`*|&\\")
    name = text[label.name : label.end]
    is_env = mark == "=" and not blank and (name.isupper() or _begins_line(text, label.name))
    if label.word == "pass" and content.isdigit():
        return 0  # how many tests passed
    grade = Grade.ENV if is_env else Grade.COLON if mark in {":", "\uff1a"} else Grade.EQUALS
    if not is_secret(content, grade, is_last=is_last or rest[:1] in {"&", ";"}) and not _is_pin(label, content):
        return value.next if len(content) >= _BARE else 0
    end = _add(source, value)
    if text[value.end - 1] in "-=\\" and (more := _BREAK().match(text, value.end)):
        source.add(*more.span("more"))
        end = more.end()
    return end


def _begins_line(text: str, at: int) -> bool:
    line = text.rfind("\n", max(0, at - 40), at) + 1
    if text.startswith("--", at) or text[at - 1 : at] == "-":
        return False  # the metavariable of an option
    return text[line:at].strip(" \t+-") in {"", "export", "set", "env:", "ENV", "declare -x"} and (line > 0 or at < 40)

"""Steps of UI tests: what is typed into a field whose label or selector is one of a secret."""

import re
from typing import Final

from server.guards.redaction.allow import Grade, is_odd, is_secret
from server.guards.redaction.labels import Label, is_label
from server.guards.redaction.source import LINE, Pattern, Source

_CALL = Pattern(
    r"\b(?:fill|type|send_?keys|set_?value|add_?value|fill_?field|append_?field|press_?sequentially|type_?text|input_?text"
    r"|enter_?text|replace_?text|fill_?in|set_?text|set|val|keys|clear_?and_?type|type_?into|enter|write|change|input)"
    r"[ \t]{0,2}[(:]|\.value[ \t]{0,4}=(?!=)"
)
_ASSERTION = Pattern(
    r"[\])]{1,3}\.(?:to_?be|to_?equal|to_?strict_?equal|to_?eql|equals?|is_?equal_?to|should_?be|eq)\((?P<quote>[\"'`])"
    r"(?P<value>[^\"'`\n]{6,400})(?P=quote)"
)
_STRING = Pattern(r"(?<![\w\\])(?P<quote>\\?[\"'`])(?P<value>[^\"'`\\\n]{3,200})(?P=quote)")
_SELECTOR = re.compile(r"[#.\[/(].*|(?:css|xpath|id|name|text|link|data-[\w-]+|class|label)[=:].*|.*\]", re.DOTALL)
_NEAR: Final = 100
_VERB = Pattern(
    r"\b(?:enter|enters|entered|type|types|typed|fill|fills|filled|input|inputs|put|use|used|using|set|insert|provide"
    r"|submit|log(?:ged)? in|sign in|eingeben|gebe|gib|eintragen|saisir|saisit|introducir|inserir|digitar|inserire"
    r"|invoeren|wpisz|введите|fill in|paste|is refused|refused|expected|expect|was|assert|got)\b"
)
_COLUMNS = Pattern(
    r"[ \t]*(?:input|fill|type|set|enter)[ \t]\w+(?:[ \t]\w+)?(?: {2,}|\t)"
    r"[^\n]*?(?: {2,}|\t+)(?P<value>\S{4,200})[ \t]*$"
)
_BEFORE = Pattern(r"(?P<quote>[\"'])(?P<value>[^\"'\n]{3,200})(?P=quote)[^\"'\n]{1,40}\Z")
_AFTER = Pattern(r"[\"']?+(?:[^\"'\n]{0,24}(?<=[ \t]))?(?P<quote>[\"'])(?P<value>[^\"'\n]{3,200})(?P=quote)")
_BARE = Pattern(
    r"\b(?:enter|type|input|fill in|use|put|paste)[ \t]+(?P<value>[^\s\"'<>]{6,100})[ \t]+(?:in|into|as|for|to)"
    r"[ \t]+(?:the[ \t]+)?[\w \t]{0,20}\Z"
)


def mask_steps(source: Source, label: Label) -> int:
    """Mask what is typed on the line of a label; where to go on reading, or 0 if nothing was."""
    start, end = source.line(label.start)
    if (asserted := _ASSERTION().match(source.folded, label.end)) and _is_typed(
        source.text[slice(*asserted.span("value"))]
    ):
        source.add(*asserted.span("value"))
        return asserted.end()
    return _mask_calls(source, start, end, label) or _mask_columns(source, start, end) or _mask_sentence(source, label)


def _mask_calls(source: Source, start: int, end: int, label: Label) -> int:
    """fill('#password', 'x'): the last string of each call on the line that is no selector."""
    if label.start < source.calls_until:
        return 0
    text, found = source.text, 0
    if source.folded[start:end].lstrip(" -").startswith("tapon"):  # the next line says what is typed there
        following = text.find("\n", end + 1, end + LINE)
        end = following if following >= 0 else min(len(text), end + LINE)
    source.calls_until = end
    calls = [*_CALL().finditer(source.folded, start, end)]
    for call, until in zip(calls, [*(call.start() for call in calls[1:]), end], strict=False):
        last = None
        for string in _STRING().finditer(text, call.end(), until):
            if not _SELECTOR.fullmatch(string["value"]) and not is_label(string["value"]):
                last = string
        if last is None:
            continue
        at, stop = last.span("value")
        value = text[at:stop]
        if (brace := value.find("{")) > 0 and value.endswith("}"):
            value, stop = value[:brace], at + brace  # Cypress: {enter}
        if " " not in value and is_secret(value, Grade.QUOTED):
            source.add(at, stop)
            found = max(found, stop)
    return found if found > label.end else 0


def _mask_columns(source: Source, start: int, end: int) -> int:
    """Input Password    id=password    x."""
    columns = _COLUMNS().match(source.folded, start, end)
    if columns is None:
        return 0
    at, stop = columns.span("value")
    if not is_secret(source.text[at:stop], Grade.CELL):
        return 0
    source.add(at, stop)
    return stop


def _mask_sentence(source: Source, label: Label) -> int:
    """enter "x" into the password field; fill in "Password" with "x"."""
    text, folded = source.text, source.folded
    start, end = source.line(label.start)
    if _VERB().search(folded, max(start, label.start - _NEAR), min(end, label.end + _NEAR)) is None:
        return 0
    after = _AFTER().match(text, label.end, end)
    if after and _is_typed(after["value"]):
        source.add(*after.span("value"))
        return after.end()
    before = _BEFORE().search(text, start, label.start)
    if before and _is_typed(before["value"]):
        source.add(*before.span("value"))
        return 0
    bare = _BARE().search(folded, start, label.start)
    if bare:
        at, stop = bare.span("value")
        if is_secret(text[at:stop], Grade.PROSE):
            source.add(at, stop)
    return 0


def _is_typed(value: str) -> bool:
    return is_secret(value, Grade.CELL) and is_odd(value) and not _SELECTOR.fullmatch(value)

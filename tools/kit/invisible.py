"""Invisible characters: which of them a script or an emoji needs, and which only hide something.

They can split a secret so that no search finds it, carry a second text that a model reads and a person does not, and
reverse the order of what is shown. What a script needs stays: joiners in Persian, Hindi or an emoji, direction marks in
Arabic.
"""

import re
import unicodedata
from typing import Final

# Format characters, private use, surrogates, and letters or marks without a glyph.
_HIDDEN: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
_CONTROL: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff"
_PRIVATE: Final = "\ue000-\uf8ff\U000f0000-\U0010ffff"
_OUT = re.compile(f"[{_CONTROL}{_HIDDEN}{_PRIVATE}]")
_STRAY = re.compile(f"[{_CONTROL}{_HIDDEN}]")
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029\u0085\v\f]")

_JOINING = re.compile(
    "[\u0590-\u10ff\u1700-\u18af\ua800-\uabff\ufb1d-\ufdff\ufe70-\ufefc\U00010a00-\U00011fff]"
)  # from Hebrew and Arabic to Indic, Thai, Khmer and Mongolian
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")  # Thai, Lao, Myanmar, Khmer: words without spaces
_MONGOLIAN = re.compile("[\u1820-\u18aa]")
_HAN = re.compile("[\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_EMOJI_LETTERS: Final = frozenset("\u2139\u203c\u2049\u3030\u24c2")
_KEYCAP: Final = "\u20e3"


def clean(text: str) -> str:
    """Strip stray invisible characters; line ends become newlines."""
    if text.isascii() and text.isprintable():
        return text
    text = _LINE_ENDS.sub("\n", text)
    return _OUT.sub(lambda match: match.group() if _belongs(text, match.start()) else "", text)


def stray(text: str) -> str | None:
    """The name of the first stray invisible character of a text; None if there is none."""
    if text.isascii() and text.isprintable():
        return None
    text = text.replace("\r\n", "\n")
    for match in _STRAY.finditer(text):
        if not _belongs(text, match.start()):
            return _name(match.group())
    return None


def _name(character: str) -> str:
    number = ord(character)
    if number < 0xA0:
        return f"a control character (U+{number:04X})"
    if 0xD800 <= number <= 0xDFFF:
        return f"half a character (U+{number:04X})"
    if 0xE0000 <= number <= 0xE007F:
        return f"a tag character (U+{number:04X})"
    return f"an invisible character ({unicodedata.name(character, 'unnamed').lower()}, U+{number:04X})"


def _belongs(text: str, place: int) -> bool:
    """Whether a script or an emoji next to an invisible character needs it."""
    character, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    match character:
        case "\u200d":
            return (_is_emoji(before) and _is_emoji(after)) or _joins(before, after)
        case "\u200c":
            return _joins(before, after)
        case "\u200b":
            return bool(_UNSPACED.match(before) and _UNSPACED.match(after))
        case "\u200e" | "\u200f" | "\u061c":
            return not (_OUT.match(before) or _OUT.match(after)) and _is_right_to_left(text)
        case "\ufe0e" | "\ufe0f":
            keycap = before != "" and before in "0123456789#*" and after == _KEYCAP
            return keycap or (_is_emoji(before) and before != "\ufe0f")
    if "\ufe00" <= character <= "\ufe0d" or "\U000e0100" <= character <= "\U000e01ef":
        return bool(_HAN.match(before)) or (character <= "\ufe0d" and unicodedata.category(before or " ") == "Sm")
    if "\u180b" <= character <= "\u180d" or character == "\u180f":
        return bool(_MONGOLIAN.match(before))
    return False


def _joins(before: str, after: str) -> bool:
    """Whether both neighbours are letters, one of them in a script with joiners (Persian adds endings to 'PDF')."""
    return _is_letter(before) and _is_letter(after) and bool(_JOINING.match(before) or _JOINING.match(after))


def _is_letter(character: str) -> bool:
    return character != "" and unicodedata.category(character)[0] in "LMN" and not _OUT.match(character)


def _is_emoji(character: str) -> bool:
    if character <= "\u007f":
        return False
    return character == "\ufe0f" or character in _EMOJI_LETTERS or unicodedata.category(character) in {"So", "Sk", "Sm"}


def _is_right_to_left(text: str) -> bool:
    return any(unicodedata.bidirectional(c) in {"R", "AL"} and not _OUT.match(c) for c in text)

"""Which invisible characters belong to a text, and which only hide something in it."""

import sys
import unicodedata

import pytest

from tools.kit.invisible import _OUT, clean, stray

KEPT = [
    "na\u00efve caf\u00e9, 10 %\nnext\tline",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, with a joiner that does not join
    "PDF\u200c\u0647\u0627",
    "\u0915\u094d\u200d\u0937",  # Devanagari, with a joiner
    "\u0e44\u0e17\u0e22\u200b\u0e44\u0e17\u0e22",  # Thai, with a place where the line may end
    "\u0645\u0631\u062d\u0628\u0627\u200f (OK)\u200e",  # Arabic, with direction marks
    "\U0001f469\u200d\U0001f4bb \u2764\ufe0f\u200d\U0001f525",
    "\U0001f44d\U0001f3fd 1\ufe0f\u20e3 \u2139\ufe0f \u2194\ufe0f",
    "\U0001f3f3\ufe0f\u200d\U0001f308 \U0001f469\U0001f3fd\u200d\U0001f4bb",
    "\u845b\U000e0100\u57ce",  # a Japanese name, with the form of its first letter
    "\u845b\U000e01ef\u845b\ufe00\u845b\ufe0d",
    "\u2229\ufe00 \u2229\ufe0d",  # signs of mathematics, in another form
    "\u1820\u180b\u1820\u180d\u1820\u180f\u18aa\u180c",  # Mongolian, with forms of its letters
    "\r\nWindows\r\n",
]


@pytest.mark.parametrize("text", KEPT)
def test_what_a_script_or_an_emoji_needs_stays(text: str) -> None:
    assert stray(text) is None
    assert clean(text) == text.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("pass\u200bword", "zero width space, U+200B"),
        ("a\u200db", "zero width joiner, U+200D"),
        ("a\u200cb", "zero width non-joiner, U+200C"),
        ("left\u200eright", "left-to-right mark, U+200E"),
        ("\u0645\u200f\u200f", "right-to-left mark, U+200F"),
        ("ok\u202egnp.exe", "right-to-left override, U+202E"),
        ("\u2066x\u2069", "left-to-right isolate, U+2066"),
        ("hi\U000e0068\U000e0069", "a tag character (U+E0068)"),
        ("a\ufe0fb", "variation selector-16, U+FE0F"),
        ("❤\ufe0f\ufe0f", "variation selector-16, U+FE0F"),
        ("a\U000e0101", "variation selector-18, U+E0101"),
        ("a\U000e0080", "an invisible character (unnamed, U+E0080)"),
        ("hi\U000e0000", "a tag character (U+E0000)"),
        ("hi\U000e007f", "a tag character (U+E007F)"),
        ("a\ufe00b", "variation selector-1, U+FE00"),
        ("a\ufe0d", "variation selector-14, U+FE0D"),
        ("\u845b\U000e01f0", "unnamed, U+E01F0"),
        ("\u2229\U000e0100", "variation selector-17, U+E0100"),
        ("a\u180bb", "mongolian free variation selector one, U+180B"),
        ("a\u180f", "mongolian free variation selector four, U+180F"),
        ("\u1820\u00ad", "soft hyphen, U+00AD"),
        ("\u1820\u180e", "mongolian vowel separator, U+180E"),
        ("\ufe0f\u20e3", "variation selector-16, U+FE0F"),
        ("1\ufe0f", "variation selector-16, U+FE0F"),
        ("\u0645\u200d", "zero width joiner, U+200D"),
        ("\u0645\u200c!", "zero width non-joiner, U+200C"),
        ("!\u200c\u0645", "zero width non-joiner, U+200C"),
        ("\u0e44\u200ba", "zero width space, U+200B"),
        ("a\x9f", "a control character (U+009F)"),
        ("half \ud800", "half a character (U+D800)"),
        ("half \udfff", "half a character (U+DFFF)"),
        ("\ufeffstart", "zero width no-break space, U+FEFF"),
        ("so\u00adft", "soft hyphen, U+00AD"),
        ("a\u2800b", "braille pattern blank, U+2800"),
        ("a\u3164b", "hangul filler, U+3164"),
        ("a\x1b[31mb", "a control character (U+001B)"),
        ("a\x02i9:b\x03", "a control character (U+0002)"),
        ("half \ud83d", "half a character (U+D83D)"),
    ],
)
def test_what_only_hides_something_is_named_and_taken_out(text: str, name: str) -> None:
    assert name in (stray(text) or "")
    assert stray(clean(text)) is None


def test_every_character_that_cannot_be_seen_is_known() -> None:
    """A new version of Unicode brings new ones; those signs of a script that can be seen are none of them."""
    seen = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
    unknown = [
        hex(number)
        for number in range(sys.maxunicode + 1)
        if unicodedata.category(chr(number)) in {"Cc", "Cf", "Co", "Cs"}
        and chr(number) not in "\t\n\r" + seen
        and not _OUT.match(chr(number))
    ]
    assert not unknown

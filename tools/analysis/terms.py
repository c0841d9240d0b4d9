"""The words of a text as they are compared: without case, endings and small numbers, synonyms as one word."""

from typing import Final

from tools.kit.text import clean

_ENDINGS: Final = ("ing", "ed", "er", "en", "e")
_SHORTEST: Final = 3
"""Letters that remain of a word at least."""
NONE: Final = 0
"""The number of what is not compared."""
_SYNONYMS: Final = (
    "cart basket",
    "coupon voucher",
    "mail email",
    "picture image photo",
    "remove delete",
    "display show",
    "crash freeze hang",
    "wrong incorrect",
    "blank empty",
    "total sum",
    "refuse reject deny",
    "tap click press",
    "phone mobile smartphone",
    "app application",
    "login signin",
    "logout signout",
    "account profile",
    "delivery shipping",
    "missing absent",
    "duplicate double twice",
)
"""Words that testers of shops and apps use for one thing."""


def ending_off(word: str) -> str:
    """A word without its ending; empty for one letter and for numbers below 100, which differ by chance."""
    if word.isdecimal():
        return word if len(word) > 2 else ""
    if len(word) < 2:
        return ""
    if word.endswith("s") and not word.endswith("ss") and len(word) > _SHORTEST:
        word = word[:-1]
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            word = word[: -len(ending)]
            break
    if len(word) > _SHORTEST and word[-1] == word[-2]:
        word = word[:-1]
    return f"{word[:-1]}i" if len(word) > _SHORTEST and word.endswith("y") else word


class Numbers(dict[str, int]):
    """A number for each word that was met, the same for all words of a stem; NONE for what is not compared."""

    def __init__(self) -> None:
        self._of_stem: dict[str, int] = {"": NONE}
        self.stems = [""]
        """The stem of each number."""

    def __missing__(self, word: str) -> int:
        # Texts repeat their words, so that this runs once for thousands of them.
        stem = stem_of(word)
        self[word] = number = self._of_stem.setdefault(stem, len(self.stems))
        if number == len(self.stems):
            self.stems.append(stem)
        return number


def stem_of(word: str) -> str:
    """What a word is compared by."""
    stem = ending_off(word)
    return _FIRST.get(stem, stem)


_FIRST: Final = {ending_off(word): ending_off(words.split()[0]) for words in _SYNONYMS for word in words.split()[1:]}


class _Spaces(dict[int, int]):
    """Maps every character that belongs to no word to a space; splitting at spaces is faster than an expression."""

    def __missing__(self, code: int) -> int:
        self[code] = found = code if chr(code).isalnum() else ord(" ")
        return found


_spaces: Final = _Spaces()


def words_of(text: str) -> list[str]:
    """The words of a text in lower case. Invisible characters would split them."""
    return (text if text.isascii() else clean(text)).casefold().translate(_spaces).split()

"""A text without what could split or disguise a secret: invisible characters, diacritics, letters of other widths."""

import re
import unicodedata
from functools import lru_cache

from tools.kit.invisible import clean


def fold(text: str) -> str:
    """A text without invisible characters and diacritics."""
    if text.isascii():
        return text
    return re.sub(r"[^\x00-\x7f]", lambda match: _folded(match.group()), unicodedata.normalize("NFKD", text))


@lru_cache(4_000)
def _folded(character: str) -> str:
    return "" if unicodedata.category(character)[0] == "M" else clean(character)

"""Identity: IDs that are the same in every run of the sandbox, and the sort keys of lists."""

import re
from functools import lru_cache
from uuid import UUID, uuid5

_SPACE = UUID("7d3f1c52-6a0e-4b8e-9c41-2f5b8a6d9e10")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's alphabet, as ULIDs are written
_LOW = (1 << 40) - 1


@lru_cache(4096)
def uuid_of(name: str) -> str:
    """The ID of the record with this name in the sandbox, always the same."""
    return str(uuid5(_SPACE, name))


def is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


@lru_cache(4096)
def ulid(at: int, serial: int) -> str:
    """A key that sorts by milliseconds and then by order of creation."""
    value = at << 80 | serial << 40 | serial * 0x9E3779B1 & _LOW
    return "".join(_DIGITS[value >> shift & 31] for shift in range(125, -1, -5))

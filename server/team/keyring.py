"""The keys that all processes of a server share: what one has sealed, the others can open."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from mcp.server.request_state import AESGCMRequestStateCodec

from server.credentials import SettingsError, is_placeholder

Purpose = Literal["round", "session", "answer", "admin"]
"""What is sealed; a key is derived for each, so that one is never taken for the other."""
SHORTEST: Final = 32
"""Bytes of a key."""
FEWEST: Final = 10
"""Different characters of a key; one of fewer was typed, not generated."""
MOST: Final = 64 * 1024
MAKE_ONE: Final = "`openssl rand -base64 32` makes one"


def ring(keys: Sequence[bytes], purpose: Purpose) -> AESGCMRequestStateCodec:
    """Seals with the first key and opens what any of them has sealed, for this purpose only.

    `unseal` raises the SDK's `InvalidRequestState` for anything else.
    """
    return AESGCMRequestStateCodec([_derived(key, purpose) for key in keys])


def _derived(key: bytes, purpose: Purpose) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"testdesk/{purpose}/v1".encode()).derive(key)


def read_keys(variable: str, environment: Mapping[str, str]) -> tuple[bytes, ...]:
    """The keys of a variable, or of the file that `<variable>_FILE` names: one a line, the first one seals.

    Raises:
        SettingsError: when the file cannot be read, or a line is no key; the text never has a part of one.
    """
    text, source = environment.get(variable, ""), variable
    file = environment.get(f"{variable}_FILE", "").strip()
    if not text.strip() and file:
        source = f"{variable}_FILE"
        try:
            with Path(file).open(encoding="utf-8") as opened:
                text = opened.read(MOST)
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{source} names a file that cannot be read ({type(error).__name__}).") from error
        if not text.strip():
            raise SettingsError(f"{source} names an empty file.")
    # A comment is long enough to pass for a key, and easy to guess.
    lines = [line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#")]
    if text.strip() and not lines:
        raise SettingsError(f"{source} has no key: {MAKE_ONE}.")
    keys = tuple(_checked(line, f"{source}, key {number}") for number, line in enumerate(lines, start=1))
    if len(set(keys)) < len(keys):
        raise SettingsError(f"{source} has the same key twice.")
    return keys


def _checked(line: str, source: str) -> bytes:
    key = line.encode()
    if is_placeholder(line, is_free_text=False):
        raise SettingsError(f"{source}: a placeholder, not a key; {MAKE_ONE}.")
    if len(key) < SHORTEST:
        raise SettingsError(f"{source}: {len(key)} bytes, and a key has at least {SHORTEST}; {MAKE_ONE}.")
    if len(set(line)) < FEWEST:
        raise SettingsError(f"{source}: hardly any two characters differ; {MAKE_ONE}.")
    return key

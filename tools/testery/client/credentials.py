"""The vendor's credentials file: an INI file with a section for each profile and a `token` in each."""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from configparser import ConfigParser, Error
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from tools.kit.errors import Refused

TOKEN: Final = "TESTERY_API_TOKEN"  # noqa: S105 - the variable's name
PROFILE: Final = "TESTERY_PROFILE"
CREDENTIALS_FILE: Final = "TESTERY_CREDENTIALS_FILE"
"""A setting of ours: the file that a new token is written to; without it none is created."""
PROFILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
LARGEST: Final = 256 * 1024


def found_token(environment: Mapping[str, str]) -> str | None:
    """The token of the profile that is set, or else of the default one.

    Raises:
        ValueError: if the profile that is set does not exist; no other is used instead.
    """
    profile = environment.get(PROFILE, "").strip()
    file = _file(environment)
    if file is None:
        if profile:
            raise ValueError(f"{PROFILE} is set, but there is no home directory with ~/.testery/credentials.")
        return None
    try:
        token = _profiles(file).get(profile or "default", "token", fallback="").strip()
    except (OSError, UnicodeDecodeError, Error):
        token = ""
    if profile and not token:
        raise ValueError(
            f"{PROFILE} is {profile[:60]!r}, and the file of Testery credentials has no token under that name."
        )
    return token or None


def _file(environment: Mapping[str, str]) -> Path | None:
    path, home = environment.get(CREDENTIALS_FILE, "").strip(), environment.get("HOME", "").strip()
    if path:
        return Path(path)
    return Path(home) / ".testery" / "credentials" if home else None


def _profiles(file: Path) -> ConfigParser:
    parser = ConfigParser(interpolation=None, strict=False)
    with file.open(encoding="utf-8") as opened:
        parser.read_string(opened.read(LARGEST))
    return parser


def checked_file(path: str, profile: str) -> Path:
    """The file that a new profile can be added to.

    Raises:
        Refused: if it cannot; no token exists by then.
    """
    file = Path(path)
    if not PROFILE_NAME.fullmatch(profile):
        raise Refused("A profile's name takes up to 60 letters, digits, '_', '.' and '-'.")
    if not file.is_absolute() or not file.parent.is_dir():
        raise Refused(f"{CREDENTIALS_FILE} must be the absolute path of a file in an existing directory.")
    if not file.exists():
        return file
    if file.is_symlink() or not file.is_file() or (os.name == "posix" and file.stat().st_mode & 0o077):
        raise Refused(f"The file of {CREDENTIALS_FILE} is not a file that only its owner can read.")
    try:
        taken = _profiles(file).has_section(profile)
    except (OSError, UnicodeDecodeError, Error) as error:
        raise Refused(f"The file of {CREDENTIALS_FILE} cannot be read ({type(error).__name__}).") from error
    if taken:
        raise Refused(f"The file of {CREDENTIALS_FILE} already has a profile of this name; none is replaced.")
    return file


@contextmanager
def open_to_add(file: Path) -> Iterator[IO[str]]:
    """Open a credentials file for one more profile, before the token is created, which could be lost otherwise.

    Raises:
        Refused: if it cannot be opened.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        descriptor = os.open(file, flags, stat.S_IRUSR | stat.S_IWUSR)
    except OSError as error:
        raise Refused(f"The file of {CREDENTIALS_FILE} cannot be written ({error.strerror}).") from error
    with os.fdopen(descriptor, "a", encoding="utf-8") as opened:
        yield opened


def add_profile(opened: IO[str], profile: str, token: str) -> None:
    """Append a profile to the file."""
    opened.write(f"\n[{profile}]\ntoken = {token}\n")
    opened.flush()
    os.fsync(opened.fileno())

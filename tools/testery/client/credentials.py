"""The vendor's own file of credentials: an INI file with a section for each profile and a `token` in each."""

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
KEPT_IN: Final = "TESTERY_CREDENTIALS_FILE"
"""A setting of ours: the file that a newly made token may be written to; without it none is made."""
PROFILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
LARGEST: Final = 256 * 1024


def found_token(environment: Mapping[str, str]) -> str | None:
    """The token of the profile that is asked for, or else of the default one.

    Raises:
        ValueError: when a profile is asked for and is not there; no other is taken in its place.
    """
    profile = environment.get(PROFILE, "").strip()
    file = _file(environment)
    if file is None:
        if profile:
            raise ValueError(f"{PROFILE} is set, but there is no home directory to look for ~/.testery/credentials in.")
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
    kept_in, home = environment.get(KEPT_IN, "").strip(), environment.get("HOME", "").strip()
    if kept_in:
        return Path(kept_in)
    return Path(home) / ".testery" / "credentials" if home else None


def _profiles(file: Path) -> ConfigParser:
    parser = ConfigParser(interpolation=None, strict=False)
    with file.open(encoding="utf-8") as opened:
        parser.read_string(opened.read(LARGEST))
    return parser


def checked_file(kept_in: str, profile: str) -> Path:
    """The file that a token can be added to under a name.

    Raises:
        Refused: where it cannot, before anything is made.
    """
    file = Path(kept_in)
    if not PROFILE_NAME.fullmatch(profile):
        raise Refused("A profile's name has letters, digits, '_', '.' and '-', at most 60.")
    if not file.is_absolute() or not file.parent.is_dir():
        raise Refused(f"{KEPT_IN} has to be the whole path of a file in a directory that is there.")
    if not file.exists():
        return file
    if file.is_symlink() or not file.is_file() or (os.name == "posix" and file.stat().st_mode & 0o077):
        raise Refused(f"The file of {KEPT_IN} is no file that only its owner can read.")
    try:
        taken = _profiles(file).has_section(profile)
    except (OSError, UnicodeDecodeError, Error) as error:
        raise Refused(f"The file of {KEPT_IN} cannot be read ({type(error).__name__}).") from error
    if taken:
        raise Refused(f"The file of {KEPT_IN} has a profile of this name already; none is replaced.")
    return file


@contextmanager
def open_to_add(file: Path) -> Iterator[IO[str]]:
    """Open a file of credentials for one more profile, so that a token is made only where it can be kept.

    Raises:
        Refused: when it cannot be opened.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        descriptor = os.open(file, flags, stat.S_IRUSR | stat.S_IWUSR)
    except OSError as error:
        raise Refused(f"The file of {KEPT_IN} cannot be written ({error.strerror}).") from error
    with os.fdopen(descriptor, "a", encoding="utf-8") as opened:
        yield opened


def add(opened: IO[str], profile: str, token: str) -> None:
    """Write a profile behind those there are; what stands in the file stays as it is."""
    opened.write(f"\n[{profile}]\ntoken = {token}\n")
    opened.flush()
    os.fsync(opened.fileno())

"""Files of hosts: read whole, replaced in one step, with a copy of what was there before beside them."""

import contextlib
import os
import stat
import tempfile
from pathlib import Path
from typing import Final

LARGEST: Final = 50_000_000
SUFFIX: Final = ".testdesk-backup"
OWNER_ONLY: Final = 0o600
CHANGED: Final = "another program changed it at the same moment"


class FileProblem(Exception):
    """A file cannot be read or written; the message says why."""


class ChangedMeanwhile(FileProblem):
    """Another program wrote the file after it was read."""


def read(file: Path) -> bytes | None:
    """The content of a file; None if there is none.

    Raises:
        FileProblem: it cannot be read.
    """
    try:
        with file.open("rb") as opened:
            found = opened.read(LARGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FileProblem(f"it cannot be read ({_reason(error)})") from error
    if len(found) > LARGEST:
        raise FileProblem(f"it is larger than {LARGEST // 1_000_000} MB")
    return found


def decoded(content: bytes | None) -> str:
    """The text of a file; of a missing one an empty text.

    Raises:
        FileProblem: it is not UTF-8.
    """
    try:
        return (content or b"").decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileProblem("it is not UTF-8") from error


def replace(file: Path, *, before: bytes | None, after: bytes | None) -> None:
    """Write a file in one step, or delete it, if it still has the content that was read; links stay links.

    Raises:
        ChangedMeanwhile: it has another content now.
        FileProblem: it cannot be written.
    """
    place = Path(os.path.realpath(file))
    if after is None:
        if read(place) != before:
            raise ChangedMeanwhile(CHANGED)
        delete(place)
        return
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        mode = stat.S_IMODE(place.stat().st_mode) if before is not None else OWNER_ONLY
        descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    except OSError as error:
        raise FileProblem(f"it cannot be written ({_reason(error)})") from error
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(after)
            opened.flush()
            os.fsync(opened.fileno())
        os.chmod(name, mode)
        if read(place) != before:
            raise ChangedMeanwhile(CHANGED)
        os.replace(name, place)
    except OSError as error:
        raise FileProblem(f"it cannot be written ({_reason(error)})") from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)


def backup_of(file: Path) -> Path:
    """Where the copy of a file is."""
    place = Path(os.path.realpath(file))
    return place.with_name(place.name + SUFFIX)


def back_up(file: Path, content: bytes) -> None:
    """Keep a copy of what a file has, which only its owner can read: the file may hold secrets.

    Raises:
        FileProblem: it cannot be written.
    """
    write_private(backup_of(file), content)


def write_private(file: Path, content: bytes) -> None:
    """Write a file that only its owner can read.

    Raises:
        FileProblem: it cannot be written.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # has mode 0600
        try:
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(content)
                opened.flush()
                os.fsync(opened.fileno())
            os.replace(name, file)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)
    except OSError as error:
        raise FileProblem(f"{file} cannot be written ({_reason(error)})") from error


def delete(file: Path) -> None:
    """Delete a file.

    Raises:
        FileProblem: it cannot be deleted.
    """
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise FileProblem(f"{file} cannot be deleted ({_reason(error)})") from error


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__

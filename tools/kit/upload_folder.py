"""A folder of files to upload, such as the reports that a pipeline left: the paths of the files in it."""

import os
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import Final

from anyio import to_thread

from tools.kit.errors import Refused
from tools.kit.upload import find_below

DEEPEST: Final = 6
"""Levels of folders that are looked into."""


async def files_in(wanted: str, *, allowed: str, extensions: Collection[str], at_most: int) -> list[str]:
    """The path itself, or of a folder the paths of all files in it and in its folders, by name.

    Links are not followed, and hidden files and folders are left out. `open_upload` checks each file.

    Raises:
        Refused: for a place outside of the `allowed` directories, and for a folder with none or too many files.
    """
    return await to_thread.run_sync(partial(_files_in, wanted, allowed, extensions, at_most))


def _files_in(wanted: str, allowed: str, extensions: Collection[str], at_most: int) -> list[str]:
    _, real = find_below(wanted, allowed)
    if not real.is_dir():
        return [wanted]
    found: list[str] = []
    for folder, folders, names in os.walk(real):
        depth = len(Path(folder).relative_to(real).parts)
        folders[:] = sorted(name for name in folders if not name.startswith(".")) if depth < DEEPEST else []
        for name in sorted(names):
            path = Path(folder, name)
            if not name.startswith(".") and path.suffix.lower() in extensions and not path.is_symlink():
                found.append(str(path))
        if len(found) > at_most:
            raise Refused(f"The folder has more than {at_most} {'/'.join(extensions)} files. Give one of its folders.")
    if not found:
        raise Refused(f"The folder has no {'/'.join(extensions)} file.")
    return found

"""Credentials in files of their own, which only the user can read and which an entry names by `..._FILE`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from server.configuration import default_file
from server.credentials import MOST_SECRET, SettingsError, checked
from server.hosts.files import FileProblem, write_private
from tools.kit.platform import Credential, Platform


def folder_of(environment: Mapping[str, str]) -> Path:
    """The folder of the files.

    Raises:
        FileProblem: the user has no configuration folder.
    """
    beside = default_file(environment)
    if not beside:
        raise FileProblem("There is no home directory here, so no file for a token has a place.")
    return Path(beside).parent / "credentials"


def asked_for(platform: Platform) -> Sequence[Credential]:
    """The credentials that suffice by themselves, of the set with the fewest."""
    by_name = {credential.variable: credential for credential in platform.credentials}
    alone = [names for names in platform.credential_sets if names <= set(by_name)]
    wanted = min(alone, key=len) if alone else set(by_name)
    return [credential for name, credential in by_name.items() if name in wanted]


def file_for(credential: Credential, environment: Mapping[str, str]) -> str:
    """The file that holds a credential: the one that the environment names, or a stored one; empty if there is none."""
    named = environment.get(f"{credential.variable}_FILE", "").strip()
    if named:
        return str(Path(named).expanduser().absolute())
    stored = folder_of(environment) / credential.variable
    return str(stored) if stored.is_file() else ""


def store(credential: Credential, value: str, environment: Mapping[str, str]) -> str:
    """Write a credential to its file, and return the file's path.

    Raises:
        SettingsError: it is a placeholder, or no token has these characters.
        FileProblem: it cannot be written.
    """
    if len(value) > MOST_SECRET:
        raise SettingsError(f"{credential.variable} is longer than {MOST_SECRET} characters.")
    checked(value, credential.variable, is_free_text=credential.is_free_text)
    file = folder_of(environment) / credential.variable
    write_private(file, f"{value}\n".encode())
    return str(file)

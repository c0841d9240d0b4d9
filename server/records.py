"""Answers that a server gave when it started, stored for the next start. Standard library only.

The name of a record is a digest of all that the answer depends on. Of a credential only two things count, whether it
is set and which public prefix its value begins with.
"""

from __future__ import annotations

import os
import sys
import zlib

from server.opening import Session

TYPE_CHECKING = False  # as of typing, whose import takes most of the time that an answer takes
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Final

try:  # `hashlib` loads OpenSSL
    from _blake2 import blake2b
except ImportError:  # pragma: no cover - another Python than CPython
    from hashlib import blake2b

SWITCH: Final = "TESTDESK_GREETER"
CONFIG: Final = "TESTDESK_CONFIG"
OURS: Final = "TESTDESK_"
STORE: Final = "TESTDESK_STORE"
SECRETS: Final = ("KEY", "TOKEN", "SECRET", "PASSWORD")
SERVER: Final = os.path.dirname(os.path.abspath(__file__))
SHIPPED: Final = os.path.join(SERVER, "first_answers.bin")
VARIABLES: Final = "variables"
DECLARED: Final = "declared"
SCHEMAS: Final = "schemas"
DEFERRING: Final = ("claude-code", "codex-mcp-client")
"""Clients that are listed more tools than others."""
LARGEST: Final = 256 * 1024
"""Bytes of a configuration file."""
MOST: Final = 96
"""Records that are kept; the oldest are removed."""


def digest(*parts: str) -> str:
    """One name for many parts."""
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def version() -> str:
    """The version of a checkout, or of an installation; empty if neither says it."""
    root = os.path.dirname(SERVER)
    try:
        with open(os.path.join(root, "pyproject.toml"), encoding="utf-8") as file:
            return file.read().partition('\nversion = "')[2].partition('"')[0]
    except OSError:
        pass
    site = os.path.dirname(os.path.dirname(root))
    names = [name for name in os.listdir(site) if name.startswith("testdesk-") and name.endswith(".dist-info")]
    return names[0] if names else ""


def may_use_records(environment: Mapping[str, str]) -> bool:
    """Whether this is an installation, or a checkout that was asked to do as one: its sources change."""
    is_checkout = os.path.exists(os.path.join(os.path.dirname(SERVER), "pyproject.toml"))
    return not is_checkout or environment.get(SWITCH, "").strip() == "1"


def cache(environment: Mapping[str, str]) -> str:
    """Our folder in the user's cache directory; empty if there is none."""
    home, chosen = environment.get("HOME", ""), environment.get("XDG_CACHE_HOME", "")
    if sys.platform == "darwin":
        chosen = os.path.join(home, "Library", "Caches") if home else ""
    elif not os.path.isabs(chosen):
        chosen = os.path.join(home, ".cache") if home else ""
    return os.path.join(chosen, "testdesk", "answers") if os.path.isabs(chosen) else ""


def default_configuration(environment: Mapping[str, str]) -> str:
    """Where the configuration file is looked for; empty if the user has no such folder."""
    home, chosen = environment.get("HOME", ""), environment.get("XDG_CONFIG_HOME", "")
    if sys.platform == "darwin":
        chosen = os.path.join(home, "Library", "Application Support") if home else ""
    elif not os.path.isabs(chosen):
        chosen = os.path.join(home, ".config") if home else ""
    return os.path.join(chosen, "testdesk", "testdesk.toml") if os.path.isabs(chosen) else ""


def configured(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """What the configuration file says, as a digest; empty if there is none. A sandbox takes only a named one."""
    path = environment.get(CONFIG, "").strip()
    if not path and "--sandbox" not in arguments:
        path = default_configuration(environment)
    try:
        with open(path, "rb") as file:
            return blake2b(file.read(LARGEST), digest_size=16).hexdigest()
    except (OSError, ValueError):
        return ""


class Archive:
    """The records that are shipped, in one file: an index of lines with name, offset and size, then the contents."""

    def __init__(self, file: str = SHIPPED) -> None:
        self._file, self.index = file, b""
        try:
            with open(file, "rb") as opened:
                size = int(opened.read(8))
                self.index = opened.read(size)
                self._start = 8 + size
        except (OSError, ValueError):
            pass

    def read(self, name: str) -> bytes | None:
        """The content with this name."""
        _, found, rest = self.index.partition(f"\n{name} ".encode())
        if not found:
            return None
        offset, size = map(int, rest.partition(b"\n")[0].split())
        with open(self._file, "rb") as opened:
            opened.seek(self._start + offset)
            return zlib.decompress(opened.read(size))


def packed(contents: Mapping[str, bytes]) -> bytes:
    """An archive; equal contents are stored once."""
    places: dict[bytes, str] = {}
    index, stored = ["\n"], b""
    for name in sorted(contents):
        content = contents[name]
        if content not in places:
            small = zlib.compress(content, 9)
            places[content] = f"{len(stored)} {len(small)}"
            stored += small
        index.append(f"{name} {places[content]}\n")
    written = "".join(index).encode()
    return b"%08d%b%b" % (len(written), written, stored)


class Records:
    """The records of one situation: a version, a command line and an environment."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], archive: Archive) -> None:
        self._arguments, self._environment = arguments, environment
        self._archive = archive
        self.folder = cache(environment)
        self._is_safe = _is_private(self.folder)
        self._version = version()
        changed = os.stat(__file__).st_mtime_ns
        self._installation = digest(self._version, SERVER, str(changed), str(sys.hexversion))
        self._configured = configured(arguments, environment)
        # Which variables matter with a configuration file, only its last start has found out.
        shipped = None if self._configured else self._archive.read(VARIABLES)
        self._variables = shipped if shipped is not None else self._cached(self._names)
        self._name()

    @property
    def _names(self) -> str:
        """The name of the record that says which variables matter."""
        return f"{digest(self._installation, self._configured)}-{VARIABLES}"

    @property
    def are_any(self) -> bool:
        """Whether there is a record for this situation."""
        if self._variables is None:
            return False
        if f"\n{self._shipped}-".encode() in self._archive.index:
            return True
        names = os.listdir(self.folder) if self._is_safe else ()
        return any(name.startswith(self._own) for name in names)

    def know_variables(self, lines: Iterable[str], *, store: bool = True) -> None:
        """Learn which variables of the platforms matter, from a server that has loaded them.

        A line is `setting NAME`, `credential NAME PREFIX ...` or, of a file, `file PATH`, from the home directory on.
        """
        variables = "\n".join(lines).encode()
        if variables != self._variables:
            self._variables = variables
            self._name()
            if store:
                self._store(self._names, self._variables)

    def read(self, session: Session, method: str) -> bytes | None:
        """The answer to a method, from its `result` on."""
        if self._variables is None:
            return None
        found = self._cached(self._own_name(session, method))
        return found if found is not None else self._archive.read(self.shipped_name(session, method))

    def write(self, session: Session, method: str, answer: bytes) -> None:
        """Store an answer that was just given; a folder that cannot be written is no reason to fail."""
        self._store(self._own_name(session, method), answer)

    def forget(self, session: Session, method: str) -> None:
        """Remove our own record."""
        try:  # noqa: SIM105 - contextlib takes a millisecond to import
            os.unlink(os.path.join(self.folder, self._own_name(session, method)))
        except OSError:
            pass

    def shipped_name(self, session: Session, method: str) -> str:
        """The name of a shipped record, which knows of a client only whether it is listed more."""
        kind = "deferring" if session.client in DEFERRING else "other"
        return f"{self._shipped}-{digest(kind, session.revision, session.extensions, method)}"

    def _own_name(self, session: Session, method: str) -> str:
        return f"{self._own}-{digest(session.client, session.revision, session.extensions, method)}"

    def _name(self) -> None:
        parts = [
            *self._arguments,
            self._configured,
            *(_variables_that_matter(self._variables or b"", self._environment)),
        ]
        self._shipped = digest(self._version.removeprefix("testdesk-").removesuffix(".dist-info"), *parts)
        self._own = digest(self._installation, *parts)

    def _cached(self, name: str) -> bytes | None:
        if not self._is_safe:
            return None
        try:
            with open(os.path.join(self.folder, name), "rb") as file:
                return zlib.decompress(file.read())
        except (OSError, zlib.error):
            return None

    def _store(self, name: str, content: bytes) -> None:
        if not self.folder or not hasattr(os, "geteuid"):
            return
        temporary = os.path.join(self.folder, f".{os.getpid()}-{name}")
        try:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            self._is_safe = _is_private(self.folder)
            if not self._is_safe:
                return
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with open(descriptor, "wb") as file:
                file.write(zlib.compress(content, 1))
            os.replace(temporary, os.path.join(self.folder, name))
            self._remove_oldest()
        except OSError:
            pass

    def _remove_oldest(self) -> None:
        entries = sorted(os.scandir(self.folder), key=lambda entry: entry.stat().st_mtime_ns)
        for entry in entries[:-MOST]:
            os.unlink(entry.path)


def _is_private(folder: str) -> bool:
    """Whether a folder is ours alone: what is in it is shown to a model as our own words."""
    try:
        found = os.stat(folder)
    except (OSError, ValueError):
        return False
    return hasattr(os, "geteuid") and found.st_uid == os.geteuid() and not found.st_mode & 0o077


def _variables_that_matter(lines: bytes, environment: Mapping[str, str]) -> Iterable[str]:
    """What the environment says: settings with their values, credentials by their kind, files by time and size."""
    for name in sorted(environment):
        if name.startswith(OURS) and name != SWITCH:
            # The address of a database may hold a password.
            is_secret = any(word in name for word in SECRETS) or (name == STORE and "://" in environment[name])
            yield f"{name}={_kind(environment[name], ()) if is_secret else environment[name]}"
            if name.endswith("_FILE"):
                yield _state(environment[name])
    for line in lines.decode().splitlines():
        what, _, rest = line.partition(" ")
        name, *prefixes = rest.split(" ")
        value = environment.get(name, "").strip()
        if what == "file":
            # Not its whole path: a record that is shipped knows no home directory.
            yield f"{rest} {_state(os.path.join(environment.get('HOME', ''), rest))}"
        elif value:
            yield f"{name}={value if what == 'setting' else _kind(value, prefixes)}"
            if name.endswith("_FILE"):
                yield _state(value)


def _kind(value: str, prefixes: Iterable[str]) -> str:
    """The kind of a credential, which is public."""
    return next((prefix for prefix in prefixes if value.startswith(prefix)), "set" if value.strip() else "")


def _state(path: str) -> str:
    """The time and size of a file."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return "is not there"
    return f"{found.st_mtime_ns} {found.st_size}"

"""Where a host's file is on this machine, and whether the host is installed."""

import glob
import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from server.hosts.table import HOSTS, LINUX, Host

_VARIABLE = re.compile(r"\$([A-Z_]+)")


@dataclass(frozen=True)
class Machine:
    """A user's environment on a system."""

    environment: Mapping[str, str]
    home: Path
    system: str = sys.platform

    @classmethod
    def here(cls) -> "Machine":
        """This one."""
        return cls(os.environ, Path.home())

    def path_of(self, template: str) -> Path | None:
        """The path that a template stands for; None if it has a variable that is not set to an absolute path."""
        for name in _VARIABLE.findall(template):
            value = self.environment.get(name, "")
            if not os.path.isabs(value):
                return None
            template = template.replace(f"${name}", value)
        if template == "~" or template.startswith("~/"):
            return self.home / template[2:]
        return Path(template)

    def folder_of(self, host: Host) -> Path:
        """Where its file is, or would be."""
        found = self.home
        for template in host.folders.get(self.system, host.folders[LINUX]):
            path = self.path_of(template)
            if path is None:
                continue
            if "*" not in template:
                return path
            matching = sorted(glob.glob(str(path)))
            if matching:
                return Path(matching[-1])
            found = path
        return found

    def file_of(self, host: Host) -> Path:
        """The file in which it names its servers; it need not exist."""
        folder = self.folder_of(host)
        named = [folder / name for name in host.names]
        return next((file for file in named if file.exists()), named[0])

    def has(self, host: Host) -> bool:
        """Whether it is installed: its command, its application, or what it keeps."""
        folder = self.folder_of(host)
        if self.file_of(host).exists() or (folder != self.home and folder.is_dir()):
            return True
        if any(shutil.which(program, path=self.environment.get("PATH", "")) for program in host.programs):
            return True
        applications = (self.path_of(template) for template in host.applications)
        return any(path is not None and path.exists() for path in applications)

    def installed(self) -> list[Host]:
        """The hosts that are on this machine."""
        return [host for host in HOSTS if self.has(host)]

    def short(self, path: Path) -> str:
        """A path as a person reads it."""
        try:
            return str(Path("~") / path.relative_to(self.home))
        except ValueError:
            return str(path)


def hosts_named(names: Iterable[str]) -> tuple[list[Host], list[str]]:
    """The hosts with these names, and the names that no host has; `vs code`, `VSCode` and `vscode` are one."""
    by_name = {_plain(name): host for host in HOSTS for name in (host.key, host.title)}
    given = list(names)
    found = [by_name[_plain(name)] for name in given if _plain(name) in by_name]
    return list(dict.fromkeys(found)), [name for name in given if _plain(name) not in by_name]


def _plain(name: str) -> str:
    """A name without what people write differently."""
    return re.sub(r"[^a-z]|cli$", "", name.lower())

"""The route template of a request to a platform: a path without ids, from the vendor's list of operations."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tools.kit.platform import Platform

ROOT: Final = Path(__file__).parent.parent.parent
OTHER: Final = "other"
"""A path that no operation has, such as a file's or a tracker's; a host that belongs to no platform."""
TRACKER: Final = "tracker"
_VARIABLE: Final = re.compile(r"\{[^}]*\}")


class Routes:
    """The templates of all platforms, by method and number of pieces; fixed pieces come before variables."""

    def __init__(self, platforms: Sequence[Platform]) -> None:
        self._keys = {platform.title: platform.key for platform in platforms}
        self._of: dict[tuple[str, str, int], list[tuple[re.Pattern[str], str]]] = {}
        for platform in platforms:
            for method, path in sorted(operations(platform.key), key=lambda row: _VARIABLE.sub("~", row[1])):
                pattern = "[^/]+".join(map(re.escape, _VARIABLE.split(path)))
                row = re.compile(pattern), path
                self._of.setdefault((platform.key, method, path.count("/")), []).append(row)

    @property
    def keys(self) -> tuple[str, ...]:
        """All that a request or an act can be of."""
        return (*self._keys.values(), TRACKER, OTHER)

    def platform(self, title: str) -> str:
        """The key of a platform by the title of its client, or of a storage or a page of it; trackers are one."""
        for name, key in self._keys.items():
            if title.endswith(name):
                return key
        return TRACKER if title.endswith(")") else OTHER  # Jira (web): a kind and the operator's name for it

    def template(self, platform: str, method: str, where: str) -> str:
        """The template that a path was filled from."""
        path = where.partition("?")[0].rstrip("/")
        rows = self._of.get((platform, method, path.count("/")), ())
        return next((template for pattern, template in rows if pattern.fullmatch(path)), OTHER)


def operations(key: str) -> list[tuple[str, str]]:
    """Method and path of each operation that a platform's vendor documents."""
    file = ROOT / "tools" / key / "operations.toml"
    if not file.exists():
        return []
    rows = tomllib.loads(file.read_text(encoding="utf-8"))["operation"]
    return [(row["method"], row["path"].partition("?")[0].rstrip("/")) for row in rows]

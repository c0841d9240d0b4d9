"""The text of a configuration file: its values, and refusals that name the place and show no value."""

import os
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final

from server.settings import SettingsError

SECRET: Final = re.compile(r"token|password|secret|key|credential", re.IGNORECASE)


class ConfigText:
    """The text of one file, by its lines."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self._lines = path, text.splitlines()

    def table(self, section: str, value: Any) -> Mapping[str, Any]:
        """A table of keys."""
        if not isinstance(value, dict):
            parent, _, name = section.rpartition(".")
            raise self.error(parent, name, f"is a section, written as [{section}].")
        return value

    def text(self, section: str, key: str, value: Any) -> str:
        """A text on one line."""
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise self.error(section, key, "takes a text on one line, in quotation marks.")
        return value.strip()

    def file(self, text: str) -> str:
        """The path of a file that a key names; a relative one is beside this file."""
        return os.path.join(os.path.dirname(os.path.abspath(self.path)), os.path.expanduser(text))

    def unknown(self, section: str, key: str, known: Iterable[str]) -> SettingsError:
        """The refusal of a key that does not exist."""
        if section and SECRET.search(key) and not key.endswith(("_file", "_variable")):
            return self.literal(section, key)
        names = sorted(known)
        close = get_close_matches(key, names, 1)
        advice = f"Did you mean {close[0]}?" if close else f"Known are {', '.join(names)}."
        return self.error(section, key, f"is not known{'' if section else ' as a section'}. {advice}")

    def literal(self, section: str, key: str) -> SettingsError:
        """The refusal of a secret in the file itself."""
        return self.error(
            section,
            key,
            f"would be a secret in this file. Name a file with {key}_file, or a variable with {key}_variable.",
        )

    def error(self, section: str, key: str, what: str) -> SettingsError:
        """A refusal with its place."""
        line = self._line(section, key)
        place = ", ".join([*([f"line {line}"] if line else []), *([f"[{section}]"] if section else [])])
        shown = f" {key[:60]!a}".replace("'", "") if key else ""
        return SettingsError(f"{self.path}{f', {place}' if place else ''}:{shown} {what}")

    def _line(self, section: str, key: str) -> int | None:
        """The line of a key or of a section, as far as it is written plainly."""
        present = ""
        for number, line in enumerate(self._lines, 1):
            header = re.match(r"\s*\[+\s*([^\]#]+?)\s*\]", line)
            if header:
                present = header[1].replace('"', "").replace(" ", "")
                wanted = f"{section}.{key}" if section and key else section or key
                if present == wanted or (not section and present.startswith(f"{key}.")):
                    return number
            elif key and present == section and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""", line):
                return number
        return None

"""A host's file as text, with one entry changed; each change is read back and compared before it counts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from server.hosts import jsonc, toml_text
from server.hosts.table import Host

INPUTS: Final = "inputs"
"""The key below which a host that asks for secrets lists them."""


class CannotEdit(ValueError):
    """The file stays as it is; the message says why."""


def entries_in(host: Host, text: str) -> dict[str, Any]:
    """The servers that a file names.

    Raises:
        CannotEdit: it cannot be read.
    """
    section = _read(host, text).get(host.section, {})
    if not isinstance(section, dict):
        raise CannotEdit(f"its {host.section} is not what holds servers")
    return section


def with_entry(host: Host, text: str, name: str, entry: Mapping[str, Any]) -> str:
    """The text with an entry.

    Raises:
        CannotEdit: it cannot be changed without a risk to what else is in it.
    """
    expected = {**_read(host, text), host.section: {**entries_in(host, text), name: dict(entry)}}
    put = toml_text.put if host.format == "toml" else jsonc.put
    return _checked(host, lambda: put(text, (host.section, name), entry), expected)


def without_entry(host: Host, text: str, name: str) -> str:
    """The text without an entry.

    Raises:
        CannotEdit: as for `with_entry`.
    """
    if name not in entries_in(host, text):
        return text
    section = {key: entry for key, entry in entries_in(host, text).items() if key != name}
    expected = {**_read(host, text), host.section: section}
    drop = toml_text.drop if host.format == "toml" else jsonc.drop
    if host.format == "toml" and not section:
        del expected[host.section]
    return _checked(host, lambda: drop(text, (host.section, name)), expected)


def with_inputs(host: Host, text: str, wanted: Sequence[Mapping[str, Any]]) -> str:
    """The text with what the host asks the user for; an input with the same id is replaced.

    Raises:
        CannotEdit: as for `with_entry`.
    """
    for one in wanted:
        for other in [other for other in inputs_in(host, text) if other.get("id") == one["id"] and other != one]:
            text = _with_list(
                host, text, [kept for kept in inputs_in(host, text) if kept != other], other, jsonc.remove
            )
        if one not in (present := inputs_in(host, text)):
            text = _with_list(host, text, [*present, one], one, jsonc.append)
    return text


def without_inputs(host: Host, text: str, identifiers: Sequence[str]) -> str:
    """The text without the inputs of these ids.

    Raises:
        CannotEdit: as for `with_entry`.
    """
    for one in [one for one in inputs_in(host, text) if one.get("id") in identifiers]:
        text = _with_list(host, text, [kept for kept in inputs_in(host, text) if kept != one], one, jsonc.remove)
    return text


def _with_list(host: Host, text: str, then: list[Any], one: Any, change: Callable[..., str]) -> str:
    expected = {**_read(host, text), INPUTS: then}
    return _checked(host, lambda: change(text, (INPUTS,), one), expected)


def inputs_in(host: Host, text: str) -> list[Any]:
    """What a host that asks for secrets asks for.

    Raises:
        CannotEdit: as for `with_entry`.
    """
    found = _read(host, text).get(INPUTS, []) if host.asks else []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise CannotEdit(f"its {INPUTS} is no list of objects")
    return found


def _read(host: Host, text: str) -> dict[str, Any]:
    try:
        found = toml_text.read(text) if host.format == "toml" else jsonc.read(text)
    except (jsonc.NotJson, toml_text.NotToml) as error:
        raise CannotEdit(f"it cannot be read: {error}") from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise CannotEdit("it holds no object")
    return found


def _checked(host: Host, change: Callable[[], str], expected: Mapping[str, Any]) -> str:
    try:
        text = change()
        if _read(host, text) == expected:
            return text
    except (jsonc.Unplaceable, CannotEdit) as error:
        raise CannotEdit(f"it cannot be changed safely: {error}") from error
    raise CannotEdit("it cannot be changed without changing something else in it")

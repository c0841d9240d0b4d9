"""The device catalogue: lists it, and finds the devices that requirements name."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

from pydantic import Field

from tools.kit.errors import PlatformError, Refused, Unavailable
from tools.kit.page import Cursor, Limit, Page, Selection
from tools.kit.toolset import Toolset
from tools.testio.client.testio import TestIO
from tools.testio.models.devices import Entry
from tools.testio.tools.order_fields import ChosenDevices, Devices, NameOrId

tool = Toolset(TestIO)

MOST_NAMED = 40
"""Names that one error lists; a system can have hundreds of versions."""

Read = Callable[[], Awaitable[list[Entry]]]
Pick = Callable[[list[Entry], str], list[Entry]]


@tool.reads()
async def list_devices(
    api: TestIO,
    category: Annotated[NameOrId, Field(description="Such as smartphone, or its id.")] = None,
    operating_system: Annotated[NameOrId, Field(description="Such as iOS, or its id.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[Entry]:
    """List the device catalogue: categories; with a category its operating systems; with a system its versions."""
    selection: Selection[tuple[int, Entry]] = Selection(
        lambda row: (row[0],), limit=limit, cursor=cursor, filters=[category, operating_system]
    )
    kind = await _category(api, category)
    if operating_system is not None:
        system = await _system(api, kind, operating_system)
        entries = await api.devices.versions(system.id)
        note = f"Versions of {system.marked}, oldest first."
    elif kind is not None:
        entries = await api.devices.operating_systems(kind.id)
        note = f"Operating systems of {kind.marked}; pass one as operating_system for its versions."
    else:
        entries = await api.devices.categories()
        note = "Categories; pass one as category for its operating systems."
    return selection.page_of(list(enumerate(entries)), lambda row: row[1], note=note)


async def find_devices(api: TestIO, requirements: Sequence[Devices] | None) -> list[ChosenDevices] | None:
    """Find the devices that requirements name in the catalogue, which is read once an hour.

    Raises:
        Refused: with the names that exist, for another one.
        Unavailable: when a name cannot be looked up; ids need no catalogue.
    """
    for group in requirements or ():
        if group.operating_system is None and any(isinstance(v, str) for v in (group.min_version, group.max_version)):
            raise Refused("A version by its name needs its operating_system.")
    return None if requirements is None else [await _find_group(api, group) for group in requirements]


async def _find_group(api: TestIO, group: Devices) -> ChosenDevices:
    category = await _category(api, group.category)
    system = None if group.operating_system is None else await _system(api, category, group.operating_system)
    low = await _version(api, system, group.min_version, lambda found: found[0])
    high = await _version(api, system, group.max_version, lambda found: found[-1])
    if low is not None and high is not None and low.numbers and high.numbers and low.numbers > high.numbers:
        raise Refused(f"min_version {low.marked} is newer than max_version {high.marked}.")
    return ChosenDevices(
        category=category,
        operating_system=system,
        min_version=low,
        max_version=high,
        vendor_id=group.vendor_id,
        device_ids=group.device_ids or (),
        browser_ids=group.browser_ids or (),
    )


async def _category(api: TestIO, word: NameOrId) -> Entry | None:
    if word is None:
        return None
    found = await _find_entries(api, word, api.devices.categories, "The device catalogue has no category")
    return _single(found, word)


async def _system(api: TestIO, category: Entry | None, word: int | str) -> Entry:
    async def read() -> list[Entry]:
        kinds = [category] if category is not None else await api.devices.categories()
        systems: dict[int, Entry] = {}
        for kind in kinds:
            for system in await api.devices.operating_systems(kind.id):
                systems.setdefault(system.id, system)  # phones and tablets share systems
        return list(systems.values())

    whose = "The device catalogue has" if category is None else f"{category.marked} have"
    return _single(await _find_entries(api, word, read, f"{whose} no operating system"), word)


async def _version(
    api: TestIO, system: Entry | None, word: NameOrId, which: Callable[[list[Entry]], Entry]
) -> Entry | None:
    """Find a version; "17" means all 17.x, from which `which` takes one."""
    if word is None:
        return None
    if system is None:
        return Entry(id=int(word))  # an id alone; `find_devices` refuses a name without a system

    def pick(entries: list[Entry], name: str) -> list[Entry]:
        name = name.casefold().removeprefix((system.name or "").casefold()).strip()
        if not name:
            return []  # only the name of the system
        return [e for e in entries if (own := (e.name or "").casefold()) == name or own.startswith(f"{name}.")]

    async def read() -> list[Entry]:
        return await api.devices.versions(system.id)

    return which(await _find_entries(api, word, read, f"{system.marked} has no version", pick))


def _by_name(entries: list[Entry], word: str) -> list[Entry]:
    return [entry for entry in entries if entry.is_called(word)]


async def _find_entries(api: TestIO, word: int | str, read: Read, has_no: str, pick: Pick = _by_name) -> list[Entry]:
    """The entries that a word means, at least one; where the catalogue is down, an id is used unchecked."""
    if isinstance(word, str) and word.isdecimal() and len(word) < 10 and pick is _by_name:
        word = int(word)  # only versions have numbers as names
    if isinstance(word, int):
        try:
            entries = [] if api.devices.was_missed else await read()
        except PlatformError:
            entries = []
        found = [entry for entry in entries if entry.id == word] if entries else [Entry(id=word)]
    else:
        word = word.strip()
        try:
            entries = await read()
        except PlatformError as error:
            raise Unavailable(
                f"{word[:60]!r} cannot be looked up. {error.sentence} Ids, as numbers, work without the catalogue. "
                "Nothing was sent.",
                status=error.status,
            ) from error
        found = pick(entries, word) or [entry for entry in entries if str(entry.id) == word]
    if not found:
        named = ", ".join(f"{entry.marked} ({entry.id})" for entry in entries[-MOST_NAMED:])
        more = f" and {len(entries) - MOST_NAMED} older ones" if len(entries) > MOST_NAMED else ""
        value = repr(word[:60]) if isinstance(word, str) else f"with the id {word}"
        if isinstance(word, int) and pick(entries, str(word)):
            more += f'. A name is a text: "{word}"'
        raise Refused(f"{has_no} {value}. There are: {named or 'none'}{more}.")
    return found


def _single(found: list[Entry], word: int | str) -> Entry:
    if len(found) > 1:
        ids = ", ".join(f"{entry.marked} ({entry.id})" for entry in found)
        raise Refused(f"{word!r} may be any of {ids}. Give its id.")
    return found[0]

"""Devices: what the crowd tests on, and the catalogue's ids for what can be required."""

from collections.abc import Iterable, Mapping
from functools import cache

from tools.testio.sandbox.versions import VERSIONS, Named

CATEGORIES: list[Named] = [
    {"id": 1, "key": "computer", "name": "Computers"},
    {"id": 2, "key": "smartphone", "name": "Smartphones"},
    {"id": 6, "key": "tablet", "name": "Tablets"},
]
SYSTEMS: list[Named] = [
    {"id": 1, "key": "android", "name": "Android"},
    {"id": 2, "key": "ios", "name": "iOS"},
    {"id": 6, "key": "windows", "name": "Windows"},
    {"id": 7, "key": "mac-os", "name": "macOS"},
    {"id": 9, "key": "windows-mobile", "name": "Windows Mobile"},
]
BROWSERS: list[Named] = [
    {"id": 2, "name": "Chrome"},
    {"id": 3, "name": "Firefox"},
    {"id": 4, "name": "Safari"},
    {"id": 5, "name": "Edge"},
    {"id": 8, "name": "Samsung Internet"},
]
VENDORS: list[Named] = [
    {"id": 3, "name": "Google"},
    {"id": 4, "name": "Samsung"},
    {"id": 5, "name": "Apple"},
    {"id": 7, "name": "Xiaomi"},
    {"id": 11, "name": "Lenovo"},
    {"id": 12, "name": "Dell"},
]

# category, vendor, system, version, device id, device, browser
_GEAR: list[tuple[int, int, int, int, int, str, int | None]] = [
    (2, 3, 1, 380, 77, "Pixel 4", 2),
    (2, 4, 1, 781, 812, "Galaxy S23", 8),
    (2, 4, 1, 620, 640, "Galaxy A52", 2),
    (2, 7, 1, 620, 655, "Redmi Note 11", 2),
    (2, 5, 2, 842, 903, "iPhone 15", 4),
    (2, 5, 2, 809, 731, "iPhone 13 mini", 4),
    (2, 5, 2, 559, 602, "iPhone SE (2nd generation)", 4),
    (6, 5, 2, 842, 744, "iPad Air (5th generation)", 4),
    (6, 4, 1, 781, 790, "Galaxy Tab S8", 2),
    (1, 12, 6, 590, 401, "XPS 13", 2),
    (1, 11, 6, 198, 402, "ThinkPad T14", 3),
    (1, 12, 6, 590, 403, "Latitude 5430", 5),
    (1, 5, 7, 795, 404, "MacBook Air (M2)", 4),
    (1, 5, 7, 702, 405, "MacBook Pro (2020)", 3),
    (2, 5, 2, 842, 903, "iPhone 15", None),
    (2, 5, 2, 809, 731, "iPhone 13 mini", None),
    (2, 5, 2, 559, 602, "iPhone SE (2nd generation)", None),
    (6, 5, 2, 842, 744, "iPad Air (5th generation)", None),
    (6, 11, 6, 198, 460, "Kiosk panel 21", None),
]

WEB, IOS, KIOSK = range(14), range(14, 18), range(18, 19)
"""Which pieces of gear the testers of a website, of the iOS app and of the kiosk hold."""


def pool(product_type: str, product_id: int) -> range:
    """The gear that fits a product."""
    if product_type == "mobile_app_ios":
        return IOS
    return KIOSK if product_id == KIOSK_PRODUCT else WEB


KIOSK_PRODUCT = 73


@cache
def report(index: int) -> Named:
    """A device report, as bugs and executions carry it."""
    category, vendor, system, version, device_id, device, browser = _GEAR[index]
    return {
        "id": index + 1,
        "category": find(CATEGORIES, category),
        "vendor": find(VENDORS, vendor),
        "operating_system": find(SYSTEMS, system),
        "operating_system_version": find(VERSIONS[system], version),
        "device": {"id": device_id, "name": device},
        "browsers": [] if browser is None else [find(BROWSERS, browser)],
    }


def in_short(index: int) -> Named:
    """A device the way the export of a bug names it."""
    category, _, system, version, _, _, browser = _GEAR[index]
    return {
        "device_type": find(CATEGORIES, category)["key"],
        "os": find(SYSTEMS, system)["name"],
        "os_version": find(VERSIONS[system], version)["name"],
        "browser": None if browser is None else find(BROWSERS, browser)["name"],
    }


def find(entries: list[Named], wanted: object) -> Named:
    """A catalogue entry by id; one that is not known keeps its id and gets a plain name."""
    return next((entry for entry in entries if entry["id"] == wanted), {"id": wanted, "name": f"#{wanted}"})


def requirements(asked: Iterable[Mapping[str, object]]) -> list[Named]:
    """Requirements as answers show them."""
    return [requirement(entry, number) for number, entry in enumerate(asked, 1)]


def requirement(asked: Mapping[str, object], number: int) -> Named:
    """A requirement as answers show it; the type/value form and a bare id come back as they are."""
    if "type" in asked or not asked.keys() - {"id"}:
        return dict(asked)
    system = _id(asked.get("operating_system"))
    versions = [version for entries in VERSIONS.values() for version in entries]
    browsers = [find(BROWSERS, _id(entry)) for entry in _list(asked.get("browsers"))]
    return {
        "id": number,
        "category": None if asked.get("category") is None else find(CATEGORIES, _id(asked["category"])),
        "vendor": None if asked.get("vendor") is None else find(VENDORS, _id(asked["vendor"])),
        "devices": [{"id": _id(entry), "name": f"#{_id(entry)}"} for entry in _list(asked.get("devices"))],
        "operating_system": None if system is None else find(SYSTEMS, system),
        "min_operating_system_version": _version(asked.get("min_operating_system_version"), versions),
        "max_operating_system_version": _version(asked.get("max_operating_system_version"), versions),
        "browsers": browsers,
        "input_devices": [{"id": _id(entry), "input_type": "other"} for entry in _list(asked.get("input_devices"))],
        "browser_based": bool(browsers),
        "gaming": False,
    }


def _version(asked: object, versions: list[Named]) -> Named | None:
    return None if asked is None else find(versions, _id(asked))


def _id(entry: object) -> object:
    return entry.get("id") if isinstance(entry, dict) else entry


def _list(entries: object) -> list[object]:
    return entries if isinstance(entries, list) else []

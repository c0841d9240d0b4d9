"""Devices: the testers' devices, and the catalogue's IDs for requirements."""

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
_DEVICES: list[tuple[int, int, int, int, int, str, int | None]] = [
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
"""Which devices the testers of the website, the iOS app and the kiosk have."""


def devices_for(product_type: str, product_id: int) -> range:
    """The devices for a product."""
    if product_type == "mobile_app_ios":
        return IOS
    return KIOSK if product_id == KIOSK_PRODUCT else WEB


KIOSK_PRODUCT = 73


@cache
def device_report(index: int) -> Named:
    """A device report, as in bugs and executions."""
    category, vendor, system, version, device_id, device, browser = _DEVICES[index]
    return {
        "id": index + 1,
        "category": find_entry(CATEGORIES, category),
        "vendor": find_entry(VENDORS, vendor),
        "operating_system": find_entry(SYSTEMS, system),
        "operating_system_version": find_entry(VERSIONS[system], version),
        "device": {"id": device_id, "name": device},
        "browsers": [] if browser is None else [find_entry(BROWSERS, browser)],
    }


def device_summary(index: int) -> Named:
    """A device, as in the export of a bug."""
    category, _, system, version, _, _, browser = _DEVICES[index]
    return {
        "device_type": find_entry(CATEGORIES, category)["key"],
        "os": find_entry(SYSTEMS, system)["name"],
        "os_version": find_entry(VERSIONS[system], version)["name"],
        "browser": None if browser is None else find_entry(BROWSERS, browser)["name"],
    }


def find_entry(entries: list[Named], wanted: object) -> Named:
    """A catalogue entry by ID; an unknown ID gets a generic name."""
    return next((entry for entry in entries if entry["id"] == wanted), {"id": wanted, "name": f"#{wanted}"})


def render_requirements(requirements: Iterable[Mapping[str, object]]) -> list[Named]:
    """Requirements as the API returns them."""
    return [_render_requirement(requirement, number) for number, requirement in enumerate(requirements, 1)]


def _render_requirement(requirement: Mapping[str, object], number: int) -> Named:
    """A requirement as the API returns it; the type/value form and a bare ID are returned unchanged."""
    if "type" in requirement or not requirement.keys() - {"id"}:
        return dict(requirement)
    system = _id(requirement.get("operating_system"))
    versions = [version for entries in VERSIONS.values() for version in entries]
    browsers = [find_entry(BROWSERS, _id(entry)) for entry in _list(requirement.get("browsers"))]
    return {
        "id": number,
        "category": None
        if requirement.get("category") is None
        else find_entry(CATEGORIES, _id(requirement["category"])),
        "vendor": None if requirement.get("vendor") is None else find_entry(VENDORS, _id(requirement["vendor"])),
        "devices": [{"id": _id(entry), "name": f"#{_id(entry)}"} for entry in _list(requirement.get("devices"))],
        "operating_system": None if system is None else find_entry(SYSTEMS, system),
        "min_operating_system_version": _version(requirement.get("min_operating_system_version"), versions),
        "max_operating_system_version": _version(requirement.get("max_operating_system_version"), versions),
        "browsers": browsers,
        "input_devices": [
            {"id": _id(entry), "input_type": "other"} for entry in _list(requirement.get("input_devices"))
        ],
        "browser_based": bool(browsers),
        "gaming": False,
    }


def _version(entry: object, versions: list[Named]) -> Named | None:
    return None if entry is None else find_entry(versions, _id(entry))


def _id(entry: object) -> object:
    return entry.get("id") if isinstance(entry, dict) else entry


def _list(entries: object) -> list[object]:
    return entries if isinstance(entries, list) else []

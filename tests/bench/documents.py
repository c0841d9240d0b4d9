"""The documents of a test IO account for measurements: every bug follows from its number, so each run is the same."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

FIRST = 86_000
"""The number of the oldest bug."""
SIGNED = (
    "https://files.example.test/{name}?X-Amz-Algorithm=AWS4-HMAC-SHA256"
    "&X-Amz-Credential=BENCH%2F20260403%2Feu-central-1%2Fs3%2Faws4_request&X-Amz-Date=20260403T070000Z"
    "&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature={number:064x}"
)

SEVERITIES = ("low", "low", "high", "critical", "visual", "content")
STATUSES = ("forwarded", "accepted", "accepted", "rejected", "question")
PLACES = ("checkout", "search", "basket", "account", "newsletter", "product page", "order history")
FAULTS = (
    "The voucher is refused although it is still valid",
    "The total changes after the page is loaded again",
    "Filter and sorting are forgotten on the way back",
    "Der Knopf „Weiter“ bleibt grau, obwohl alle Felder gefüllt sind",
    "The address list shows every entry twice",
)
STEPS = (
    "Open the shop and sign in with an account that has at least two orders",
    "Put three different articles into the basket, one of them reduced",
    "Go to the {place} and wait until the page has settled",
    "Change the language and go back with the browser's own button",
    "Look at the sum, the tax and the shipping costs once more",
    "Repeat this with a second account on another device",
)
TESTERS = ("lena_k", "o_brandt", "m.silva", "kofi", "second_look", "j_novak")
DEVICES = (
    ("Smartphones", "Google", "Android", "14", "Pixel 8", "Chrome"),
    ("Tablets", "Samsung", "Android", "13", "Galaxy Tab S8", "Samsung Internet"),
    ("Smartphones", "Apple", "iOS", "17.4", "iPhone 15", "Safari"),
    ("Computers", "Microsoft", "Windows", "11", "Desktop", "Firefox"),
)


def bug(number: int) -> dict[str, Any]:
    """A bug with everything that production sends: 1.8 to 3.2 kB, by its comments and screenshot."""
    place, fault = PLACES[number % len(PLACES)], FAULTS[number % len(FAULTS)]
    reported = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=37 * (number - FIRST))
    steps = [step.format(place=place) for step in STEPS[: 3 + number % 4]]
    return {
        "id": number,
        "title": f"[{place}] {fault} ({number})",
        "severity": SEVERITIES[number % len(SEVERITIES)],
        "status": STATUSES[number % len(STATUSES)],
        "auto_accepted": False,
        "known": number % 11 == 0,
        "fixed": None,
        "language": "en",
        "location": f"https://shop.example.test/{place.replace(' ', '-')}?order={number}",
        "expected_result": "The page shows the same values as before, and the order can be placed.",
        "actual_result": f"{fault}. It happens each time, also after signing in again, and no message is shown.",
        "steps": steps,
        "author": {"name": TESTERS[number % len(TESTERS)]},
        "comments": [_comment(number, place, reported) for place in range(number % 3)],
        "devices": [_device(number)],
        "reproductions": [],
        "attachments": [_attachment(number * 10 + place) for place in range(number % 5 > 0)],
        "feature": {
            "id": 300 + number % len(PLACES),
            "title": place.capitalize(),
            "description": f"Everything a customer does in the {place}, signed in and as a guest.",
            "howtofind": "From the head of each page",
        },
        "test_feature": {"id": 31},
        "app_section": {"id": 300 + number % len(PLACES), "title": place.capitalize()},
        "test": {"id": 5_400 + number % 40, "title": f"Regression of the {place}"},
        "test_case": None,
        "product": {"id": 71, "name": "Harbour Web", "sections": []},
        "section": None,
        "test_environment": {
            "id": 32,
            "title": "Staging",
            "url": "https://staging.example.test",
            "username": "guest",
            "password": "lighthouse-4711",
            "access": "The notice on the first page can be closed.",
            "proxy": False,
            "allow_orders": True,
            "access_type": "url",
            "environment_test_information": None,
            "binary_app": None,
        },
        "exported_at": None,
        "external_idx": f"SHOP-{number % 900}" if number % 3 == 0 else None,
        "reported_at": reported.isoformat(timespec="milliseconds"),
        "report": None,
    }


def _comment(number: int, place: int, reported: datetime) -> dict[str, Any]:
    return {
        "id": number * 10 + place,
        "body": "Seen again with the build of this morning; the second account behaves in the same way.",
        "author": {"name": TESTERS[(number + place) % len(TESTERS)]},
        "created_at": (reported + timedelta(hours=place + 1)).isoformat(timespec="milliseconds"),
    }


def _device(number: int) -> dict[str, Any]:
    category, vendor, system, version, device, browser = DEVICES[number % len(DEVICES)]
    return {
        "id": number % 50,
        "category": {"id": 6, "key": category.lower(), "name": category},
        "vendor": {"id": 4, "name": vendor},
        "operating_system": {"id": 1, "key": system.lower(), "name": system},
        "operating_system_version": {"id": 781, "name": version},
        "device": {"id": 790, "name": device},
        "browsers": [{"id": 2, "name": browser}],
    }


def _attachment(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "url": SIGNED.format(name=f"{number}/screen.png", number=number),
        "thumbnail_urls": {"150x150": SIGNED.format(name=f"{number}/150x150.png", number=number)},
        "content_type": "image/png",
        "original_filename": f"screen-{number}.png",
    }


def rendered(document: Any) -> bytes:
    """A document as it travels."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def pages(rows: int, size: int) -> list[bytes]:
    """All pages of a list, newest bug first."""
    numbers = range(FIRST + rows - 1, FIRST - 1, -1)
    written = [rendered(bug(number)) for number in numbers]
    return [_page(written[start : start + size], rows, start // size + 1, size) for start in range(0, rows, size)]


def _page(written: list[bytes], rows: int, page: int, size: int) -> bytes:
    meta = rendered({"record_count": rows, "page": page, "per_page": size})
    return b'{"meta":%s,"bugs":[%s]}' % (meta, b",".join(written))

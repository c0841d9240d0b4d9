"""Suites: a tree of folders and suites, five levels deep, with the subjects of their tests."""

from datetime import UTC, datetime
from hashlib import sha256

from tools.testomatio.sandbox.records import Suite
from tools.testomatio.sandbox.world import SHOP, World

COUPONS, PAYMENT, ROOT = "c0ffee01", "ca4d0001", "f01de001"
ADDRESS, REFUSALS, WALLETS, APP_CART, APP_COUPONS, LANGUAGES = (
    "add4e501", "4ef05a15", "3a11e750", "a99ca470", "a99c0de5", "1a96a6e5",
)  # fmt: skip
MADE = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)

# depth, ID (or "" to derive it from the path), title, and for suites with tests their number and subjects
_TREE: tuple[tuple[int, str, str, int, str], ...] = (
    (1, ROOT, "Web shop", 0, ""),
    (2, "f01de002", "Checkout @checkout", 0, ""),
    (3, "f01de003", "Cart", 0, ""),
    (4, "f01de004", "Discounts", 0, ""),
    (5, COUPONS, "Coupons", 18, "A code|A code in small letters|A code with blanks around it|Two codes"),
    (5, "", "Vouchers and gift cards", 10, "A gift card|A used gift card|A voucher from a mail"),
    (5, "", "Stacking", 8, "A coupon and a gift card|A coupon on a reduced article"),
    (4, "", "Quantities", 10, "The quantity|The total|The line of an article"),
    (4, "", "Cart persistence", 8, "The cart|A remembered article"),
    (3, ADDRESS, "Delivery address", 16, "The address form|The suggestion list|A second address|Shipping"),
    (3, "f01de005", "Payment", 0, ""),
    (4, PAYMENT, "Cards", 14, "A credit card|A saved card|A debit card"),
    (4, WALLETS, "Wallets", 10, "Apple Pay|A wallet"),
    (4, REFUSALS, "Refusals", 10, "A refused payment|A payment that times out"),
    (4, "", "Invoice", 8, "Paying by invoice|The invoice"),
    (3, "", "Confirmation", 10, "The confirmation page|The order mail"),
    (2, "f01de006", "Search", 0, ""),
    (3, "", "Suggestions", 10, "A suggestion|The list of suggestions"),
    (3, "", "Filters", 14, "A filter|Two filters|The price slider"),
    (3, "", "Search results", 14, "The list of results|Sorting|An empty result"),
    (2, "f01de007", "Login and account", 0, ""),
    (3, "", "Login", 14, "The login|A wrong password|The captcha"),
    (3, "", "Password", 8, "The reset mail|A new password"),
    (3, "", "Orders", 12, "The order history|An order|A return"),
    (3, "", "Address book", 8, "An address|The default address"),
    (3, "", "Profile", 8, "The profile|The newsletter"),
    (2, "f01de008", "Article page", 0, ""),
    (3, "", "Gallery", 8, "A picture|The zoom"),
    (3, "", "Variants", 10, "A colour|A size"),
    (3, "", "Reviews", 8, "A review|The average"),
    (3, "", "Availability", 8, "The stock|The date of delivery"),
    (1, "f01de009", "App", 0, ""),
    (2, "f01de010", "iPhone and iPad", 0, ""),
    (3, APP_CART, "Cart gestures", 10, "An article in the cart|The badge"),
    (3, APP_COUPONS, "Codes by camera", 8, "The camera|A scanned code"),
    (3, "", "Apple Pay in the app", 8, "The sheet|The button"),
    (3, "", "Face ID", 8, "Face ID|The fallback to a password"),
    (3, "", "Picture search", 8, "A photo|The lens"),
    (2, "", "Watch", 6, "The complication|A notification"),
    (1, "f01de011", "Kiosk", 0, ""),
    (2, "", "Scan and cart", 8, "The scanner|A scanned article"),
    (2, "", "Card terminal", 8, "The terminal|A receipt"),
    (1, "f01de012", "Interfaces", 0, ""),
    (2, "", "Orders API", 14, "POST /orders|GET /orders|The webhook of an order"),
    (2, "", "Stock API", 8, "GET /stock|A reservation"),
    (2, "", "QA console", 6, "The console|A token of the console"),
    (1, "f01de013", "Across the shop", 0, ""),
    (2, "", "Accessibility", 14, "The focus|The contrast|The reading order"),
    (2, "", "Performance", 10, "The start page|The checkout"),
    (2, LANGUAGES, "Languages", 10, "The German shop|The price format"),
    (2, "", "Consent and privacy", 8, "The cookie banner|The export of my data"),
    (1, "f01de014", "Old checkout", 0, ""),
    (2, "01dc4ec0", "Checkout 7", 22, "The single page|The old cart|The old mail|The old terminal"),
    (1, "1dea5000", "Ideas", 0, "nothing yet"),
)


def add_suites(world: World) -> dict[str, tuple[int, list[str]]]:
    """Add the tree; returns the number of tests of each suite, and their subjects."""
    path: list[Suite] = []
    wanted: dict[str, tuple[int, list[str]]] = {}
    places: dict[str | None, int] = {}
    for depth, suite_id, title, count, subjects in _TREE:
        path = path[: depth - 1]
        parent_id = path[-1].id if path else None
        places[parent_id] = places.get(parent_id, 0) + 1
        suite = Suite(
            suite_id or stable_id(f"suite {parent_id} {title}"),
            SHOP,
            title,
            parent_id,
            "file" if subjects else "folder",
            position=places[parent_id],
            created_at=MADE,
            updated_at=MADE,
        )
        world.suites.add(suite)
        path.append(suite)
        if count:
            wanted[suite.id] = count, subjects.split("|")
    return wanted


def stable_id(text: str) -> str:
    """An ID that is always the same for the same text."""
    return sha256(text.encode()).hexdigest()[:8]

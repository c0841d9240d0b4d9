"""Catalogue: the tests in the code of Harbour's three products."""

from datetime import UTC, datetime

from tools.testery.sandbox.records import Case

WEB, APP, KIOSK = 7301, 7302, 7303

# The hotfix adds one test and removes another.
_ADDED, _REMOVED = "A code can be taken off again", "Subscribe to the newsletter"
_CHANGED = datetime(2026, 4, 3, tzinfo=UTC)
_IGNORED = {"Pay on invoice within Germany", "Pay on the watch"}
QUARANTINED = {"Total of 0.00 with two coupons asks for a payment", "Pictures fit the screen"}

# project, file, tags, tests with the seconds they take; an asterisk marks the smoke tests
_CODE: list[tuple[int, str, str, list[tuple[str, float]]]] = [
    (WEB, "tests/start/start.spec.ts", "start", [("*Start page answers", 4)]),
    (WEB, "tests/cart/cart.spec.ts", "cart", [
        ("*Change the quantity of an article", 9), ("Remove an article", 8),
        ("A guest keeps the cart after the login", 17),
        ("Total with shipping", 12), ("Bundle price of three articles", 14),
        ("Warenkorb: „Zur Kasse“ öffnet die Kasse", 11)]),
    (WEB, "tests/coupons/coupons.spec.ts", "coupons checkout", [
        ("*A valid code lowers the total", 12), ("An expired code is refused", 13),
        ("An expired code is refused for a guest", 14), ("An expired code is refused after a reload", 18),
        ("Only one code an order", 16), ("A refused code names the reason", 11), (_ADDED, 12)]),
    (WEB, "tests/checkout/address.spec.ts", "address checkout", [
        ("Choose a packing station", 21), ("Correct a suggestion", 18),
        ("Close the list of suggestions on a tablet", 15), ("A second address", 19)]),
    (WEB, "tests/checkout/payment.spec.ts", "payment checkout", [
        ("*Pay by credit card", 28), ("Payment is refused by the bank", 33),
        ("No confirmation is sent for a refused payment", 41), ("Pay with PayPal", 36), ("Pay by direct debit", 27),
        ("Pay on invoice within Germany", 0), ("Pay with Apple Pay", 24), ("Saved card", 26),
        ("Total of 0.00 with two coupons asks for a payment", 22)]),
    (WEB, "tests/search/search.spec.ts", "search", [
        ("Find an article by a part of its name", 7), ("Filter by price", 9), ("Sort by newest", 8),
        ("Suggestions hold articles on sale only", 6)]),
    (WEB, "tests/account/login.spec.ts", "account login", [
        ("*Log in and out", 10), ("Reset the password", 38), ("Download an invoice", 16),
        ("Order an old order again", 20), (_REMOVED, 9)]),
    (WEB, "tests/article/article.spec.ts", "article", [
        ("Stock of a size", 8), ("Pictures fit the screen", 12), ("Reviews are paged", 10),
        ("Delivery date is shown", 9)]),
    (APP, "HarbourUITests/CartTests.swift", "cart", [
        ("*Swipe an article away", 22), ("Total with shipping", 26), ("Change the quantity", 24)]),
    (APP, "HarbourUITests/CouponTests.swift", "coupons checkout", [
        ("A valid code lowers the total", 30), ("Scan a code with the camera", 34),
        ("A refused code names the reason", 28)]),
    (APP, "HarbourUITests/PaymentTests.swift", "payment checkout", [
        ("*Pay with Apple Pay", 41), ("Payment is refused by the bank", 44), ("Saved card", 39),
        ("Pay on the watch", 0)]),
    (APP, "HarbourUITests/SearchTests.swift", "search", [("Find an article by a photo", 37), ("Find by a word", 18)]),
    (APP, "HarbourUITests/LoginTests.swift", "login", [
        ("*Log in with Face ID", 19), ("Log in with a password", 23), ("Reset the password", 46)]),
    (APP, "HarbourUITests/WatchTests.swift", "watch", [("Day of delivery on the watch", 33)]),
    (KIOSK, "features/scan.feature", "scan", [
        ("*Scan an article", 16), ("Start over", 12), ("Read a damaged code", 25), ("Remove a scanned article", 14)]),
    (KIOSK, "features/terminal.feature", "payment", [
        ("*Pay with a card", 48), ("A card is refused", 44), ("Receipt is printed", 31)]),
    (KIOSK, "features/panel.feature", "panel", [
        ("Idle panel goes back to the start", 65), ("Language can be switched", 18)]),
]  # fmt: skip


def cases() -> dict[int, list[Case]]:
    """The tests of each project, in the order of the files."""
    found: dict[int, list[Case]] = {}
    for project_id, file, tags, rows in _CODE:
        for marked, seconds in rows:
            name = marked.removeprefix("*")
            words = {*tags.split(), "smoke"} if marked != name else set(tags.split())
            case = Case(
                project_id,
                name,
                file,
                frozenset(words),
                seconds,
                since=_CHANGED if name == _ADDED else None,
                until=_CHANGED if name == _REMOVED else None,
                is_ignored=name in _IGNORED,
                is_quarantined=name in QUARANTINED,
            )
            found.setdefault(project_id, []).append(case)
    return found

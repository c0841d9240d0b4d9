"""Extras: test cases, fix confirmations, the tracker's connection, the app file and a page of accounts."""

from datetime import timedelta

from tools.kit.sandbox.clock import STORY_START
from tools.testio.sandbox import storage
from tools.testio.sandbox.claims import BASE
from tools.testio.sandbox.confirmations import outcome_of
from tools.testio.sandbox.records import BinaryApp, Case, ClaimPage, Connection, FixConfirmation, Step
from tools.testio.sandbox.story.cycles import PARTNER_CHECK
from tools.testio.sandbox.story.key_bugs import KNOWN
from tools.testio.sandbox.story.shop import APP, KIOSK, WEB
from tools.testio.sandbox.world import World

TRACKER = 15

# ID, product, feature, title, requirements, steps; the checkout suite uses the first five
_CASES: list[tuple[int, int, int, str, str | None, list[str]]] = [
    (7301, APP, 311, "Swipe an article away", None,
     ["Put two articles into the cart", "Swipe the first one to the left", "Look at the total"]),
    (7302, APP, 311, "Total with shipping", "An address in Germany",
     ["Put an article for less than 49.00 into the cart", "Open the cart", "Compare total, article and shipping"]),
    (7303, APP, 313, "Pay with Apple Pay", "A card in Apple Wallet",
     ["Open a filled cart", "Tap Pay", "Confirm with Face ID"]),
    (7304, APP, 313, "Payment is refused by the bank", "The test card that ends in 0002",
     ["Open a filled cart", "Pay with the card that ends in 0002", "Read the message"]),
    (7305, APP, 313, "Saved card", None,
     ["Pay with a new card and save it", "Fill the cart again", "Pay with the saved card"]),
    (7306, APP, 312, "Scan a code with the camera", "A printed code",
     ["Open a filled cart", "Tap Add code, then the camera", "Hold the code before it"]),
    (7307, APP, 314, "Find an article by a photo", None, ["Tap the lens", "Choose a photo of a mug"]),
    (7311, WEB, 302, "A valid code lowers the total", "SPRING15",
     ["Put an article into the cart", "Enter SPRING15", "Press Apply"]),
    (7312, WEB, 302, "An expired code is refused", "OLD10",
     ["Put an article into the cart", "Enter OLD10", "Press Apply", "Read the message"]),
    (7313, WEB, 304, "Pay by credit card", "The test cards of the environment",
     ["Go to step 3 of the checkout", "Choose credit card", "Pay"]),
    (7314, WEB, 306, "Reset the password", None,
     ["Open the login", "Choose 'Forgotten?'", "Follow the link in the mail", "Log in"]),
]  # fmt: skip


def add_extras(world: World) -> None:
    """Add these records to the tests and bugs."""
    for number, product_id, feature_id, title, requirements, steps in _CASES:
        case_steps = [Step(number * 10 + place, text) for place, text in enumerate(steps, 1)]
        world.cases[number] = Case(
            number, product_id, feature_id, title, case_steps, requirements, f"TC-{number - 7300}"
        )
    for number, hours_ago in ((641, 16.0), (642, 0.5)):  # the first one is over, the second one still pending
        asked_at = STORY_START - timedelta(hours=hours_ago)
        world.fix_confirmations[number] = FixConfirmation(number, KNOWN, 31, asked_at, *outcome_of(number, asked_at))
    world.connections[TRACKER] = Connection(TRACKER, "Harbour tracker", "https://tracker.example.test/hooks/testio")
    world.products[KIOSK].connection_id = TRACKER
    beta = BinaryApp(511, "harbour-4.2.0-beta3.ipa", 48_234_496, "application/octet-stream")
    world.binaries[beta.id] = beta
    world.stored[storage.storage_key(beta.id, beta.filename or "")] = beta.file_size
    world.broken.add(PARTNER_CHECK)
    world.claim_pages[21] = ClaimPage(21, "Staging accounts", "One account each, please.", f"{BASE}/staging-accounts")

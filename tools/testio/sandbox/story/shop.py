"""Shop: Harbour's three products with their features, user stories and environments."""

from tools.testio.sandbox.records import Environment, Feature, Product, Section, UserStory
from tools.testio.sandbox.world import World

WEB, APP, KIOSK = 71, 72, 73

# id, product, title, sections, description, how to find it, user stories
_FEATURES: list[tuple[int, int, str, list[int], str, str, list[str]]] = [
    (301, WEB, "Cart", [710], "Everything between an article's page and the checkout.", "The bag in the header",
     ["As a shopper, I can change the quantity of an article", "As a shopper, I can remove an article",
      "As a guest, I keep my cart when I log in"]),
    (302, WEB, "Coupons", [710], "Codes that lower the total. One code an order; expired codes are refused.",
     "Cart, below the total",
     ["As a shopper, I can redeem a valid code", "As a shopper, I am told why a code is refused",
      "As a shopper, I can take a code off again"]),
    (303, WEB, "Delivery address", [710], "Address form with suggestions, packing stations, several addresses.",
     "Checkout, step 1", ["As a shopper, I can choose a packing station", "As a shopper, I can correct a suggestion"]),
    (304, WEB, "Payment", [710], "Credit card, PayPal, direct debit, invoice within Germany. Use the test cards only.",
     "Checkout, step 3",
     ["As a shopper, I can pay by credit card", "As a shopper, I can pay with PayPal",
      "As a shopper, I can cancel in my bank's window and choose again"]),
    (305, WEB, "Search", [710], "Suggestions, filters, sorting.", "The field in the header",
     ["As a shopper, I find an article by a part of its name", "As a shopper, I can filter by price"]),
    (306, WEB, "Login and account", [710], "Login, new password, orders, newsletter.", "The head in the header",
     ["As a customer, I can reset my password", "As a customer, I can download an invoice"]),
    (307, WEB, "Article page", [710], "Pictures, sizes, reviews, delivery date.", "Any article",
     ["As a shopper, I see whether my size is in stock"]),
    (311, APP, "Cart", [721, 722], "The cart of the app.", "Tab bar, second from the right",
     ["As a shopper, I can swipe an article away", "As a shopper, I see the total with shipping"]),
    (312, APP, "Coupons", [721, 722], "Codes in the app; the same rules as on the web.", "Cart, Add code",
     ["As a shopper, I can scan a code with the camera"]),
    (313, APP, "Payment", [721, 722, 723], "Apple Pay and saved cards.", "Cart, Pay",
     ["As a shopper, I can pay with Apple Pay", "As a shopper, I can pay on my watch"]),
    (314, APP, "Search", [721, 722], "Search with pictures.", "Tab bar, the lens",
     ["As a shopper, I find an article by a photo"]),
    (315, APP, "Login with Face ID", [721], "Login without a password.", "Settings, Security",
     ["As a customer, I can log in by looking at my phone"]),
    (316, APP, "Order on the wrist", [723], "Where the parcel is, as a complication.", "Any watch face",
     ["As a customer, I see the day of delivery on my watch"]),
    (321, KIOSK, "Scan and cart", [730], "The scanner in the branch.", "The panel's start page",
     ["As a visitor, I can scan an article", "As a visitor, I can start over"]),
    (322, KIOSK, "Card terminal payment", [730], "Paying at the panel.", "After the last scan",
     ["As a visitor, I can pay with a card"]),
]  # fmt: skip


def add_products(world: World) -> None:
    """Add the products with their features, stories and environments."""
    for product in (
        Product(WEB, "Harbour Web", "website", Section(710, "default-section"), [], "The shop in the browser."),
        Product(
            APP,
            "Harbour App",
            "mobile_app_ios",
            Section(720, "default-section"),
            [Section(721, "iPhone"), Section(722, "iPad"), Section(723, "Apple Watch")],
            "The shop for iOS.",
        ),
        Product(KIOSK, "Harbour Kiosk", "website", Section(730, "default-section")),
    ):
        world.products[product.id] = product
    story_id = 60
    for feature_id, product_id, title, sections, description, howtofind, paths in _FEATURES:
        world.features[feature_id] = Feature(feature_id, product_id, title, description, howtofind, list(sections))
        for path in paths:
            world.add_story(UserStory(story_id, feature_id, path, version_id=story_id * 10 + 1))
            story_id += 1
    for environment in _environments():
        world.environments[environment.id] = environment
    world.reports[9] = {
        "id": 9,
        "title": "Loyalty card scan",
        "keys": [
            {"value": "card_number", "label": "Last four digits of the card"},
            {"value": "points_before", "label": "Points before"},
            {"value": "points_after", "label": "Points after"},
            {"value": "remarks", "label": "Remarks"},
        ],
    }


def _environments() -> list[Environment]:
    beta = {"id": 511, "filename": "harbour-4.2.0-beta3.ipa", "file_size": 48_234_496}
    where_to_log_in: dict[str, object] = {
        "id": 12,
        "page_url": "https://shop.example.test/qa/accounts",
        "description": "Take an account from this page and mark it as taken.",
        "data_type": "custom",
    }
    return [
        Environment(
            31,
            WEB,
            "Staging",
            url="staging.shop.example.test",
            username="demo.shopper@shop.example.test",
            password="demo-pass-4711",  # noqa: S106 - invented, for the tests of redaction
            access="The page asks for a login first: harbour / demo-gate-0815. Card 4111 1111 1111 1111, any CVC.",
            information=where_to_log_in,
        ),
        Environment(
            32,
            WEB,
            "Production",
            url="https://shop.example.test",
            access="Orders are real. Cancel each one within the hour, PIN for the hotline 4711-22.",
            allow_orders=True,
        ),
        Environment(
            33,
            APP,
            "App 4.2 beta 3",
            username="demo.app@shop.example.test",
            password="demo-pass-4712",  # noqa: S106 - invented
            access_type="file",
            binary_app=beta,
        ),
        Environment(34, APP, "TestFlight", url="https://testflight.example.test/join/h4rb0ur", access="Code: H4RB-0UR"),
        Environment(35, KIOSK, "Panel simulator", url="https://kiosk.example.test/sim", access="PIN 2580"),
        Environment(36, KIOSK, "Branch Altona", url="kiosk.example.test/altona", proxy=True),
    ]

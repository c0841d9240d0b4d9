"""Wording: the texts of a tester's bug, always the same for the same number."""

from functools import cache
from random import Random

from tools.testio.sandbox.records import BugTexts
from tools.testio.sandbox.story.defects import DEFECTS, GERMAN, SUGGESTIONS, TYPOS, VISUAL, Defect

AREAS = ("cart", "coupon", "payment", "address", "search", "login", "product", "account")
TESTERS = (
    "nightowl", "lena_k", "pixelpaul", "marta.w", "tapdancer", "okonkwo_t", "bugbear", "sirilak", "jo_from_leeds",
    "qa_vagabond", "frida77", "mr_edgecase", "hanh.tran", "slowloris", "viktor_p", "ana.beatriz", "couch_tester",
    "drizzle", "tomasz_z", "ines.m", "old_browser", "kaya", "thumbs", "wanda_f",
)  # fmt: skip

_KINDS = {"visual": VISUAL, "content": TYPOS, "spelling": TYPOS, "suggestion": SUGGESTIONS}
_ARTICLES = ("rain jacket", "thermos flask", "enamel mug", "wool socks", "deck shoes", "canvas bag", "head torch",
             "sailor jumper", "tea towel", "storm lantern", "gift card", "kids' wellies")  # fmt: skip
_CODES = ("OLD10", "SPRING15", "WELCOME5", "HARBOUR10", "CREW20", "FREESHIP")
_CITIES = ("Lübeck", "Graz", "Zürich", "Rotterdam", "Gdańsk", "Aarhus", "Lyon", "Cork")
_CONDITIONS = ("as a guest", "after a reload", "in landscape", "with a second tab open", "on a slow connection",
          "when logged in", "in dark mode", "with a large system font", "after returning from the payment page",
          "on the second order")  # fmt: skip
_SHOP = "https://shop.example.test"


def bug_texts(number: int, area: str, severity: str, language: str, *, place: str = _SHOP) -> BugTexts:
    """Texts for a bug of an area; the number is the seed."""
    random = Random(number)  # noqa: S311 - sample data, not a secret
    return _fill(random, random.choice(matching_defects(area, severity, language)), language, place)


@cache
def matching_defects(area: str, severity: str, language: str) -> list[Defect]:
    table = GERMAN if language == "de" and severity not in _KINDS else _KINDS.get(severity, DEFECTS)
    return [defect for defect in table if defect.area == area] or table


def _fill(random: Random, defect: Defect, language: str, place: str) -> BugTexts:
    small = random.randint(1, 5)
    gaps = {
        "n": small,
        "m": small + random.randint(1, 30),
        "price": f"{random.randint(11, 189)}.{random.choice(('00', '49', '90', '95', '99'))}",
        "code": random.choice(_CODES),
        "article": random.choice(_ARTICLES),
        "city": random.choice(_CITIES),
    }
    title = defect.title.format(**gaps)
    condition = (
        random.choice(_CONDITIONS)
        if language == "en" and random.random() < (0.45 if "{" in defect.title else 0.85)
        else ""
    )
    steps = [f"Open {place}" if language == "en" else f"{place} öffnen"]
    steps += [step.format(**gaps) for step in defect.steps.split("|")]
    if condition:
        title, steps[-1] = f"{title} {condition}", f"{steps[-1]} ({condition})"
    location = place + defect.place if place.startswith("http") else f"{place} > {defect.place.strip('/') or 'start'}"
    return BugTexts(title, location, steps, defect.expected.format(**gaps), defect.actual.format(**gaps))


def area_of(title: str, number: int) -> str:
    """The area in a feature's title, else an arbitrary one, always the same for the same feature."""
    lowered = title.lower()
    named = {"voucher": "coupon", "checkout": "payment", "basket": "cart", "card": "payment", "article": "product"}
    for word, area in (named | {area: area for area in AREAS}).items():
        if word in lowered:
            return area
    return AREAS[number % len(AREAS)]

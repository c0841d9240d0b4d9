"""The shop: Harbour's two projects with their folders, the people, the labels and the settings lists."""

from tools.testsigma.sandbox.identity import uuid_of
from tools.testsigma.sandbox.records import Folder, Label, Lookup, Project, User
from tools.testsigma.sandbox.settings import RETEST
from tools.testsigma.sandbox.story.days import at
from tools.testsigma.sandbox.world import World

HARBOUR, KIOSK = uuid_of("project/HRB"), uuid_of("project/KSK")

_MINUTE = 60_000

_PEOPLE = (
    ("mara", "Mara", "Lindt", "ACTIVE"),
    ("iris", "Iris", "Okafor", "ACTIVE"),
    ("jonas", "Jonas", "Petersen", "ACTIVE"),
    ("ann", "Ann", "Weber", "ACTIVE"),
    ("priya", "Priya", "Nair", "ACTIVE"),
    ("lukas", "Lukas", "Brandt", "ACTIVE"),
    ("tom", "Tom", "Reuter", "INACTIVE"),
    ("robot", "CI", "Robot", "ACTIVE"),
)
_LABELS = ("smoke", "regression", "checkout", "coupons", "payment", "ios", "kiosk", "hotfix", "flaky", "Lieferadresse")
_LISTS = {
    "automation_types": (
        "Automated", "Not Automated", "Automation Not Required", "Can't Be Automated", "Obsolete",
    ),
    "types": (
        "Functional", "Integration", "Non-Functional", "Regression", "Smoke", "Unit Test", "User Experience",
    ),
    "statuses": ("Draft", "In Review", "Ready", "Outdated"),
    "priorities": ("Critical", "Major", "Medium", "Minor"),
    "results": ("Passed", "Failed", "Blocked", "Skipped", "UnTested", "In Progress", RETEST),
}  # fmt: skip
_FOLDERS = (
    ("cart", "Cart", None),
    ("coupons", "Coupons", None),
    ("address", "Delivery address", None),
    ("payment", "Payment", None),
    ("cards", "Cards", "payment"),
    ("wallets", "Wallets", "payment"),
    ("search", "Search", None),
    ("account", "Login and account", None),
    ("article", "Article page", None),
    ("app", "App", None),
    ("app-cart", "Cart and codes", "app"),
    ("face", "Face ID", "app"),
    ("watch", "Watch", "app"),
    ("complications", "Complications", "watch"),
    ("retired", "Retired", None),
    ("ideas", "Ideas", None),
)
_KIOSK_FOLDERS = (("scan", "Scan and cart", None), ("terminal", "Card terminal payment", None))


def user_id(key: str) -> str:
    return uuid_of(f"user/{key}")


def label_id(name: str) -> str:
    return uuid_of(f"label/{name}")


def folder_id(prefix: str, key: str) -> str:
    return uuid_of(f"folder/{prefix}/{key}")


def furnish(world: World) -> None:
    """Put people, lists, projects and folders into an empty world."""
    for place, (key, first, last, status) in enumerate(_PEOPLE):
        email = f"{first}.{last}@shop.example.test".lower()
        mark = world.mark(f"user/{key}", at(1, 7) + place * _MINUTE)
        world.users[mark.id] = User(mark, email, first, last, status)
    world.me = user_id("mara")
    world.strange[user_id("lukas")] = "INVITED"
    for kind, names in _LISTS.items():
        marks = [(name, world.mark(f"lookup/{kind}/{name}", at(1, 7, 8))) for name in names]
        world.lookups[kind] = {mark.id: Lookup(mark, name, place) for place, (name, mark) in enumerate(marks, 1)}
    for place, name in enumerate(_LABELS):
        mark = world.mark(f"label/{name}", at(1, 7, 12) + place * _MINUTE)
        world.labels[mark.id] = Label(mark, name)
    _open(world, "HRB", "Harbour", "The shop: web and iOS app, one set of test cases for both.", at(1, 7), _FOLDERS)
    _open(world, "KSK", "Kiosk", "", at(2, 9), _KIOSK_FOLDERS)


def _open(
    world: World, prefix: str, name: str, description: str, since: int, tree: tuple[tuple[str, str, str | None], ...]
) -> None:
    project = Project(world.mark(f"project/{prefix}", since), name, description, prefix)
    world.projects[project.id] = project
    for place, (key, title, parent) in enumerate(tree, 1):
        mark = world.mark(f"folder/{prefix}/{key}", since + place * _MINUTE)
        above = None if parent is None else folder_id(prefix, parent)
        world.folders.add(Folder(mark, project.id, "", title, above, place))

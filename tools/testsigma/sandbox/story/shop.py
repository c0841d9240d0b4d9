"""Shop: Harbour's two projects with folders, people, labels and settings lists."""

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


def add_projects(world: World) -> None:
    """Add people, lists, projects and folders."""
    for place, (key, first, last, status) in enumerate(_PEOPLE):
        email = f"{first}.{last}@shop.example.test".lower()
        meta = world.meta(f"user/{key}", at(1, 7) + place * _MINUTE)
        world.users[meta.id] = User(meta, email, first, last, status)
    world.me = user_id("mara")
    world.undocumented[user_id("lukas")] = "INVITED"
    for kind, names in _LISTS.items():
        marks = [(name, world.meta(f"lookup/{kind}/{name}", at(1, 7, 8))) for name in names]
        world.lookups[kind] = {meta.id: Lookup(meta, name, place) for place, (name, meta) in enumerate(marks, 1)}
    for place, name in enumerate(_LABELS):
        meta = world.meta(f"label/{name}", at(1, 7, 12) + place * _MINUTE)
        world.labels[meta.id] = Label(meta, name)
    _add_project(
        world, "HRB", "Harbour", "The shop: web and iOS app, one set of test cases for both.", at(1, 7), _FOLDERS
    )
    _add_project(world, "KSK", "Kiosk", "", at(2, 9), _KIOSK_FOLDERS)


def _add_project(
    world: World, prefix: str, name: str, description: str, since: int, tree: tuple[tuple[str, str, str | None], ...]
) -> None:
    project = Project(world.meta(f"project/{prefix}", since), name, description, prefix)
    world.projects[project.id] = project
    for place, (key, title, parent) in enumerate(tree, 1):
        meta = world.meta(f"folder/{prefix}/{key}", since + place * _MINUTE)
        above = None if parent is None else folder_id(prefix, parent)
        world.folders.add(Folder(meta, project.id, "", title, above, place))

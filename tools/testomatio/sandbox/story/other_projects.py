"""Other projects: a target of shares, one of another type, and an archived one."""

from datetime import UTC, datetime, timedelta

from tools.testomatio.sandbox.records import Run, Suite, Test, Testrun
from tools.testomatio.sandbox.story.shop import APP, ARCHIVE, KIOSK
from tools.testomatio.sandbox.world import World

APP_SUITE, APP_FOLDER = "a9950001", "a99f0001"

_BEGUN = datetime(2025, 9, 1, 9, 0, tzinfo=UTC)
_TESTS = (
    (APP, APP_SUITE, "Cart", APP_FOLDER, "App cart", ("The badge counts", "The cart is kept", "Undo a swipe")),
    (APP, "a9950002", "Watch", None, "", ("The complication shows the day", "A notification opens the order")),
    (KIOSK, "b1050001", "Scan", None, "", ("An article is scanned", "A visitor starts over", "The panel sleeps")),
    (ARCHIVE, "a4c50001", "Checkout 5", "a4cf0001", "Web shop 5", ("Pay by invoice", "Pay by card", "Send the mail")),
    (ARCHIVE, "a4c50002", "Search 5", "a4cf0001", "Web shop 5", ("Find an article", "Find nothing")),
)  # fmt: skip


def add_other_projects(world: World) -> None:
    """Add a few tests to each of the other projects."""
    for slug, suite_id, title, folder_id, folder, titles in _TESTS:
        if folder_id is not None and world.suites.get(folder_id) is None:
            world.suites.add(Suite(folder_id, slug, folder, file_type="folder", created_at=_BEGUN))
        place = 1 + sum(suite.parent_id == folder_id for suite in world.suites.of(slug))
        world.suites.add(Suite(suite_id, slug, title, folder_id, position=place, created_at=_BEGUN))
        for number, name in enumerate(titles, 1):
            moment = _BEGUN + timedelta(hours=number)
            world.tests.add(
                Test(
                    f"{suite_id[:4]}{suite_id[-2:]}{number + 10}", slug, suite_id, name, moment, moment, position=number
                )
            )
    run = Run("a4c40001", ARCHIVE, "Last regression of 5", _BEGUN, _BEGUN, "manual", "passed")
    run.launched_at, run.finished_at = _BEGUN, _BEGUN + timedelta(hours=2)
    world.runs[run.id] = run
    for number, test in enumerate(world.tests.of(ARCHIVE), 8_000_001):
        world.results.add(
            Testrun(number, ARCHIVE, run.id, test.id, test.title, None, "passed", _BEGUN, _BEGUN, finished_at=_BEGUN)
        )

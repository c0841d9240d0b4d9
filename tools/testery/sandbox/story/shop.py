"""Shop: Harbour's projects, environments, stages, schedules, deploys and plans."""

from datetime import UTC, datetime

from tools.testery.sandbox import cron
from tools.testery.sandbox.records import (
    Deploy,
    Environment,
    Order,
    Plan,
    Project,
    Schedule,
    Stage,
    Suite,
    Variable,
)
from tools.testery.sandbox.story.catalogue import APP, KIOSK, WEB, cases
from tools.testery.sandbox.world import World

STAGING, PRODUCTION, ALTONA, OLD_STAGING = 212, 213, 214, 205
HOTFIX_DEPLOY, RELEASE_DEPLOY, PRODUCTION_DEPLOY = 5120, 5111, 5098
KIOSK_BUILD = "kiosk-2.7.0"

PLAIN_KEY = "hk_live_0815demo4711demo0815demo4711demo"
PLAIN_LOGIN = "ops:Hafen-4711-demo"
PLAIN_PASSWORD = "demo-gate-0815"  # noqa: S105 - invented, for the tests of redaction
FILE_PASSWORD = "demo-pass-4711"  # noqa: S105 - invented
HIDDEN_SECRET = "demo-db-2580-kept"  # noqa: S105 - invented; the fake API never returns it


def add_account(world: World) -> None:
    """Add everything but the runs."""
    for project in (
        Project(WEB, "harbour-web", "Harbour Web"),
        Project(APP, "harbour-app", "Harbour App"),
        Project(KIOSK, "harbour-kiosk", "Harbour Kiosk", has_git=False),
    ):
        world.projects[project.id] = project
    for suite in (
        Suite(55, WEB, "Smoke", ("smoke",)),
        Suite(56, WEB, "Regression"),
        Suite(57, WEB, "Checkout", ("checkout",)),
        Suite(58, APP, "Smoke", ("smoke",)),
        Suite(59, APP, "Regression"),
        Suite(60, KIOSK, "Regression"),
    ):
        world.suites[suite.id] = suite
    world.cases = cases()
    for stage in (
        Stage(3, "Dev", 1, 30),
        Stage(4, "Staging", 2, 20, variables=[Variable("PAYMENT_GATE_PASSWORD", PLAIN_PASSWORD)]),
        Stage(5, "Production", 3, 10, linux_pool_id=12, windows_pool_id=14,
              variables=[Variable("READ_ONLY", "true"), Variable("MONITOR_TOKEN", "demo-monitor-01", encrypted=True)]),
    ):  # fmt: skip
        world.stages[stage.id] = stage
    for environment in _environments():
        world.environments[environment.id] = environment
    for schedule in _schedules():
        world.schedules[schedule.id] = schedule
    for deploy in (
        Deploy(PRODUCTION_DEPLOY, WEB, PRODUCTION, _at(3, 26, 9), "8.4.2", "release/8.4", _commit(1)),
        Deploy(5103, KIOSK, ALTONA, _at(3, 30, 8), KIOSK_BUILD),
        Deploy(RELEASE_DEPLOY, WEB, STAGING, _at(4, 2, 16), "9.0.0-rc4", "release/9.0", _commit(2)),
        Deploy(HOTFIX_DEPLOY, WEB, STAGING, _at(4, 3, 6, 4), "9.0.1-rc2", "release/9.0.1", _commit(3)),
    ):
        world.deploys[deploy.id] = deploy
    for plan in (
        Plan(81, "smoke", "Smoke", STAGING, (55, 58)),
        Plan(82, "release-regression", "Release regression", STAGING, (56, 59)),
        Plan(83, "kiosk", "Kiosk of a branch", ALTONA, (60,)),
    ):
        world.plans[plan.id] = plan
    for key in ("9.0.0-rc4", "9.0.1-rc1", "9.0.1-rc2"):
        world.builds[WEB, key] = {"tests.zip": 482_113}
    world.builds[KIOSK, KIOSK_BUILD] = {"features.zip": 88_020}
    people = ("mara.lindt", "iris.okafor", "jonas.petersen", "ann.weber")
    world.members = {f"{person}@shop.example.test": "USER" for person in people}


def _at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def _commit(number: int) -> str:
    return f"{number * 0x9E3779B97F4A7C15:040x}"[-40:]


def _environments() -> list[Environment]:
    users = f"email,password\ndemo.shopper@shop.example.test,{FILE_PASSWORD}\n"
    return [
        Environment(OLD_STAGING, "staging-2025", "Staging (2025)", archived=True),
        Environment(
            STAGING,
            "staging",
            "Staging",
            4,
            "https://staging.shop.example.test",
            max_parallel_runs=2,
            variables=[
                Variable("BASE_URL", "https://staging.shop.example.test"),
                Variable("ADMIN_URL", f"https://{PLAIN_LOGIN}@staging.shop.example.test/admin"),
                Variable("MAIL_API_KEY", PLAIN_KEY),
                Variable("LOCALE", "de-DE"),
                Variable("DB_PASSWORD", HIDDEN_SECRET, encrypted=True),
                Variable("PAYMENT_TOKEN", "demo-payment-9931", encrypted=True),
                Variable("fixtures/users.csv", users, file=True),
                Variable(".env", "SECRET_KEY=demo-env-5512", encrypted=True, file=True),
            ],
        ),
        Environment(
            PRODUCTION,
            "production",
            "Production",
            5,
            "https://shop.example.test",
            max_parallel_runs=1,
            variables=[
                Variable("BASE_URL", "https://shop.example.test"),
                Variable("DB_PASSWORD", "demo-db-prod-7781", encrypted=True),
            ],
        ),
        Environment(
            ALTONA,
            "kiosk-altona",
            "Kiosk, branch Altona",
            5,
            max_parallel_runs=1,
            variables=[Variable("PANEL", "altona-1"), Variable("PANEL_PIN", "2580", encrypted=True)],
        ),
    ]


def _schedules() -> list[Schedule]:
    nightly = Order("Nightly", suite_id=56, latest_deploy=True, retry=True)
    any_deploy = Order("Regression after a deploy", suite_id=56, latest_deploy=True, retry=True)
    kiosk = Order("Nightly", suite_id=60, build=KIOSK_BUILD)
    after_web = Order("Kiosk after a web deploy", suite_id=60, build=KIOSK_BUILD)
    return [
        Schedule(640, "interval", WEB, STAGING, nightly, cron.parse_cron("0 2 * * *"), last_run_at=_at(4, 3, 2)),
        Schedule(641, "interval", APP, STAGING, Order("Nightly app", suite_id=59, branch="main", retry=True),
                 cron.parse_cron("30 2 * * *"), last_run_at=_at(4, 3, 2, 30)),
        Schedule(642, "deploy", WEB, PRODUCTION, Order("Smoke after a deploy", suite_id=55, latest_deploy=True),
                 deployed_project_ids=[WEB], last_run_at=_at(3, 26, 9)),
        Schedule(643, "deploy", WEB, STAGING, any_deploy, on_deploy=True, deployed_project_ids=[0]),
        Schedule(644, "interval", KIOSK, ALTONA, kiosk, cron.parse_cron("0 4 * * MON"), enabled=False,
                 last_run_at=_at(3, 16, 4)),
        Schedule(645, "interval", WEB, OLD_STAGING, Order("Old nightly", branch="main"), cron.parse_cron("0 1 * * *"),
                 archived=True, last_run_at=datetime(2025, 11, 28, 1, tzinfo=UTC)),
        Schedule(646, "interval", WEB, STAGING, Order("Full regression by hand", branch="main", copies=3)),
        Schedule(647, "interval", KIOSK, ALTONA, kiosk, cron.parse_cron("0 3 * * *"), last_run_at=_at(4, 3, 3)),
        Schedule(648, "deploy", KIOSK, STAGING, after_web, deployed_project_ids=[WEB], last_run_at=_at(4, 3, 6, 4)),
    ]  # fmt: skip

"""Scale: a large account: sixty projects, a year of runs, and one run with thousands of results."""

from datetime import timedelta
from random import Random

from tools.kit.sandbox.clock import STORY_START
from tools.testery.sandbox import cron
from tools.testery.sandbox.lifecycle import PICKUP
from tools.testery.sandbox.records import Case, Environment, Order, Project, Run, Schedule, Suite, Variable
from tools.testery.sandbox.story.catalogue import WEB
from tools.testery.sandbox.story.shop import STAGING
from tools.testery.sandbox.world import World

PROJECTS, ENVIRONMENTS, RUNS, SCHEDULES = 60, 40, 5000, 150
FIRST_PROJECT, FIRST_ENVIRONMENT, FIRST_RUN, FIRST_SCHEDULE = 8001, 1001, 890001, 2001
LARGE_RUN, LARGE_COPIES = 900001, 200
INTERVAL = timedelta(minutes=95)
SEED = 20260403

_TOWNS = ("Lübeck", "Graz", "Zürich", "Rotterdam", "Gdańsk", "Aarhus", "Lyon", "Cork", "Porto", "Bergen", "Riga",
          "Ghent", "Turku", "Malmö", "Brest")  # fmt: skip
_KINDS = ("Web", "App", "Partner", "Terminal")
_AREAS = ("Cart", "Coupons", "Payment", "Search", "Login")
_BEHAVIOURS = ("opens", "keeps its state after a reload", "refuses wrong input", "works on a tablet", "shows a total",
           "tells what went wrong")  # fmt: skip


def add_large_account(world: World) -> None:
    """Add the large account, before any other runs: all of it is older."""
    for place in range(PROJECTS):
        _add_project(world, place)
    for place in range(ENVIRONMENTS):
        number = FIRST_ENVIRONMENT + place
        name = f"{_TOWNS[place % len(_TOWNS)]} {place // len(_TOWNS) + 1}"
        variables = [Variable(f"SETTING_{index}", f"value {index}") for index in range(30)]
        world.environments[number] = Environment(number, f"env-{place + 1}", name, 3 + place % 3, variables=variables)
    for place in range(SCHEDULES):
        number, project_id = FIRST_SCHEDULE + place, FIRST_PROJECT + place % PROJECTS
        order = Order(f"Nightly {place + 1}", branch="main")
        line = cron.parse_cron(f"{place % 60} {place % 5} * * *")
        world.schedules[number] = Schedule(
            number,
            "interval",
            project_id,
            FIRST_ENVIRONMENT + place % ENVIRONMENTS,
            order,
            line,
            enabled=place % 3 == 0,
        )
    _add_runs(world)


def _add_project(world: World, place: int) -> None:
    number, town, kind = FIRST_PROJECT + place, _TOWNS[place % len(_TOWNS)], _KINDS[place // len(_TOWNS)]
    world.projects[number] = Project(number, f"large-{place + 1:02}", f"{town} {kind}")
    world.suites[number * 10] = Suite(number * 10, number, "Everything")
    world.cases[number] = [
        Case(number, f"{area} {claim}", f"tests/{area.lower()}.spec.ts", frozenset({area.lower()}), 8 + index)
        for area in _AREAS
        for index, claim in enumerate(_BEHAVIOURS)
    ]


def _add_runs(world: World) -> None:
    random = Random(SEED)  # noqa: S311 - sample data, not a secret
    first_at = STORY_START - timedelta(days=45) - INTERVAL * RUNS
    for place in range(RUNS):
        project_id, environment_id = random.randrange(PROJECTS), random.randrange(ENVIRONMENTS)
        order = Order(
            f"Build {place + 1}", branch=random.choice(("main", "develop", "release/1.0")), build=str(place + 1)
        )
        at = first_at + INTERVAL * place
        number = FIRST_RUN + place
        run = Run(
            number, FIRST_PROJECT + project_id, FIRST_ENVIRONMENT + environment_id, order, at, "OVER", at + PICKUP
        )
        world.add_run(run)
    at = STORY_START - timedelta(days=40)
    large = Order("Everything in two hundred browsers", branch="release/8.3", copies=LARGE_COPIES, runners=60)
    world.add_run(Run(LARGE_RUN, WEB, STAGING, large, at, "OVER", at + PICKUP))

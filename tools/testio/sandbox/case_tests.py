"""Test case tests: scripted runs, created and read at different paths, with a result for each tester.

Where the reference is silent: without a duration a run takes a day; in a product with sections it belongs to the
default one; the steps of a result are empty, since their shape is unknown.
"""

from datetime import timedelta
from http import HTTPStatus
from random import Random

from starlette.responses import Response

from tools.kit.sandbox.attributes import attributes
from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox import cases, devices, environments, lifecycle, ordering, products
from tools.testio.sandbox.answers import answer, invalid, not_found
from tools.testio.sandbox.dates import plain
from tools.testio.sandbox.records import Case, Cycle, CycleFeature, Environment, Product
from tools.testio.sandbox.requests import Fields, choice, envelope, integer, missing, objects, string
from tools.testio.sandbox.story.wording import TESTERS
from tools.testio.sandbox.world import World

routes: Routes[World] = Routes()

HOURS = 24.0
STILL_WORKING = timedelta(minutes=25)


@routes.post("/products/{product_id:int}/test_case_test")
async def create_case_test(call: Call[World]) -> Response:
    """The path is singular. The run starts by itself, like every test."""
    world, product = call.world, products.find_product(call)
    sent = envelope(call, "test_case_test")
    absent = [name for name in ("test_cases", "test_environment") if not sent.get(name)]
    if absent:
        raise missing(absent)
    named = [
        cases.visible_case(world, product, integer(entry.get("id"), "id")) for entry in objects(sent, "test_cases")
    ]
    chosen = [case for case in named if case is not None]
    if len(chosen) < len(named):
        raise invalid("Test case must exist")
    environment = environments.read_environment(world, product, sent, environments.METHODS)
    cycle = _read_case_test(product, sent)

    # Everything is valid; store it.
    cycle.id, cycle.environment_id = next(world.cycle_ids), environments.add_environment(world, environment).id
    cycle.case_ids = list(dict.fromkeys(case.id for case in chosen))
    cycle.features = [_snapshot(world, number) for number in dict.fromkeys(case.feature_id for case in chosen)]
    world.cycles[cycle.id] = cycle
    lifecycle.launch(world, cycle)
    return answer(call, {"test_case_test": render_case_test(world, cycle)}, HTTPStatus.CREATED)


@routes.get("/products/{product_id:int}/test_case_tests/{test_id:int}")
async def get_case_test(call: Call[World]) -> Response:
    """The path is plural; a test of another kind is 404."""
    return answer(call, {"test_case_test": render_case_test(call.world, _find_case_test(call))})


@routes.get("/products/{product_id:int}/test_case_tests/{test_id:int}/results")
async def list_results(call: Call[World]) -> Response:
    """A bare array."""
    return answer(call, results_of(call.world, _find_case_test(call)))


def render_case_test(world: World, cycle: Cycle) -> dict[str, object]:
    """A scripted run with its snapshot of test cases, including hidden ones."""
    environment: Environment | None = world.environments.get(cycle.environment_id or 0)
    return {
        "id": cycle.id,
        "test_title": cycle.title,
        **attributes(cycle, "goal", "out_of_scope", "instructions"),
        "start_at": plain(cycle.start_at),
        "end_at": plain(cycle.end_at),
        "duration": f"{cycle.hours:g}",
        "report_language": cycle.report_language,
        "test_environment": None if environment is None else environments.render_environment(environment),
        "requirements": cycle.requirements,
        "test_case_features": [
            attributes(feature, "id", "feature_id", "title", "description", "howtofind") for feature in cycle.features
        ],
        "test_case_requirements": [
            {"id": cycle.id * 10 + place, "test_case_environment_id": cycle.environment_id, "requirement": requirement}
            for place, requirement in enumerate(cycle.requirements)
        ],
        "test_cases": [cases.render_case(case) for case in _cases(world, cycle)],
    }


def results_of(world: World, cycle: Cycle) -> list[dict[str, object]]:
    """The results so far, the same each time: two or three for each test case, of which a bug fails one."""
    if cycle.start_at is None or cycle.end_at is None or cycle.is_cancelled:
        return []
    now, length, rows = world.now(), (cycle.end_at - cycle.start_at).total_seconds(), []
    with_bugs = {bug.test_case_id for bug in world.bugs_of(cycle.id)}
    for case in _cases(world, cycle):
        random = Random(cycle.id * 100_003 + case.id)  # noqa: S311 - sample data, not a secret
        for place, tester in enumerate(random.sample(TESTERS, random.choice((2, 2, 3)))):
            done = cycle.start_at + timedelta(seconds=int(length * (0.1 + 0.85 * random.random())))
            is_failed = random.random() < 0.08 or (place == 0 and case.id in with_bugs)
            if now >= done - STILL_WORKING:
                status = "pending" if now < done else "failed" if is_failed else "passed"
                rows.append({"test_case_id": case.id, "status": status, "tester": tester, "steps": list[object]()})
    return rows


def _find_case_test(call: Call[World]) -> Cycle:
    product, cycle = products.find_product(call), call.world.cycles.get(call.number("test_id"))
    if cycle is None or cycle.product_id != product.id or cycle.testing_type is not None:
        raise not_found("Test case test")
    return cycle


def _cases(world: World, cycle: Cycle) -> list[Case]:
    return [world.cases[number] for number in cycle.case_ids if number in world.cases]


def _read_case_test(product: Product, sent: Fields) -> Cycle:
    cycle = Cycle(0, product.id, product.default_section.id, string(sent, "test_title"), None, None, hours=HOURS)
    for name in ("goal", "out_of_scope", "instructions"):
        setattr(cycle, name, string(sent, name))
    cycle.report_language = choice(sent, "report_language", ordering.LANGUAGES, "en")
    cycle.requirements = devices.render_requirements(objects(sent, "requirements"))
    ordering.set_dates(cycle, sent)
    return cycle


def _snapshot(world: World, feature_id: int) -> CycleFeature:
    feature = world.features[feature_id]
    number = next(world.cycle_feature_ids)
    return CycleFeature(number, feature.id, feature.title, feature.description, feature.howtofind)

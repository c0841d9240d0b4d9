"""Test cases: step by step descriptions; a test keeps a snapshot of those it uses.

Where the reference is silent: a step of another test case is 422, and so is removing all steps; fields that may not
change (the feature, the reference to another system) are silently ignored. A test case that a test uses is replaced
by a copy when steps are sent, and changed in place when only its texts are.
"""

from dataclasses import replace
from http import HTTPStatus

from starlette.responses import Response

from tools.kit.sandbox.attributes import attributes
from tools.kit.sandbox.routes import Call, Routes
from tools.testio.sandbox import products
from tools.testio.sandbox.answers import answer, found, invalid
from tools.testio.sandbox.records import Case, Product, Step
from tools.testio.sandbox.requests import (
    Fields,
    body,
    boolean,
    envelope,
    integer,
    missing,
    objects,
    page_and_size,
    string,
)
from tools.testio.sandbox.world import World

routes: Routes[World] = Routes()


@routes.get("/products/{product_id:int}/test_cases")
async def list_cases(call: Call[World]) -> Response:
    product = products.find_product(call)
    page, per_page = page_and_size(call)
    rows = [case for case in call.world.cases.values() if case.product_id == product.id and not case.is_hidden]
    meta = {"record_count": len(rows), "page": page, "per_page": per_page}
    page_rows = [render_case(case) for case in rows[per_page * (page - 1) :][:per_page]]
    return answer(call, {"meta": meta, "test_cases": page_rows})


@routes.get("/products/{product_id:int}/test_cases/{case_id:int}")
async def get_case(call: Call[World]) -> Response:
    return answer(call, {"test_case": render_case(_find_case(call))})


@routes.post("/products/{product_id:int}/test_cases")
async def create_cases(call: Call[World]) -> Response:
    """Create all test cases that were sent or, when one is invalid, none."""
    world, product = call.world, products.find_product(call)
    entries = objects(body(call), "test_cases")
    if not entries:
        raise missing(["test_cases"])
    for place, entry in enumerate(entries):
        _check(world, product, entry, f"test_cases[{place}]")
    made = [_new_case(world, product, entry) for entry in entries]
    return answer(call, {"test_cases": [render_case(case) for case in made]}, HTTPStatus.CREATED)


@routes.put("/products/{product_id:int}/test_cases/{case_id:int}")
async def update_case(call: Call[World]) -> Response:
    """Change the fields that were sent; new steps for a test case that a test uses go into a copy with a new ID."""
    world, case = call.world, _find_case(call)
    sent = envelope(call, "test_case")
    if "title" in sent and not sent["title"]:
        raise missing(["title"])
    changed = replace(case)
    if "title" in sent:
        changed.title = string(sent, "title") or ""
    if "requirements" in sent:
        changed.requirements = string(sent, "requirements")
    entries = objects(sent, "test_case_steps")
    if entries:
        changed.steps = _steps(world, case, entries)
        if is_used(world, case):
            changed.id = next(world.case_ids)
            changed.steps = [replace(step, id=next(world.step_ids)) for step in changed.steps]
            case.is_hidden = True
    world.cases[changed.id] = changed
    return answer(call, {"test_case": render_case(changed)})


@routes.delete("/products/{product_id:int}/test_cases/{case_id:int}")
async def delete_case(call: Call[World]) -> Response:
    """Delete a test case, or hide it when a test uses it; the caller sees no difference."""
    world, case = call.world, _find_case(call)
    if is_used(world, case):
        case.is_hidden = True
    else:
        del world.cases[case.id]
    return Response(status_code=HTTPStatus.NO_CONTENT)


def render_case(case: Case) -> dict[str, object]:
    """A test case; `test_case_steps` of a request are `steps` here."""
    return {
        **attributes(case, "id", "title", "requirements", "feature_id", "target_idx"),
        "steps": [
            {"id": s.id, "description": s.description, "test_case_id": case.id, "target_idx": s.target_idx}
            for s in case.steps
        ],
    }


def visible_case(world: World, product: Product, case_id: int | None) -> Case | None:
    """The product's test case with this ID, unless it is hidden."""
    case = world.cases.get(case_id or 0)
    return None if case is None or case.is_hidden or case.product_id != product.id else case


def is_used(world: World, case: Case) -> bool:
    return any(case.id in cycle.case_ids for cycle in world.cycles.values())


def _find_case(call: Call[World]) -> Case:
    return found(visible_case(call.world, products.find_product(call), call.number("case_id")), "Test case")


def _check(world: World, product: Product, entry: Fields, where: str) -> None:
    steps = objects(entry, "test_case_steps")
    absent = [f"{where}[{name}]" for name in ("title", "feature_id", "test_case_steps") if not entry.get(name)]
    for place, step in enumerate(steps):
        if not string(step, "description"):
            absent.append(f"{where}[test_case_steps][{place}][description]")
    if absent:
        raise missing(absent)
    for name in ("title", "requirements", "target_idx"):
        string(entry, name)
    feature = world.features.get(integer(entry["feature_id"], "feature_id") or 0)
    if feature is None or feature.product_id != product.id:
        raise invalid("Feature must exist")


def _new_case(world: World, product: Product, entry: Fields) -> Case:
    number = next(world.case_ids)
    case = world.cases[number] = Case(
        number,
        product.id,
        integer(entry["feature_id"], "feature_id") or 0,
        string(entry, "title") or "",
        [_step(world, step) for step in objects(entry, "test_case_steps")],
        string(entry, "requirements"),
        string(entry, "target_idx"),
    )
    return case


def _steps(world: World, case: Case, entries: list[Fields]) -> list[Step]:
    """The steps after these changes; the test case itself is not changed."""
    steps = {step.id: replace(step) for step in case.steps}
    added: list[Step] = []
    for place, entry in enumerate(entries):
        number = integer(entry.get("id"), "id")
        if number is None:
            if not string(entry, "description"):
                raise missing([f"test_case_steps[{place}][description]"])
            added.append(_step(world, entry))
        elif number not in steps:
            raise invalid("Test case step must exist")
        elif boolean(entry, "_destroy", default=False):
            del steps[number]
        elif string(entry, "description"):
            steps[number].description = string(entry, "description") or ""
    if not steps and not added:
        raise invalid("Test case steps can't be blank")
    return [*steps.values(), *added]


def _step(world: World, entry: Fields) -> Step:
    return Step(next(world.step_ids), string(entry, "description") or "", string(entry, "target_idx"))

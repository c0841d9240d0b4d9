"""Selection: which test cases a new run has.

A static selection lists them. A dynamic one has all of the project: filters of the documented form are accepted but
do not filter, as on the platform. Where the reference is silent: static filters other than `id IN` match nothing,
unknown IDs are ignored, and a dynamic selection is evaluated once, when the run is created.
"""

from tools.testsigma.sandbox.answers import invalid, unprocessable
from tools.testsigma.sandbox.records import Run
from tools.testsigma.sandbox.requests import Fields, entries, objects, string, uuids
from tools.testsigma.sandbox.world import World

STATIC, DYNAMIC = "STATIC", "DYNAMIC"
_EXCLUDED = "dynamic_selection_excluded_test_case_ids"


def apply_selection(world: World, run: Run, sent: Fields) -> None:
    """Set the selection and the test cases of a new run."""
    run.selection_type = selection_type(sent, STATIC)
    run.static_filters = entries(sent, "static_selection_filters")
    run.dynamic_filters = entries(sent, "dynamic_selection_filters")
    run.excluded_ids = excluded_ids(sent) or None
    own = [case.id for case in world.cases.of(run.project_id)]
    if run.selection_type == STATIC:
        wanted = _static_ids(sent)
        run.case_ids = [case_id for case_id in own if case_id in wanted]
    else:
        run.case_ids = [case_id for case_id in own if case_id not in (run.excluded_ids or ())]


def selection_type(sent: Fields, default: str) -> str:
    chosen = string(sent, "selection_type") or default
    if chosen not in (STATIC, DYNAMIC):
        raise unprocessable(f"selection_type must be one of {STATIC}, {DYNAMIC}")
    return chosen


def excluded_ids(sent: Fields) -> list[str]:
    """The excluded IDs; null is refused, although runs are returned with it."""
    if _EXCLUDED in sent and sent[_EXCLUDED] is None:
        raise invalid(f"{_EXCLUDED} must be an array")
    return uuids(sent, _EXCLUDED)


def _static_ids(sent: Fields) -> set[str]:
    found: set[str] = set()
    for entry in objects(sent, "static_selection_filters"):
        values = set(uuids(entry, "values"))
        if (entry.get("field"), entry.get("operator")) == ("id", "IN"):
            found |= values
    return found

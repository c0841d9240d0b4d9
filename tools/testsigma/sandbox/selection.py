"""Selection: which test cases a new run holds.

A static one names them. A dynamic one holds all of the project: filters of the documented shape are accepted and do
not filter, as was seen live. Where the reference is silent: static filters other than `id IN` find nothing, ids that
the project does not have are passed over, and a dynamic selection is made once, when the run is.
"""

from tools.testsigma.sandbox.answers import invalid, unprocessable
from tools.testsigma.sandbox.records import Run
from tools.testsigma.sandbox.requests import Fields, entries, objects, string, uuids
from tools.testsigma.sandbox.world import World

STATIC, DYNAMIC = "STATIC", "DYNAMIC"
_EXCLUDED = "dynamic_selection_excluded_test_case_ids"


def select(world: World, run: Run, sent: Fields) -> None:
    """Give a new run its selection and its test cases."""
    run.selection_type = selection_type(sent, STATIC)
    run.static_filters = entries(sent, "static_selection_filters")
    run.dynamic_filters = entries(sent, "dynamic_selection_filters")
    run.excluded_ids = excluded(sent) or None
    own = [case.id for case in world.cases.of(run.project_id)]
    if run.selection_type == STATIC:
        wanted = _named(sent)
        run.case_ids = [case_id for case_id in own if case_id in wanted]
    else:
        run.case_ids = [case_id for case_id in own if case_id not in (run.excluded_ids or ())]


def selection_type(sent: Fields, default: str) -> str:
    chosen = string(sent, "selection_type") or default
    if chosen not in (STATIC, DYNAMIC):
        raise unprocessable(f"selection_type must be one of {STATIC}, {DYNAMIC}")
    return chosen


def excluded(sent: Fields) -> list[str]:
    """The ids to leave out; the null that a run is read with is refused when it is sent back."""
    if _EXCLUDED in sent and sent[_EXCLUDED] is None:
        raise invalid(f"{_EXCLUDED} must be an array")
    return uuids(sent, _EXCLUDED)


def _named(sent: Fields) -> set[str]:
    found: set[str] = set()
    for entry in objects(sent, "static_selection_filters"):
        values = set(uuids(entry, "values"))
        if (entry.get("field"), entry.get("operator")) == ("id", "IN"):
            found |= values
    return found

"""The acts of the demonstration that play in this story: a failing run is understood, and another one started."""

import json
from typing import Any

from tools.kit.sandbox.stage import Act, Stage

HOTFIX, RELEASE = 902114, 902098
OLD_CODE = "An expired code is refused"
GIVEN = "https://preview.shop.example.test"


async def failing(stage: Stage) -> None:
    stage.act("Automated tests: a failing run, down to its causes")
    run = await stage.call("testery_get_test_run", run_id=HOTFIX)
    stage.show(f"{run['name']}: {run['said']}, {run['failed']} of {run['total']} tests failed, build {run['build']}")
    failures = await stage.call("testery_get_failures", run_id=HOTFIX)
    for group in failures["groups"]:
        stage.show(f"{group['count']} x ({group['marks']}) {group['error'][:80]}")
    first, count = failures["groups"][0], failures["failed_results"]
    largest = max(failures["groups"], key=lambda group: group["count"])
    together = len(failures["groups"]) < count and OLD_CODE in {test["name"] for test in largest["tests"]}
    stage.claim(together, f"{count} failures have {len(failures['groups'])} causes, {failures['marks']}")
    stage.claim("new" in first["marks"], "what is new comes first; the old coupon code is the largest and known")
    example = first["example"]
    clean = "\x1b" not in json.dumps(failures, ensure_ascii=False)
    stage.claim(
        clean and len(example["output"]) > 0, "each cause has an example with the end of its output, uncoloured"
    )
    shots = await stage.pictures("testery_get_screenshots", run_id=HOTFIX, result_ids=[example["result_id"]])
    stage.claim(shots > 0, f"{shots} screenshots of it came as pictures")

    compared = await stage.call("testery_compare_runs", run_id=HOTFIX, before_run_id=RELEASE)
    for kind in ("new_failures", "fixed", "flaky"):
        stage.show(f"{kind.replace('_', ' ')}: {', '.join(test['name'] for test in compared[kind])}")
    still = {test["name"] for test in compared["still_failing"]}
    stage.claim(
        OLD_CODE in still, f"{len(still)} tests still fail since {compared['before']['name']}, the coupon among them"
    )


async def rehearsal(stage: Stage) -> None:
    stage.act("Automated tests: a run is started, after a person saw how much it takes")
    order: dict[str, Any] = {
        "project_key": "harbour-web",
        "environment_key": "staging",
        "branch": "release/9.0.1",
        "suite": "Checkout",
        "runners": 4,
        "copies": 2,
        "variables": [{"key": "PREVIEW_URL", "value": GIVEN}],
    }
    await stage.refused("testery_start_test_run", **order | {"environment_key": "stagging"})
    stage.claim(
        "stagging" not in stage.question(), "an environment that is not there was refused before anybody was asked"
    )

    stage.person_will_say(yes=False)
    await stage.refused("testery_start_test_run", **order)
    told = stage.question()
    seen = all(
        part in told for part in ("environment staging", "'release/9.0.1'", "2 copies x 4 runners x ", "PREVIEW_URL")
    )
    stage.claim(seen, "the person saw project, version and size, and said no")
    stage.claim(GIVEN not in told, "the variable is named, its value is not")

    stage.person_will_say(yes=True)
    started = await stage.call("testery_start_test_run", **order)
    stand = await stage.call("testery_wait_for_run", run_id=started["run_id"], minutes=1)
    counts = f"{stand['passed']} passed, {stand['failed']} failed"
    stage.claim(
        stand["is_over"], f"after the yes, run {stand['run_id']} was followed to its end: {stand['said']}, {counts}"
    )
    again = await stage.refused("testery_cancel_test_run", run_id=started["run_id"])
    stage.claim("is over already" in again, "a run that is over is not cancelled, and nobody is asked")


ACTS: tuple[Act, ...] = (failing, rehearsal)

"""The steps of the demo on Testery: find the causes of a failing run, and start another run."""

import json
from typing import Any

from tools.kit.sandbox.stage import Act, Stage

HOTFIX, RELEASE = 902114, 902098
KNOWN_FAILURE = "An expired code is refused"
PREVIEW_URL = "https://preview.shop.example.test"


async def failing(stage: Stage) -> None:
    stage.act("Automated tests: the causes of a failing run")
    run = await stage.call("testery_get_test_run", run_id=HOTFIX)
    stage.show(f"{run['name']}: {run['said']}, {run['failed']} of {run['total']} tests failed, build {run['build']}")
    failures = await stage.call("testery_get_failures", run_id=HOTFIX)
    for group in failures["groups"]:
        stage.show(f"{group['count']} x ({group['marks']}) {group['error'][:80]}")
    first, count = failures["groups"][0], failures["failed_results"]
    largest = max(failures["groups"], key=lambda group: group["count"])
    is_grouped = len(failures["groups"]) < count and KNOWN_FAILURE in {test["name"] for test in largest["tests"]}
    stage.claim(is_grouped, f"{count} failures have {len(failures['groups'])} causes, {failures['marks']}")
    stage.claim("new" in first["marks"], "new failures come first; the largest group, the expired coupon, is known")
    example = first["example"]
    clean = "\x1b" not in json.dumps(failures, ensure_ascii=False)
    stage.claim(
        clean and len(example["output"]) > 0,
        "each cause has an example with the end of its output, without colour codes",
    )
    shots = await stage.pictures("testery_get_screenshots", run_id=HOTFIX, result_ids=[example["result_id"]])
    stage.claim(shots == 1, "its screenshot was returned as an image")

    compared = await stage.call("testery_compare_runs", run_id=HOTFIX, before_run_id=RELEASE)
    for kind in ("new_failures", "fixed", "flaky"):
        stage.show(f"{kind.replace('_', ' ')}: {', '.join(test['name'] for test in compared[kind])}")
    still_failing = {test["name"] for test in compared["still_failing"]}
    stage.claim(
        KNOWN_FAILURE in still_failing,
        f"{len(still_failing)} tests still fail since {compared['before']['name']}, including the expired coupon",
    )


async def rehearsal(stage: Stage) -> None:
    stage.act("Automated tests: the user sees the size of a run and confirms it")
    order: dict[str, Any] = {
        "project_key": "harbour-web",
        "environment_key": "staging",
        "branch": "release/9.0.1",
        "suite": "Checkout",
        "runners": 4,
        "copies": 2,
        "variables": [{"key": "PREVIEW_URL", "value": PREVIEW_URL}],
    }
    await stage.refused("testery_start_test_run", **order | {"environment_key": "stagging"})
    stage.claim("stagging" not in stage.question(), "an unknown environment was refused before the user was asked")

    stage.person_will_say(yes=False)
    await stage.refused("testery_start_test_run", **order)
    question = stage.question()
    is_complete = all(
        part in question
        for part in ("environment staging", "'release/9.0.1'", "2 copies x 4 runners x ", "PREVIEW_URL")
    )
    stage.claim(is_complete, "the user saw the environment, version and size, and declined")
    stage.claim(PREVIEW_URL not in question, "the question names the variable but not its value")

    stage.person_will_say(yes=True)
    started = await stage.call("testery_start_test_run", **order)
    final = await stage.call("testery_wait_for_run", run_id=started["run_id"], minutes=1)
    counts = f"{final['passed']} passed, {final['failed']} failed"
    stage.claim(
        final["is_over"], f"after the user confirmed, run {final['run_id']} finished: {final['said']}, {counts}"
    )
    again = await stage.refused("testery_cancel_test_run", run_id=started["run_id"])
    stage.claim("is over already" in again, "a finished run is not canceled, and the user is not asked")


ACTS: tuple[Act, ...] = (failing, rehearsal)

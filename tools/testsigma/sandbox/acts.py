"""The step of the demo on Testsigma: record a result of a manual run, and decline to close the run."""

from tools.kit.sandbox.stage import Act, Stage


async def hand_run(stage: Stage) -> None:
    stage.act("Manual run: a result is recorded for a tester, and the run stays open when the user declines")
    run = await stage.call("testsigma_get_test_run", run_id="HRB-R-4")
    counts = ", ".join(f"{count['count']} {count['said']}" for count in run["results"])
    stage.claim(
        "Counted here" in run["note"],
        f"{run['title']}: {counts}, counted by Testdesk because the platform has no counts",
    )
    failed = await stage.call("testsigma_get_run_results", run_id="HRB-R-4", status="Failed")
    for row in failed["items"]:
        stage.show(f"{row['id']:7} {row['title']}: {row.get('comment', '')}")
    stage.claim(failed["coverage"]["complete"], f"{len(failed['items'])} of {failed['coverage']['loaded']} failed")

    asked_before = stage.question()
    result = {"case_id": "HRB-7", "status": "passed", "comment": "Refused in 9.0.1-rc3, as it should be."}
    error = await stage.refused("testsigma_record_results", run_id="HRB-R-4", results=[result])
    stage.claim("Say whose results these are" in error, "a result without a tester is refused")
    stage.claim(stage.question() == asked_before, "the user was not asked about it")

    stage.person_will_say(yes=True)
    done = await stage.call("testsigma_record_results", run_id="HRB-R-4", user="Iris Okafor", results=[result])
    question, (changed,) = stage.question(), done["results"]
    stage.claim("'Iris Okafor'" in question, "the user saw whose result it is")
    stage.claim("Failed becomes Passed" in question, "the user saw which result it replaces")
    is_passed = (changed["before"], changed["after"]) == ("Failed", "Passed")
    stage.claim(is_passed, f"the user confirmed: {changed['id']} is Passed")

    stage.person_will_say(yes=False)
    await stage.refused("testsigma_close_test_run", run_id="HRB-R-4")
    stage.claim("untested" in stage.question(), "the user saw what would stay untested")
    run = await stage.call("testsigma_get_test_run", quietly=True, run_id="HRB-R-4")
    stage.claim(run["said"] == "ACTIVE", "the user declined, and the run is still open")


ACTS: tuple[Act, ...] = (hand_run,)

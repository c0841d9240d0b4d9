"""The act of the demonstration that plays in this story: a run by hand, one result in it, and a run left open."""

from tools.kit.sandbox.stage import Act, Stage


async def hand_run(stage: Stage) -> None:
    stage.act("By hand: a result is recorded in a person's name, and a run stays open after a no")
    run = await stage.call("testsigma_get_test_run", run_id="HRB-R-4")
    counts = ", ".join(f"{one['count']} {one['said']}" for one in run["results"])
    stage.claim("Counted here" in run["note"], f"{run['title']}: {counts}, counted since the platform does not")
    failed = await stage.call("testsigma_get_run_results", run_id="HRB-R-4", status="Failed")
    for row in failed["items"]:
        stage.show(f"{row['id']:7} {row['title']}: {row.get('comment', '')}")
    stage.claim(failed["coverage"]["complete"], f"{len(failed['items'])} of {failed['coverage']['loaded']} failed")

    asked_before = stage.question()
    result = {"case_id": "HRB-7", "status": "passed", "comment": "Refused in 9.0.1-rc3, as it should be."}
    told = await stage.refused("testsigma_record_results", run_id="HRB-R-4", results=[result])
    stage.claim("Say whose results these are" in told, "a result of nobody is not recorded for somebody")
    stage.claim(stage.question() == asked_before, "nor was anybody asked about it")

    stage.person_will_say(yes=True)
    done = await stage.call("testsigma_record_results", run_id="HRB-R-4", user="Iris Okafor", results=[result])
    question, (kept,) = stage.question(), done["results"]
    stage.claim("'Iris Okafor'" in question, "the person saw whose result it will be")
    stage.claim("Failed becomes Passed" in question, "and which result it stands in for")
    stage.claim((kept["before"], kept["after"]) == ("Failed", "Passed"), f"after the yes, {kept['id']} is Passed")

    stage.person_will_say(yes=False)
    await stage.refused("testsigma_close_test_run", run_id="HRB-R-4")
    stage.claim("untested" in stage.question(), "the person read what would stay untested in a closed run")
    run = await stage.call("testsigma_get_test_run", quietly=True, run_id="HRB-R-4")
    stage.claim(run["said"] == "ACTIVE", "after the no, the run is as open as before")


ACTS: tuple[Act, ...] = (hand_run,)

"""The demo's act across platforms: one release, on every platform that tested it."""

from tools.kit.sandbox.stage import Act, Stage

VERSION = "9.0.1"
MOST_SHOWN = 6


async def release(stage: Stage) -> None:
    stage.act("Release: the evidence of all platforms on the checkout hotfix, and no verdict without evidence")
    runs = await stage.call("across_list_runs", text=VERSION)
    for row in runs["items"][:MOST_SHOWN]:
        stage.show(
            f"{row['platform']:10} {row['run_id']:36.36} {row['status']:9} ({row.get('said', '-')})  {row['title']}"
        )
    listed = {row["platform"] for row in runs["items"]}
    every = {source["platform"] for source in runs["sources"]}
    stage.claim(
        listed == every, f"each of the {len(every)} platforms has runs of it, with shared statuses beside its own"
    )

    assessment = await stage.call("across_assess_release", version=VERSION)
    lines = [line for kind in ("against", "not_proven", "speaking_for") for line in assessment.get(kind, [])]
    for line in lines[:MOST_SHOWN]:
        stage.show(f"{line['source']}: {line['says']}")
        for cause in line.get("causes", [])[:1]:
            stage.show(f"  {cause['count']} ({cause['marks']}): {cause['error']}")
    stage.claim(all(line["source"] for line in lines), f"each of the {len(lines)} lines names its source")
    stage.claim(assessment["verdict"] == "evidence against", f"the verdict is: {assessment['verdict']}")

    failed = next(row for row in runs["items"] if row["status"] == "failed")
    story = await stage.call("across_get_run", platform=failed["platform"], run_id=failed["run_id"])
    for group in story["groups"][:3]:
        stage.show(f"{group['count']} ({group['marks']}): {' '.join(group.get('error', '').split())[:90]}")
    stage.claim(len(story["groups"]) > 0, "one tool opens a failing run of any platform")

    found = await stage.call("across_search", text="expired code")
    for one in found["items"][:MOST_SHOWN]:
        stage.show(f"{one['platform']:10} {one['kind']:4} {one['id']:9} {one['title']}")
    where = sorted({one["platform"] for one in found["items"]})
    stage.claim(len(where) > 1, f"the fault is found on {', '.join(where)}")

    nothing = await stage.call("across_assess_release", version="77.7")
    stage.claim("verdict" not in nothing, f"a release that nobody tested has none: {nothing['why_no_verdict']}")


ACTS: tuple[Act, ...] = (release,)

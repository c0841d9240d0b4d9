"""The act of the demonstration that crosses platforms: one release, looked at from everywhere it was tested."""

from tools.kit.sandbox.stage import Act, Stage

VERSION = "9.0.1"
SHOWN = 6


async def release(stage: Stage) -> None:
    stage.act("Release: what all platforms know of the checkout hotfix, and no verdict without evidence")
    runs = await stage.call("across_list_runs", text=VERSION)
    for row in runs["items"][:SHOWN]:
        stage.show(
            f"{row['platform']:10} {row['run_id']:36.36} {row['status']:9} ({row.get('said', '-')})  {row['title']}"
        )
    seen = {row["platform"] for row in runs["items"]}
    every = {source["platform"] for source in runs["sources"]}
    stage.claim(
        seen == every, f"each of the {len(every)} platforms has runs of it, in one vocabulary beside its own words"
    )

    told = await stage.call("across_assess_release", version=VERSION)
    lines = [line for kind in ("against", "not_proven", "speaking_for") for line in told.get(kind, [])]
    for line in lines[:SHOWN]:
        stage.show(f"{line['source']}: {line['says']}")
        for cause in line.get("causes", [])[:1]:
            stage.show(f"  {cause['count']} ({cause['marks']}): {cause['error']}")
    stage.claim(all(line["source"] for line in lines), f"each of the {len(lines)} lines names its source")
    stage.claim(told["verdict"] == "evidence against", f"the verdict is: {told['verdict']}")

    failed = next(row for row in runs["items"] if row["status"] == "failed")
    story = await stage.call("across_get_run", platform=failed["platform"], run_id=failed["run_id"])
    for group in story["groups"][:3]:
        stage.show(f"{group['count']} ({group['marks']}): {' '.join(group.get('error', '').split())[:90]}")
    stage.claim(len(story["groups"]) > 0, "a failing run is opened without asking which platform's tool that takes")

    found = await stage.call("across_search", text="expired code")
    for one in found["items"][:SHOWN]:
        stage.show(f"{one['platform']:10} {one['kind']:4} {one['id']:9} {one['title']}")
    where = sorted({one["platform"] for one in found["items"]})
    stage.claim(len(where) > 1, f"what is known of the fault is found on {', '.join(where)}")

    nothing = await stage.call("across_assess_release", version="77.7")
    stage.claim("verdict" not in nothing, f"of a release nobody tested there is none: {nothing['why_no_verdict']}")


ACTS: tuple[Act, ...] = (release,)

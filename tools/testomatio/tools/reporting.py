"""Runs as pipelines report them: opened, changed and finished with a project token."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from tools.kit.asking import Ask, Asking
from tools.kit.changed import Changed
from tools.kit.editing import Edits, apply_edits, describe_edits, text_fields
from tools.kit.errors import Refused, found
from tools.kit.model import Answer
from tools.kit.question import Lines, render_fields
from tools.kit.text import Key, Untrusted, many, quote
from tools.kit.text import given as given_text
from tools.kit.toolset import Toolset
from tools.kit.wait import wait_for_change
from tools.testomatio.client.credentials import PROJECT, TOKEN
from tools.testomatio.client.testomatio import Testomatio
from tools.testomatio.models.ids import SuiteId
from tools.testomatio.models.reporting import ReportedRun
from tools.testomatio.models.runs import OVER
from tools.testomatio.models.tests import Test
from tools.testomatio.tools.paging import Drained, drain
from tools.testomatio.tools.projects import ProjectSlug
from tools.testomatio.tools.run_changes import Description, Env, TestIds, Title, given
from tools.testomatio.tools.run_counts import counts_of
from tools.testomatio.tools.run_events import unfinished
from tools.testomatio.tools.runs import RunId, RunState, describe, known_run
from tools.testomatio.tools.scope import Pairs, opens_api, place

tool = Toolset(Testomatio, needs="report")

Group = Annotated[str | None, Field(description="Its group, created if missing.")]
Tags = Annotated[list[str] | None, Field(description="Such as smoke.")]
JiraKey = Annotated[str | None, Field(description="Such as SHOP-412.")]
Label = Annotated[str | None, Field(description="'Label' or 'Label:value'.")]
Url = Annotated[str | None, Field(description="URL of the CI build.")]
Publish = Annotated[bool, Field(description="Make its report public.")]
Count = Annotated[int | None, Field(description="As the reporter counted.")]


class ReporterRun(Answer):
    """A run as its reporter sees it, without the credentials for the storage of files."""

    id: Key | None = None
    url: Untrusted | None = None
    public_url: Untrusted | None = None
    tests_count: int | None = None

    @classmethod
    def of(cls, run: ReportedRun) -> "ReporterRun":
        return cls(id=run.uid, url=run.url, public_url=run.public_url, tests_count=run.tests_count)


def default_project(api: Testomatio, project: str | None) -> str | None:
    """The project to read in, where it is known: a project token does not say which project it opens."""
    return project or api.account.settings.get(PROJECT) or None


async def known_profile(api: Testomatio, profile: str) -> None:
    """Check that a CI profile exists, where the project is known.

    Raises:
        Refused: naming the CI profiles of the project.
    """
    slug = default_project(api, None)
    names = [known.profile_name or "?" for known in (await api.project_info(slug)).ci_profiles] if slug else [profile]
    if profile not in names:
        valid = ", ".join(quote(name, at_most=60) for name in names) or "none"
        raise Refused(f"There is no CI profile {profile[:60]!r}. Valid: {valid}.")


@tool.writes(
    idempotent=False,
    verify_with="list_runs",
    unasked_when=lambda publish, ci_profile: not publish and ci_profile is None,
)
async def create_reported_run(
    api: Testomatio,
    title: Title | None = None,
    kind: Annotated[
        Literal["automated", "manual", "mixed", "detect"] | None, Field(description="detect: by the tests it has.")
    ] = None,
    env: Env = None,
    group_title: Group = None,
    tags: Tags = None,
    description: Description = None,
    label: Label = None,
    jira_id: JiraKey = None,
    ci_build_url: Url = None,
    test_ids: TestIds = None,
    suite_ids: Annotated[list[SuiteId] | None, Field(description="From testomatio_get_suite_tree.")] = None,
    scheduled: Annotated[bool, Field(description="For testomatio_launch_run.")] = False,
    shared: Annotated[bool, Field(description="Join the open run of this title.")] = False,
    shared_minutes: Annotated[int | None, Field(description="How long others may join.")] = None,
    shards: Annotated[int | None, Field(description="Reporters that share it.")] = None,
    ci_profile: Annotated[str | None, Field(description="Name of a CI profile to start.")] = None,
    ci_grep: Annotated[str | None, Field(description="Tests that CI runs, such as @smoke.")] = None,
    publish: Publish = False,
) -> Asking[Changed[ReporterRun]]:
    """Open a run that a pipeline reports into. Asks the user before starting CI or publishing."""
    if (shared_minutes or shards) and not shared:
        raise Refused("shared_minutes and shards are for a shared run.")
    if shared and not title:
        raise Refused("A shared run is joined by its title: give one.")
    if ci_grep and not ci_profile:
        raise Refused("ci_grep is for ci_profile.")
    does = []
    if ci_profile:
        await known_profile(api, ci_profile)
        fits = f" for the tests that match {given_text(ci_grep)}" if ci_grep else ""
        does.append(f"starts the CI profile {given_text(ci_profile)}{fits}, which takes machine time")
    if publish:
        does.append("makes its report public: whoever has the address can read titles, messages and files")
    lines = Lines(f"Open a run {given_text(title) if title else 'without a title'} that {' and '.join(does)}?")
    lines.fields({"Kind": kind, "Environment": env, "Group": group_title, "Tags": tags, "Description": description})
    lines.fields({"Label": label, "Jira issue": jira_id, "CI build": ci_build_url})
    lines.fields({"Tests": test_ids, "Suites": suite_ids, "Only scheduled": scheduled or None})
    lines.fields({"Shared with other reporters": shared or None, "Minutes it may be joined": shared_minutes})
    lines.fields({"Shards": shards})
    yield Ask(str(lines) if does else None)
    fields = given(
        title=title,
        env=env,
        group_title=group_title,
        tags=tags,
        description=description,
        label=label,
        jira_id=jira_id,
        ci_build_url=ci_build_url,
        access_event="publish" if publish else None,
        kind=kind,
        status="scheduled" if scheduled else None,
        shared_run=shared or None,
        shared_run_timeout=shared_minutes,
        shared_run_shards=shards,
        configuration=given(tests=test_ids, suites=suite_ids) or None,
        ci=given(profile=ci_profile, grep=ci_grep) or None,
    )
    run = await api.open_reported_run(fields)
    following = "testomatio_report_results fills it, testomatio_finish_reported_run ends it."
    yield Changed(done="Opened.", now=ReporterRun.of(run), next=following)


@tool.writes(idempotent=True, verify_with="get_run", unasked_when=lambda publish: not publish)
async def update_reported_run(
    api: Testomatio,
    run_id: RunId,
    title: Title | None = None,
    env: Env = None,
    group_title: Group = None,
    tags: Tags = None,
    description: Description = None,
    label: Label = None,
    jira_id: JiraKey = None,
    ci_build_url: Url = None,
    publish: Publish = False,
    edits: Edits = None,
) -> Asking[Changed[ReporterRun]]:
    """Change a run that CI reports into: group, tags, label, issue. Asks the user before publishing."""
    fields = given(
        title=title,
        env=env,
        group_title=group_title,
        tags=tags,
        description=description,
        label=label,
        jira_id=jira_id,
        ci_build_url=ci_build_url,
        access_event="publish" if publish else None,
    )
    if not fields and not edits:
        raise Refused("Give at least one thing to change.")
    slug = default_project(api, None)
    if edits and (slug is None or not opens_api(api)):
        raise Refused(
            f"Edits need the stored texts, which are read with {TOKEN} in the project of {PROJECT}. Give the whole "
            "text instead."
        )
    run = await known_run(api, slug, run_id) if slug and (publish or edits) else None
    if run is not None:
        fields |= apply_edits(text_fields(run, "title", "description"), edits, fields)
    name = f"{describe(run)} of {place(slug)}" if run is not None and slug else f"run {given_text(run_id)}"
    lines = Lines(
        f"Make the report of {name} public? Whoever has the address can read titles, messages and files; the API "
        "cannot take it back."
    )
    lines.fields({"Title": title, "Environment": env, "Group": group_title, "Tags": tags, "Description": description})
    lines.fields({"Label": label, "Jira issue": jira_id, "CI build": ci_build_url})
    lines.parts(describe_edits(edits))
    yield Ask(str(lines) if publish else None)
    now = ReporterRun.of(await change_reported_run(api, run_id, fields))
    yield Changed(done="Changed.", now=now, next="testomatio_get_run shows it.")


async def change_reported_run(api: Testomatio, run_id: str, fields: dict[str, Any]) -> ReportedRun:
    """Change a run of the token's project, or say where ids come from."""
    change, within = api.change_reported_run(run_id, fields), "The project of this token"
    return await found(change, f"run {run_id[:40]!r}", listed_by="testomatio_list_runs", within=within)


async def automated_tests(api: Testomatio, project: str) -> Drained[Test]:
    """Read the automated tests of a project, which an import or a run may detach."""
    query: Pairs = [("tql", "state == 'automated'"), ("slim", "true"), ("per_page", 100)]
    return await drain(lambda page: api.tests(project, [*query, ("page", page)]))


async def detached_tests(api: Testomatio, project: str, run_id: str) -> tuple[int, bool]:
    """Count the automated tests without a result in a run, which detach marks, and say whether all were read."""
    results = await drain(lambda page: api.results_page(project, [("run_id", run_id)], page))
    reported = {result.test_id for result in results.rows}
    automated = await automated_tests(api, project)
    return sum(test.id not in reported for test in automated.rows), results.complete and automated.complete


VERDICTS: Final = {
    "finish": "Testomat.io works out whether it passed",
    "pass": "It is set to pass, whatever its results say",
    "fail": "It is set to fail, whatever its results say",
}


@tool.destroys(idempotent=False, verify_with="get_run")
async def finish_reported_run(
    api: Testomatio,
    run_id: RunId,
    result: Annotated[Literal["finish", "pass", "fail"], Field(description="finish: from its results.")] = "finish",
    shard: Annotated[bool, Field(description="End one shard of a shared run only.")] = False,
    duration_s: Annotated[float | None, Field(description="Duration of the run.")] = None,
    tests_count: Count = None,
    passed_count: Count = None,
    failed_count: Count = None,
    skipped_count: Count = None,
    detach: Annotated[bool, Field(description="Detach automated tests without a result.")] = False,
    end_all_shards: Annotated[bool, Field(description="Finish without waiting for other shards.")] = False,
    project: ProjectSlug = None,
) -> Asking[Changed[RunState]]:
    """Finish a run that CI reports into; testomatio_terminate_run aborts one. Asks the user first."""
    if shard and end_all_shards:
        raise Refused("Give shard for one or end_all_shards for all, not both.")
    slug = api.project_of(project)
    run = unfinished(await known_run(api, slug, run_id))
    counts = await counts_of(api, slug, run.id)
    does = "End one shard of" if shard else "End all shards of" if end_all_shards else "Finish"
    lines = Lines(f"{does} {describe(run)} of {place(slug)}? It has {counts.describe()}.")
    lines.add("Result", f"{result}. {VERDICTS[result]}")
    reported = {"tests": tests_count, "passed": passed_count, "failed": failed_count, "skipped": skipped_count}
    lines.add("Counts as reported", render_fields(reported))
    lines.fields({"Seconds": duration_s})
    if shard:
        lines.say("Finishing without shard ends the run itself.")
    elif counts.pending:
        lines.say(f"What is pending ({counts.pending}) becomes skipped.")
    if detach:
        number, complete = await detached_tests(api, slug, run.id)
        tests = many(number, "automated test is", "automated tests are", complete=complete)
        lines.say(f"Without a result in it, {tests} marked as detached from the code.")
    lines.say("There is no undo.")
    yield Ask(str(lines))
    fields = given(
        status_event=f"{result}_parallel" if shard else result,
        duration=duration_s,
        tests_count=tests_count,
        passed_count=passed_count,
        failed_count=failed_count,
        skipped_count=skipped_count,
        detach=detach or None,
        force_finish_shared_run=end_all_shards or None,
    )
    await change_reported_run(api, run.id, fields)
    after = await wait_for_change(
        lambda: api.run(slug, run.id),
        lambda read: shard or read.status in OVER,
        is_sandbox=api.is_sandbox,
        say=f"waiting for run {run.id}",
    )
    waits = not shard and after.status not in OVER
    yield Changed(
        done="One shard is ended." if shard else f"It is {after.status}." if not waits else "Accepted, not done yet.",
        before=RunState.of(run),
        now=RunState.of(after, await counts_of(api, slug, run.id)),
        warning="It waits for its other shards or is still being processed. Read it again in a moment."
        if waits
        else None,
        next="Tests without a result were detached; testomatio_list_tests shows them." if detach else None,
    )

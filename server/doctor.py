"""`testdesk doctor`: what is configured, whether each credential works, what is exposed and why."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime

from server.clients import Clients, missing_credentials
from server.configuration import default_file
from server.faces import AUTO, DEFERRING, FINDERS, listing
from server.guards.budgets import Budgets
from server.guards.fence import quote_others
from server.guards.redact import Redactor
from server.guards.scope import exposed_platforms, exposed_tools, offered_tools, offers
from server.records import CONFIG
from server.setting_warnings import warnings
from server.settings import (
    ANSWER_CHARACTERS,
    CONSENT,
    HTTP_KEY,
    OUTPUT_SCHEMAS,
    TOOLSETS,
    PlatformSettings,
    Settings,
    read_settings,
)
from server.standing.describe import order_lines
from server.store.engine import StoreError
from server.store.place import open_store
from server.store.report import store_lines
from server.team.describe import people_lines
from server.team.report import provider_lines
from server.team.settings import read_team
from server.version import __version__
from tools.across import across
from tools.kit.errors import TestdeskError
from tools.kit.network import Network
from tools.kit.picture import ANSWER_BYTES, ANSWER_LIMIT, PICTURE_BYTES, PICTURE_LIMIT
from tools.kit.platform import Platform
from tools.kit.scaling import INSTALL, can_scale
from tools.kit.toolset import Effect
from tools.platforms import PLATFORMS


async def run_doctor(environment: Mapping[str, str] = os.environ, *, network: Network | None = None) -> int:
    """Print a report without any secret; 0 when every platform answers and acts can be recorded, else 1."""
    settings = read_settings(PLATFORMS, environment)
    team = read_team(environment, settings, PLATFORMS)
    redact = Redactor(settings.secrets, of_people=team.secrets.declared)
    clients = Clients(PLATFORMS, settings, network or Network(read_seconds=20))
    well = True
    lines = [f"testdesk {__version__}", ""]
    exposed = exposed_platforms(PLATFORMS, settings)
    try:
        for platform in PLATFORMS:
            report, works = await _platform(platform, settings, clients, platform in exposed)
            lines += report
            well = well and works
        report, works = await _trackers(settings, clients.network)
        lines += report
        well = well and works
        orders, can_work = await order_lines(settings, PLATFORMS, clients.network)
        well = well and can_work
    finally:
        await clients.close()
    if across in offers(exposed):
        lines.append(f"- {across.title}: {len(across.tools)} tools read {', '.join(p.title for p in exposed)} at once")
    lines += orders
    lines += people_lines(team, PLATFORMS, datetime.now(UTC).date())
    store, can_record = await store_lines(environment)
    well = well and can_record
    provider, can_check = await provider_lines(environment, settings.configuration.tokens)
    well = well and can_check
    lines += ["", *_server(settings, environment), *provider, *store]
    lines += await _budgets(settings, environment)
    lines += [f"WARNING: {sentence}" for sentence in warnings(settings, environment)]
    if not any(configured.is_configured for configured in settings.platforms.values()):
        lines += ["", "No platform is configured. `testdesk serve --sandbox` works without any."]
    print(quote_others("\n".join(lines), redact))  # noqa: T201 - this is its output
    return 0 if well else 1


async def _trackers(settings: Settings, network: Network) -> tuple[list[str], bool]:
    """The state of the operator's trackers, and whether all of them work."""
    if not settings.trackers:
        return [], True
    from server.tracker_command import report
    from server.trackers import tracker_clients

    reports = [await report(api, lists=False) for api in tracker_clients(settings.trackers, network).values()]
    return [f"{'' if line.startswith(' ') else '- Tracker '}{line}" for lines, _ in reports for line in lines], all(
        works for _, works in reports
    )


async def _platform(platform: Platform, settings: Settings, clients: Clients, is_shown: bool) -> tuple[list[str], bool]:
    """The state of a platform, with each of its accounts, and whether all of them work."""
    configured = settings.platforms[platform.key]
    if not configured.is_configured:
        why = "listed, but each call says this" if is_shown else "not offered"
        return [f"- {platform.title}: {why}. {missing_credentials(platform, configured.missing)}"], True
    reports = [await _account(platform, name, one, clients) for name, one in settings.accounts_of(platform.key).items()]
    return [line for lines, _ in reports for line in lines], all(works for _, works in reports)


async def _account(
    platform: Platform, name: str, configured: PlatformSettings, clients: Clients
) -> tuple[list[str], bool]:
    """The state of one account, and whether its credential works; a platform's only one has no name."""
    which = f", account {name}" if name else ""
    which += " (the default)" if name and name == clients.defaults[platform.key] else ""
    lines = [f"- {platform.title}{which}: configured ({', '.join(configured.credentials)}), at {configured.base_url}"]
    try:
        lines.append(f"    works: {await platform.parts.probe(clients.of(platform.key, name or None))}")
        works = True
    except TestdeskError as error:
        lines.append(f"    DOES NOT WORK: {error}")
        lines.append(f"    Check {clients.credential_of(platform.key)}.")
        works = False
    tools = [tool for tool in platform.declared.tools if tool.needs is None or tool.needs not in configured.locked]
    effects = {effect: sum(tool.effect is effect for tool in tools) for effect in Effect}
    split = ", ".join(f"{number} {effect}" for effect, number in effects.items() if number)
    lines.append(f"    offers {len(tools)} tools ({split}), {len(platform.resources)} resource templates")
    lines += [
        f"    does not offer {sum(tool.needs == what for tool in platform.declared.tools)} tools: {why}"
        for what, why in configured.locked.items()
    ]
    lines += [f"    {variable} = {value}" for variable, value in configured.values.items()]
    lines += [
        f"    {setting.variable} not set: {setting.meaning}"
        for setting in platform.settings
        if setting.variable not in configured.values
    ]
    return lines, works


def _server(settings: Settings, environment: Mapping[str, str]) -> list[str]:
    key = "set" if environment.get(HTTP_KEY) or environment.get(f"{HTTP_KEY}_FILE") else "generated at each start"
    is_any = any(configured.is_configured for configured in settings.platforms.values())
    why = "of the platforms configured" if is_any else "of every platform, since none is configured"
    exposed = sum(len(exposed_tools(platform, settings)) for platform in exposed_platforms(PLATFORMS, settings))
    return [
        *_configuration(settings, environment),
        f"Tools offered: {exposed} ({why}; --read-only keeps those that read)",
        f"Tools listed ({TOOLSETS}): {_listed(settings)}",
        *_consent(settings),
        f"HTTP key ({HTTP_KEY}): {key}",
        f"Answers: at most {settings.answer_characters} characters ({ANSWER_CHARACTERS}); {_pictures(environment)}",
        f"Output schemas ({OUTPUT_SCHEMAS}): {'published' if settings.output_schemas else 'not published'}",
    ]


def _consent(settings: Settings) -> list[str]:
    """Who confirms the acts of each effect."""
    words = {
        "ask": "the user is asked through the client",
        "client": "WEAKER: your host's own approval of each call replaces the user's yes",
        "refuse": "refused",
    }
    ways = {effect: settings.consent.of(effect) for effect in (Effect.DESTROYS, Effect.SPENDS, Effect.WRITES)}
    if len(set(ways.values())) == 1:
        return [f"Consent ({CONSENT}={ways[Effect.WRITES]}): {words[ways[Effect.WRITES]]}, before anything that asks"]
    rows = [f"    {effect}: {words[way]}" for effect, way in ways.items()]
    return [f"Consent ({CONSENT}, or [consent] of the configuration file):", *rows]


async def _budgets(settings: Settings, environment: Mapping[str, str]) -> list[str]:
    """What is left of each limit that is counted."""
    engine = open_store(environment)
    try:
        left = await Budgets(settings.configuration, engine).left()
    except StoreError as error:
        left = [str(error)]
    finally:
        await engine.close()
    if settings.configuration.budgets.lockdown:
        left.append("lockdown: texts that others wrote, and pictures, are left out of answers and pages")
    return ["Budgets:", *(f"    {line}" for line in left)] if left else []


def _configuration(settings: Settings, environment: Mapping[str, str]) -> list[str]:
    """The configuration file, and all that it sets."""
    configuration = settings.configuration
    if not configuration.path:
        place = default_file(environment)
        return [f"Configuration file ({CONFIG}): none{f'; {place} would be read' if place else ''}"]
    return [f"Configuration file ({CONFIG}): {configuration.path}", *(f"    {line}" for line in configuration.stated)]


def _listed(settings: Settings) -> str:
    """What hosts are listed, and how to change it."""
    chosen = listing(offered_tools(exposed_platforms(PLATFORMS, settings), settings), settings)
    few, many = len(chosen.tools - FINDERS), len(chosen.to_deferring - FINDERS)
    words = ", ".join(settings.toolsets) or f"{AUTO}, the default"
    searching = f", {many} to hosts that search tools themselves ({', '.join(DEFERRING)})" if few != many else ""
    others = "; find_tools finds the others; `all` lists all" if chosen.hides else ""
    return f"{words}: {few}{searching}{others}"


def _pictures(environment: Mapping[str, str]) -> str:
    one, every = environment.get(PICTURE_BYTES) or PICTURE_LIMIT, environment.get(ANSWER_BYTES) or ANSWER_LIMIT
    large = "larger ones are made smaller" if can_scale() else f"to make larger ones smaller and draw charts, {INSTALL}"
    return f"pictures: at most {one} base64 bytes each ({PICTURE_BYTES}), {every} per answer ({ANSWER_BYTES}); {large}"

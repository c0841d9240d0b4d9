"""Several workers of one server in one process: the same store, the same keys, the same platforms behind them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mcp.server import MCPServer
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity

from server.app import build
from server.sandbox import SandboxTransport
from server.settings import Settings
from server.team.settings import TeamSettings
from tests.desk import settings
from tests.stores import store_at
from tools.kit.network import Network
from tools.kit.sandbox.composition import Composition

KEYS = (b"the key of all workers, 32 bytes or more",)
TEAM = TeamSettings(state_keys=KEYS)


def worker(
    world: Composition,
    file: Path | None,
    *,
    team: TeamSettings = TEAM,
    told: Settings | None = None,
    environment: Mapping[str, str] | None = None,
    network: Network | None = None,
) -> MCPServer[Any]:
    """One worker, over the store of a file."""
    server = build(
        told or settings(environment),
        network=network or Network(SandboxTransport(world)),
        engine=store_at(file),
        team=team,
    )
    boundary = next(one for one in server.middleware if isinstance(one, RequestStateBoundary))
    boundary._security = RequestStateSecurity(keys=list(KEYS))
    return server

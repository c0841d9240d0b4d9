"""The hosts that `testdesk setup` knows: where each names its servers, and in which form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Format = Literal["json", "toml"]
"""`json` may have comments and trailing commas, which an edit keeps; an edit never adds any."""

LINUX: Final = "linux"
MACOS: Final = "darwin"
WINDOWS: Final = "win32"


@dataclass(frozen=True)
class Form:
    """How an entry is written."""

    before: Mapping[str, object] = field(default_factory=dict)
    """What stands before the command."""
    after: Mapping[str, object] = field(default_factory=dict)
    """What stands after the variables."""
    is_one_list: bool = False
    """Whether `command` is a list of the command and its arguments."""
    variables: str = "env"
    """The key of the variables."""


@dataclass(frozen=True, eq=False)
class Host:
    """A program that starts MCP servers."""

    key: str
    title: str
    section: str
    """The key in its file below which servers are named."""
    folders: Mapping[str, tuple[str, ...]]
    """Where its file is, by system; LINUX counts where a system is not listed. The first folder counts whose variables
    are set, and that exists if it has a `*`."""
    names: tuple[str, ...]
    """The names that its file can have: the first that exists counts, else the first."""
    form: Form = Form()
    format: Format = "json"
    programs: tuple[str, ...] = ()
    """Commands that show that it is installed."""
    applications: tuple[str, ...] = ()
    """Places of the installed application, with variables."""
    next: str = ""
    """What the user does then."""
    asks: bool = False
    """Whether it asks for secrets itself and keeps them (`inputs`)."""


HOSTS: Final[tuple[Host, ...]] = (
    Host(
        key="claude-code",
        title="Claude Code",
        section="mcpServers",
        folders={LINUX: ("$CLAUDE_CONFIG_DIR", "~")},
        names=(".claude.json",),
        form=Form(before={"type": "stdio"}),
        programs=("claude",),
        next="Start a new session; `claude mcp list` shows whether it is connected.",
    ),
    Host(
        key="claude-desktop",
        title="Claude Desktop",
        section="mcpServers",
        folders={
            LINUX: ("$XDG_CONFIG_HOME/Claude", "~/.config/Claude"),
            MACOS: ("~/Library/Application Support/Claude",),
            # Packaged builds read a folder of their own, and nothing from %APPDATA%.
            WINDOWS: (
                "$LOCALAPPDATA/Claude-Data/[Cc]laude_*",
                "$LOCALAPPDATA/Packages/Claude_*/LocalCache/Roaming/Claude",
                "$APPDATA/Claude",
            ),
        },
        names=("claude_desktop_config.json",),
        applications=("/Applications/Claude.app", "$LOCALAPPDATA/AnthropicClaude"),
        next="Quit it completely and start it again.",
    ),
    Host(
        key="cursor",
        title="Cursor",
        section="mcpServers",
        folders={LINUX: ("~/.cursor",)},
        names=("mcp.json",),
        programs=("cursor", "cursor-agent"),
        applications=("/Applications/Cursor.app", "$LOCALAPPDATA/Programs/cursor"),
        next="Turn it on under Settings, Tools & MCP.",
    ),
    Host(
        key="vscode",
        title="VS Code",
        section="servers",
        folders={
            LINUX: ("$XDG_CONFIG_HOME/Code/User", "~/.config/Code/User"),
            MACOS: ("~/Library/Application Support/Code/User",),
            WINDOWS: ("$APPDATA/Code/User",),
        },
        names=("mcp.json",),
        form=Form(before={"type": "stdio"}),
        programs=("code",),
        applications=("/Applications/Visual Studio Code.app", "$LOCALAPPDATA/Programs/Microsoft VS Code"),
        next="Run `MCP: List Servers` from the command palette and start it.",
        asks=True,
    ),
    Host(
        key="codex",
        title="Codex",
        section="mcp_servers",
        folders={LINUX: ("$CODEX_HOME", "~/.codex")},
        names=("config.toml",),
        format="toml",
        programs=("codex",),
        next="Start a new session; `/mcp` lists it.",
    ),
    Host(
        key="gemini",
        title="Gemini CLI",
        section="mcpServers",
        folders={LINUX: ("$GEMINI_CLI_HOME/.gemini", "~/.gemini")},
        names=("settings.json",),
        programs=("gemini",),
        next="Start it in a folder that it trusts; `/mcp` lists it.",
    ),
    Host(
        key="copilot",
        title="Copilot CLI",
        section="mcpServers",
        folders={LINUX: ("$COPILOT_HOME", "~/.copilot")},
        names=("mcp-config.json",),
        form=Form(before={"type": "local"}, after={"tools": ["*"]}),
        programs=("copilot",),
        next="Start a new session; `/mcp show` lists it.",
    ),
    Host(
        key="opencode",
        title="opencode",
        section="mcp",
        folders={LINUX: ("$XDG_CONFIG_HOME/opencode", "~/.config/opencode")},
        names=("opencode.jsonc", "opencode.json", "config.json"),
        form=Form(before={"type": "local"}, after={"enabled": True}, is_one_list=True, variables="environment"),
        programs=("opencode",),
        next="Start a new session; `opencode mcp list` shows whether it is connected.",
    ),
    Host(
        key="zed",
        title="Zed",
        section="context_servers",
        folders={
            LINUX: ("$XDG_CONFIG_HOME/zed", "~/.config/zed"),
            MACOS: ("~/.config/zed",),
            WINDOWS: ("$APPDATA/Zed",),
        },
        names=("settings.json",),
        programs=("zed", "zeditor"),
        applications=("/Applications/Zed.app", "$LOCALAPPDATA/Programs/Zed"),
        next="Its dot is green in the settings of the agent panel once it runs.",
    ),
    Host(
        key="windsurf",
        title="Windsurf",
        section="mcpServers",
        folders={LINUX: ("~/.codeium/windsurf",)},
        names=("mcp_config.json",),
        programs=("windsurf",),
        applications=("/Applications/Windsurf.app", "$LOCALAPPDATA/Programs/Windsurf"),
        next="Press the refresh button in Cascade's list of MCP servers.",
    ),
)

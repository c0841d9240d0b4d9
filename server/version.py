"""The version, from pyproject.toml or the installed metadata."""

from pathlib import Path

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"  # beside server/ in a checkout, never in a wheel

__version__: str


def __getattr__(name: str) -> str:
    """Read the version lazily: the standard library's metadata reader takes 30 ms to import."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = from_checkout() if PYPROJECT.exists() else from_installation()
    globals()[name] = found
    return found


def from_checkout() -> str:
    """The version in pyproject.toml, which is right even if it changed since the installation."""
    import tomllib

    return str(tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]["version"])


def from_installation() -> str:
    """The version in the metadata that the installer wrote beside the package."""
    from importlib.metadata import version

    return version("testdesk")

"""The list of platforms."""

from tools.kit.toolset import Platform
from tools.testio.platform import testio

PLATFORMS: tuple[Platform, ...] = (testio,)

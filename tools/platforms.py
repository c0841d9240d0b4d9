"""The list of platforms."""

from tools.kit.platform import Platform
from tools.testio.platform import testio
from tools.testomatio.platform import testomatio

PLATFORMS: tuple[Platform, ...] = (testio, testomatio)

"""The list of platforms."""

from tools.kit.platform import Platform
from tools.testery.platform import testery
from tools.testio.platform import testio
from tools.testomatio.platform import testomatio
from tools.testsigma.platform import testsigma

PLATFORMS: tuple[Platform, ...] = (testio, testomatio, testery, testsigma)

"""The acts of the demonstration that play in this story: none so far."""

from tools.kit.sandbox.stage import Act

ACTS: tuple[Act, ...] = ()

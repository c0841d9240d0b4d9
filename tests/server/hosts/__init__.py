"""Tests of the hosts that setup knows."""

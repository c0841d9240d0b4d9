"""Tests of what is seen of the server from outside."""

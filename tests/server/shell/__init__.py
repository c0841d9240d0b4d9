"""Tests of the commands that call the server from the shell."""

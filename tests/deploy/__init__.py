"""The files of deploy/ and docs/operations.md: read back from the code, validated, and run with the real programs."""

"""Testsigma Test Management, where a team keeps its test cases, runs and plans."""

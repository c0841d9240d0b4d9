"""Tests of Testsigma Test Management."""

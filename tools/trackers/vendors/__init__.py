"""One file for each tracker."""

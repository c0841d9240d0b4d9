"""Models of Testsigma's answers."""

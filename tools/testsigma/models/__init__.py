"""What Testsigma answers, as models."""

"""What a model can do in Testsigma Test Management."""

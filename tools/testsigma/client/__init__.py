"""The API of Testsigma Test Management over HTTP."""

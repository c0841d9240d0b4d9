"""The fake API of Testsigma Test Management: that it answers what its reference says."""

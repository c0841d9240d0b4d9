"""Test cases in files of other tools: CSV and Gherkin, read into one form, with an error per row."""

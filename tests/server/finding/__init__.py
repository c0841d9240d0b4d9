"""Tests of finding tools by questions in people's own words."""

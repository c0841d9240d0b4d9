"""The evidence about a release as a report: Markdown, one HTML file, JSON, JUnit."""

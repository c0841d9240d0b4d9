"""Prompts: prose for whole jobs, one Markdown file each."""

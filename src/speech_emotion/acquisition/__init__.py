"""Fetch corpora, and compare them with what was published."""

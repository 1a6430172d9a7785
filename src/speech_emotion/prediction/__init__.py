"""Predict separate audio."""

"""Trained models: bundle, normalisation, windows."""

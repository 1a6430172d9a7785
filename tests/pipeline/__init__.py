"""Tests that drive the real `dvc` in temporary copies of the project."""

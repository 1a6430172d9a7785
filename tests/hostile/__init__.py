"""Attacks on the pipeline: seeded, small in `make test`, large by `make attack`."""

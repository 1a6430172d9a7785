"""The commands of `ser`."""

"""The command `ser`: one module per group of commands."""

"""The typed schema of params.yaml: one module per section, each holding a `Section` of the same name."""

"""Block Kit views of domain values: pure functions, one file per feature."""

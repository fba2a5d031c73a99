"""Data shapes for programs, shared by the API and `--json`. Each is made from the result of a query."""

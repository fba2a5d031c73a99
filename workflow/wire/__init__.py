"""The shapes that programs read: once, for the API and for `--json`. Each is made of what a question answers."""

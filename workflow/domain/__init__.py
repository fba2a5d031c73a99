"""Rules and closed lists: pure functions over plain values. Nothing here reads a database or a clock."""

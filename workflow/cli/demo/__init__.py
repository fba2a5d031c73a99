"""`sakutei demo`: the plan of the seed, replayed."""

"""The computed schedule of plans. `problem` is what a schedule is made from, `from_chain` takes it from a chain,
`sittings` lists the days of a body. `passes` finds the earliest and the latest days of one plan, `effects` what a change
does to them, `clashes` which wishes cannot be met together, `watching` what is late. `own` takes the problem of a running plan from
its own schedule and what is done, `outlook` shows it and what a change would do. `spreading` places many plans at once
(OR-Tools). Nothing here reads a clock or a database."""

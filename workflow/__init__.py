"""The engine, floor by floor. A floor imports only the floors below it, and the same subject has the same file name on
every floor: plans, decisions, meetings, comments, circulation, people, accounts, events.

- `cli`, `web`: the entry points. They translate, nothing more.
- `wire`: the shapes that programs read, once, for the API and for `--json`.
- (`notifications` stands here: reminders, notices and the mail they become.)
- `actions`: the use cases, one transaction each; the only writer.
- `queries`: the questions, one function each; they read and answer in frozen dataclasses.
- `store`: what lies on disk: tables, the event log, documents, settings.
- `domain`: the rules and the closed lists, as pure functions over plain values.
- (`definitions` stands below: a chain as data.)

How a meeting is closed: `actions/meetings.py`. What a page shows of it: `queries/meetings.py`. The rule:
`domain/meetings.py`.
"""

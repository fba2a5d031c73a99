"""The rules a chain must satisfy, by what they are about. Each yields a finding for every place that breaks it."""

"""Every module stands on a floor, so that the contracts of import-linter speak of all of them."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
APART = {"__init__", "__main__", "environment", "migrations", "locales"}
"""The package itself, its start on a bare machine, and what is data."""


def test_every_module_stands_on_a_floor() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    [floors] = [each["layers"] for each in contracts if each["type"] == "layers"]
    found = {place.stem for place in (ROOT / "workflow").iterdir() if place.name != "__pycache__"}
    assert {f"workflow.{name}" for name in found - APART} <= set(floors)

"""Rules for every module of the product: its floor, and the first word of its docstrings."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
APART = {"__init__", "__main__", "environment", "migrations", "locales"}
"""The package itself, its start on a bare machine, and the folders of data."""
PACKAGES = ("definitions", "workflow", "notifications")
CLAUSE = re.compile(r"\s*(What|Which|Whether|Who|Whom|Whose|How|Where|When)\b")


def test_every_module_stands_on_a_floor() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    [floors] = [each["layers"] for each in contracts if each["type"] == "layers"]
    found = {place.stem for place in (ROOT / "workflow").iterdir() if place.name != "__pycache__"}
    assert {f"workflow.{name}" for name in found - APART} <= set(floors)


def test_no_docstring_begins_with_a_noun_clause() -> None:
    """A reader learns from the first word that it is a thing or an act, and need not finish a clause to know."""
    clauses = [
        f"{module.relative_to(ROOT)}:{line}: {text.splitlines()[0]}"
        for package in PACKAGES
        for module in sorted((ROOT / package).rglob("*.py"))
        for line, text in _docstrings(module)
        if CLAUSE.match(text)
    ]
    assert not clauses, "\n".join(["begin with a noun or a verb:", *clauses])


def test_what_the_rules_judge_cannot_be_changed() -> None:
    """A record that was read stays as it was read: each dataclass of the rules is frozen, but for the position of a plan,
    which the state machine moves."""
    loose = {
        node.name
        for module in sorted((ROOT / "workflow/domain").rglob("*.py"))
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
        for made in map(ast.unparse, node.decorator_list)
        if made.startswith("dataclass") and "frozen=True" not in made
    }
    assert loose == {"PlanPosition"}


def _docstrings(module: Path) -> Iterator[tuple[int, str]]:
    """The docstrings of the module, its classes and functions, and those under its names, each with its line."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield node.lineno, text


def test_a_use_case_looks_a_plan_up_for_who_asks() -> None:
    """With `plan_to_read`, which says nothing of a plan that they may not read. The public form has nobody, and a
    takeover its own plan."""
    found = {
        path.name for path in (ROOT / "workflow/actions").glob("*.py") if "plan_by_key(" in path.read_text()
    }
    assert found == {"opinions.py", "takeover.py"}

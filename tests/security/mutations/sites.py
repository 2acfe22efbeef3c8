"""Finds every check of the gate and of the meaning in the code itself, and switches single ones off.

A check is a refusal (`raise`, `demand`, `present`), a call that asks a check, or one part of a condition
with more. Switching off replaces the code of the one function around it; all else, tables too, stays.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from types import CodeType, FunctionType, ModuleType

from broker.providers.answers import answer_checks, assertion_checks, expected
from broker.providers.digid import citizen_checks, name_id, semantics
from broker.providers.eherkenning import attributes as eherkenning_attributes
from broker.providers.eherkenning import identifiers
from broker.providers.eherkenning import semantics as eherkenning_semantics
from broker.providers.saml import (
    attributes,
    bytes_rules,
    decrypt,
    gate,
    parse,
    shape,
    signature_profile,
    skeleton,
    values,
    verify,
)

DIGID: tuple[ModuleType, ...] = (
    gate,
    bytes_rules,
    parse,
    skeleton,
    shape,
    signature_profile,
    verify,
    values,
    semantics,
    answer_checks,
    assertion_checks,
    citizen_checks,
    expected,
    name_id,
)
# What eHerkenning has besides; the rest of its gate is DigiD's.
EHERKENNING: tuple[ModuleType, ...] = (
    attributes,
    eherkenning_semantics,
    eherkenning_attributes,
    identifiers,
    decrypt,
)
MODULES = DIGID + EHERKENNING
_REFUSALS = frozenset({"GateRefused", "MeaningRefused"})
# A call that changes the tree is a step of the computation, not a check.
_NO_CHECKS = frozenset({"remove_keeping_tail", "cut_advice"})
# These pick something out: without a part of their condition they would not let more in.
_PICKING = frozenset({"company_name_of", "has_no_foreign_restriction"})
Place = tuple[str, int, int, int]
"""Kind, line, column, and which part."""


@dataclass(frozen=True)
class Site:
    """One thing to switch off. `codes` are those that it refuses with, as far as it says so itself."""

    module: str
    function: str
    what: str
    codes: tuple[str, ...]
    sentence: str
    place: Place
    condition: str = ""

    @property
    def name(self) -> str:
        """Unique and without line numbers, so that it lasts."""
        return f"{self.module}.{self.function}: {self.what}"


def all_sites() -> dict[str, Site]:
    """Every site by its name, in the order of the gate's steps."""
    return sites_of(MODULES)


@cache
def sites_of(modules: tuple[ModuleType, ...]) -> dict[str, Site]:
    """Those of some modules."""
    sites: dict[str, Site] = {}
    for module in modules:
        for function in _functions(_tree(module)):
            for found in _sites_of(module, function):
                number, site = 1, found
                while site.name in sites:
                    number += 1
                    site = replace(found, what=f"{found.what} ({number})")
                sites[site.name] = site
    return sites


@contextmanager
def switched_off(sites: Iterable[Site]) -> Iterator[None]:
    """Run with these checks switched off."""
    wanted: dict[str, set[Site]] = {}
    for site in sites:
        wanted.setdefault(site.module, set()).add(site)
    before: list[tuple[FunctionType, CodeType]] = []
    try:
        for module in MODULES:
            chosen = wanted.get(_short(module), set())
            codes = _codes_without(module, {site.place for site in chosen}) if chosen else {}
            for name in {site.function for site in chosen}:
                function = getattr(module, name)
                before.append((function, function.__code__))
                function.__code__ = codes[name]
        yield
    finally:
        for function, code in before:
            function.__code__ = code


def _codes_without(module: ModuleType, places: set[Place]) -> dict[str, CodeType]:
    tree = ast.fix_missing_locations(_Without(places).visit(_tree(module)))
    compiled = compile(tree, inspect.getfile(module), "exec")
    return {found.co_name: found for found in compiled.co_consts if isinstance(found, CodeType)}


def _tree(module: ModuleType) -> ast.Module:
    tree: ast.Module = _WithCodes(module).visit(ast.parse(inspect.getsource(module)))
    return tree


def _short(module: ModuleType) -> str:
    scheme, _, name = module.__name__.removeprefix("broker.providers.").partition(".")
    return f"{scheme}.{name}" if scheme == "eherkenning" else name


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    return [node for node in tree.body if isinstance(node, ast.FunctionDef)]


def _sites_of(module: ModuleType, function: ast.FunctionDef) -> Iterator[Site]:
    sentence = (ast.get_docstring(function) or "").partition("\n")[0]
    for node in ast.walk(function):
        parts = () if function.name in _PICKING else _parts(node)
        for what, codes, place in (*_described(node), *parts):
            yield Site(_short(module), function.name, what, codes, sentence, place, ast.unparse(node))


def _described(node: ast.AST) -> Iterator[tuple[str, tuple[str, ...], Place]]:
    if isinstance(node, ast.Raise) and _callee(node.exc) in _REFUSALS:
        codes = _codes_of(node.exc)
        yield " ".join(codes) or "raise", codes, _place("raise", node)
    elif isinstance(node, ast.Expr) and _callee(node.value) not in {"", "present", *_NO_CHECKS}:
        codes = _codes_of(node.value) if _callee(node.value) == "demand" else ()
        yield " ".join(codes) or f"asks {_callee(node.value)}", codes, _place("call", node)
    elif isinstance(node, ast.Call) and _callee(node) == "present":
        yield " ".join(_codes_of(node)), _codes_of(node), _place("present", node)


def _parts(node: ast.AST) -> Iterator[tuple[str, tuple[str, ...], Place]]:
    """The parts of a condition that refuses, or of the answer of a predicate."""
    condition, codes = _condition(node)
    # Switching off must let more in: of a refusal that is one of its "or", of a demand one of its "and".
    loose = ast.Or if isinstance(node, ast.If) else ast.And
    if isinstance(condition, ast.BoolOp) and isinstance(condition.op, loose):
        for number, part in enumerate(condition.values):
            yield f"part `{ast.unparse(part)}`", codes, _place("part", condition, number)
    for inner in ast.walk(condition) if condition is not None else ():
        if isinstance(inner, ast.Compare) and len(inner.ops) > 1:
            for number in range(len(inner.ops)):
                left = ast.unparse([inner.left, *inner.comparators][number])
                right = ast.unparse(inner.comparators[number])
                yield f"border `{left}` to `{right}`", codes, _place("border", inner, number)


def _condition(node: ast.AST) -> tuple[ast.expr | None, tuple[str, ...]]:
    if isinstance(node, ast.If) and node.body and isinstance(node.body[0], ast.Raise):
        return node.test, _codes_of(node.body[0].exc)
    if isinstance(node, ast.Return) and isinstance(node.value, ast.BoolOp | ast.Compare):
        return node.value, ()
    if isinstance(node, ast.Expr) and _callee(node.value) == "demand" and isinstance(node.value, ast.Call):
        return next(word.value for word in node.value.keywords if word.arg == "that"), _codes_of(node.value)
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.BoolOp):
        return node.value, ()
    return _choice(node), ()


def _choice(node: ast.AST) -> ast.expr | None:
    """What decides in an expression: whether the value is taken, which ones are, and the word beside it."""
    if isinstance(node, ast.IfExp):
        return node.test
    if isinstance(node, ast.comprehension) and node.ifs:
        return node.ifs[0]
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and node.value.elts:
        return node.value.elts[-1]
    return None


class _WithCodes(ast.NodeTransformer):
    """The tree with codes in the place of the constants that hold them, which is the same to Python."""

    def __init__(self, module: ModuleType) -> None:
        self._codes = {name: value for name, value in vars(module).items() if isinstance(value, str)}

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A refusal whose code is a constant of the module."""
        code = node.args[0] if _callee(node) in _REFUSALS else None
        if isinstance(code, ast.Name) and code.id in self._codes:
            node.args[0] = ast.copy_location(ast.Constant(self._codes[code.id]), code)
        return self.generic_visit(node)


class _Without(ast.NodeTransformer):
    """The tree without the checks at these places."""

    def __init__(self, places: set[Place]) -> None:
        self._places = places

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Go down first, then change what stands here."""
        super().generic_visit(node)
        if isinstance(node, ast.Raise) and _place("raise", node) in self._places:
            return ast.copy_location(ast.Pass(), node)
        if isinstance(node, ast.Expr) and _place("call", node) in self._places:
            return ast.copy_location(ast.Pass(), node)
        if isinstance(node, ast.Call) and _place("present", node) in self._places:
            return node.args[0]
        if isinstance(node, ast.BoolOp):
            self._drop_parts(node)
        if isinstance(node, ast.Compare):
            return self._without_border(node)
        return node

    def _drop_parts(self, node: ast.BoolOp) -> None:
        neutral = isinstance(node.op, ast.And)
        for number in range(len(node.values)):
            if _place("part", node, number) in self._places:
                node.values[number] = ast.Constant(value=neutral)

    def _without_border(self, node: ast.Compare) -> ast.AST:
        sides = [node.left, *node.comparators]
        kept: list[ast.expr] = [
            ast.Compare(left=sides[number], ops=[operator], comparators=[sides[number + 1]])
            for number, operator in enumerate(node.ops)
            if _place("border", node, number) not in self._places
        ]
        if len(kept) == len(node.ops):
            return node
        return ast.copy_location(ast.BoolOp(op=ast.And(), values=[*kept, ast.Constant(value=True)]), node)


def _place(kind: str, node: ast.AST, part: int = 0) -> Place:
    return kind, getattr(node, "lineno", 0), getattr(node, "col_offset", 0), part


def _callee(node: ast.expr | None) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def _codes_of(node: ast.expr | None) -> tuple[str, ...]:
    """The code that a refusal names; every family's for the grammar, which is told its family."""
    if not isinstance(node, ast.Call):
        return ()
    position = 1 if _callee(node) == "present" else 0
    argument = node.args[position] if len(node.args) > position else None
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return (argument.value,)
    if isinstance(argument, ast.JoinedStr):
        last = argument.values[-1]
        if isinstance(last, ast.Constant):
            return (f"*{last.value!s}",)
    return ()

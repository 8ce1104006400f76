"""Small wrong changes to a module, each of which a test should notice.

What is left alone: docstrings, annotations, decorators, assertions, texts of several words (but for
SQL) and those of exceptions, f-strings, and blocks for Windows or for type checkers only.
"""

import ast
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).parents[2]
FOLDERS = ("core", "delivery", "journal", "api", "files", "settings")
"""What is tried, unless something else is asked for."""
_Words = tuple[str, str]

_COMPARISONS: dict[type[ast.cmpop], _Words] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}
_ARITHMETIC: dict[type[ast.operator], _Words] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
    ast.Pow: ("**", "*"),
    ast.BitOr: ("|", "&"),
    ast.BitAnd: ("&", "|"),
}
_FUNCTIONS = {"min": "max", "max": "min", "any": "all", "all": "any"}
_NOT_SWAPPED = {
    "min",
    "max",
    "isinstance",
    "issubclass",
    "cast",
    "partial",
    "TypeVar",
    "NewType",
}
_NEVER_HERE = {"TYPE_CHECKING", "sys.platform == 'win32'"}
_SQL = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|CREATE|PRAGMA|WHERE|WITH|BEGIN)\b")
_SQL_CHANGES = (
    (re.compile(r"\bAND\b"), "OR"),
    (re.compile(r"\bOR\b(?! (REPLACE|IGNORE))"), "AND"),
    (re.compile(r"\bIS NOT\b"), "IS"),
    (re.compile(r"\bNOT IN\b"), "IN"),
    (re.compile(r"\bmin\b"), "max"),
    (re.compile(r"\bmax\b"), "min"),
    (re.compile(r" DESC\b"), ""),
    (re.compile(r"(?<=ORDER BY )(?=\w+)"), "-"),
    (re.compile(r"(?<= )<(?= )"), "<="),
    (re.compile(r"(?<= )>(?= )"), ">="),
    (re.compile(r"(?<= )>=(?= )"), ">"),
    (re.compile(r"(?<= )<=(?= )"), "<"),
    (re.compile(r"(?<= )=(?= )"), "!="),
    (re.compile(r"\b0\b"), "1"),
    (re.compile(r"\b1\b"), "2"),
    (re.compile(r"\b(LEFT )JOIN"), "JOIN"),
)


class Change(NamedTuple):
    """A change as people write it down: the first line that differs, before and after."""

    file: str
    was: str
    now: str


@dataclass(frozen=True)
class Mutant:
    """One change to one file.

    Args:
        file: Its path from the project's root.
        text: The whole file with the change in it.
        line: The first line that differs, from 1.
        change: What it was and what it is.
        statement: The lines of the statement around it; a test that runs one may notice.
        at_import: Whether it is run when the module is loaded, not in a function.
    """

    file: str
    text: str
    line: int
    change: Change
    statement: range
    at_import: bool

    def compiles(self) -> bool:
        """Whether it is a program; if not, it says nothing about tests."""
        try:
            compile(self.text, "", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
        return True


def mutants_of(root: Path, path: Path) -> list[Mutant]:
    """All changes to one module, those that are no program included."""
    file, source = path.relative_to(root).as_posix(), path.read_bytes()
    finder = _Finder(source)
    finder.visit(ast.parse(source))
    before = source.decode().splitlines()
    mutants: dict[str, Mutant] = {}
    for start, end, by, place in finder.edits:
        text = (source[:start] + by.encode() + source[end:]).decode()
        pairs = zip(before, text.splitlines(), strict=False)
        line, (was, now) = next((n, pair) for n, pair in enumerate(pairs, 1) if pair[0] != pair[1])
        change = Change(file, was.strip(), now.strip())
        mutants[text] = Mutant(file, text, line, change, place.lines, place.function is None)
    return list(mutants.values())


class _Place(NamedTuple):
    lines: range = range(0)
    function: ast.FunctionDef | None = None
    is_raised: bool = False


class _Edit(NamedTuple):
    start: int
    end: int
    by: str
    place: _Place


class _Finder(ast.NodeVisitor):
    """Goes through a module and notes the edits, each a span of bytes and what comes there."""

    def __init__(self, source: bytes) -> None:
        self.edits: list[_Edit] = []
        self._source = source
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._place = _Place()

    def visit(self, node: ast.AST) -> None:
        """Note what can be changed in a node, and in those within it."""
        before = self._place
        if isinstance(node, ast.stmt):
            self._place = before._replace(lines=_own_lines(node))
        elif isinstance(node, ast.match_case):
            self._place = before._replace(lines=_lines(node.pattern))
        super().visit(node)
        self._place = before

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Of what stands before the body, the default values."""
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                self._place = self._place._replace(lines=_lines(default))
                self.visit(default)
        self._place = self._place._replace(function=node)
        self._visit_all(node.body)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Its body alone."""
        self._visit_all(node.body)

    def visit_Assert(self, node: ast.Assert) -> None:
        """Nothing: an assertion narrows a type."""

    def visit_Expr(self, node: ast.Expr) -> None:
        """A call left out; a docstring is no program."""
        if isinstance(node.value, ast.Call):
            self._replace(node, "pass")
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Something that is kept beyond the function left out."""
        if isinstance(node.targets[0], ast.Attribute | ast.Subscript):
            self._replace(node, "pass")
        if ast.unparse(node.targets[0]) != "__all__":
            self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """The value, not its type."""
        if node.value is not None:
            self.visit(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Left out, or the other way round."""
        self._replace(node, "pass")
        self._replace_operator(node.target, node.value, _ARITHMETIC.get(type(node.op)))
        self.generic_visit(node)

    def visit_Delete(self, node: ast.Delete) -> None:
        """Left out."""
        self._replace(node, "pass")
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        """Left out."""
        self._replace(node, "pass")
        self._place = self._place._replace(is_raised=True)
        self.generic_visit(node)

    def visit_Break(self, node: ast.Break) -> None:
        """Its counterpart."""
        self._replace(node, "continue")

    def visit_Continue(self, node: ast.Continue) -> None:
        """Its counterpart."""
        self._replace(node, "break")

    def visit_Return(self, node: ast.Return) -> None:
        """The opposite of a truth, and nothing instead of something."""
        if node.value is None:
            return
        if not isinstance(node.value, ast.Constant):
            returns = self._place.function and self._place.function.returns
            if not (isinstance(returns, ast.Name) and returns.id == "bool"):
                self._replace(node.value, "None")
            elif not isinstance(node.value, ast.Compare | ast.UnaryOp):
                self._negate(node.value)
        self.visit(node.value)

    def visit_If(self, node: ast.If) -> None:
        """The other branch, unless this one is for another system or type checkers."""
        if ast.unparse(node.test) in _NEVER_HERE:
            self._visit_all(node.orelse)
        else:
            self._negate(node.test)
            self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        """The opposite condition."""
        self._negate(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        """The other value."""
        self._negate(node.test)
        self.generic_visit(node)

    def visit_match_case(self, node: ast.match_case) -> None:
        """The opposite of its guard."""
        if node.guard:
            self._negate(node.guard)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        """The opposite of its conditions."""
        for test in node.ifs:
            self._negate(test)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        """Another bound, or the opposite."""
        sides = [node.left, *node.comparators]
        for left, right, op in zip(sides, sides[1:], node.ops, strict=False):
            self._replace_operator(left, right, _COMPARISONS[type(op)])
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        """`and` and `or`."""
        words = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in pairwise(node.values):
            self._replace_operator(left, right, words)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        """Without `not` or the sign."""
        if isinstance(node.op, ast.Not | ast.USub):
            self._replace(node, self._text(node.operand))
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        """Another operation; `|` outside of functions makes types."""
        is_type = isinstance(node.op, ast.BitOr) and self._place.function is None
        if not is_type and not any(map(_is_sequence, (node.left, node.right))):
            self._replace_operator(node.left, node.right, _ARITHMETIC.get(type(node.op)))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """The first two arguments swapped; nothing in a look for what a system may not have."""
        name = ast.unparse(node.func).rpartition(".")[2]
        if name == "getattr":
            return
        if len(node.args) > 1 and name not in _NOT_SWAPPED:
            first, second, *_ = node.args
            texts = self._text(first), self._text(second)
            if texts[0] != texts[1] and not any(text.startswith("*") for text in texts):
                start, end = self._span(first)[0], self._span(second)[1]
                between = self._source[self._span(first)[1] : self._span(second)[0]].decode()
                self._note(start, end, texts[1] + between + texts[0])
        self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> None:
        """The value; `strict=True` is an assertion."""
        if node.arg != "strict":
            self.visit(node.value)

    def visit_Name(self, node: ast.Name) -> None:
        """`min` and `max`, `any` and `all`."""
        if node.id in _FUNCTIONS:
            self._replace(node, _FUNCTIONS[node.id])

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """SQL; positions within an f-string are not known before Python 3.12."""
        self._change_sql(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        """Another value."""
        match node.value:
            case bool() as value:
                self._replace(node, str(not value))
            case int() as value:
                self._replace(node, str(value + 1))
            case float() as value:
                self._replace(node, repr(value * 2 or 1.0))
            case str() as value if _SQL.search(value):
                self._change_sql(node)
            case str() as value:
                if value and not self._place.is_raised and not re.search(r"\s", value.strip()):
                    self._replace(node, '"mutated"')

    def _visit_all(self, nodes: list[ast.stmt]) -> None:
        for node in nodes:
            self.visit(node)

    def _change_sql(self, node: ast.Constant | ast.JoinedStr) -> None:
        text = self._text(node)
        for pattern, by in _SQL_CHANGES if _SQL.search(text) else ():
            for found in pattern.finditer(text):
                start = self._span(node)[0] + len(text[: found.start()].encode())
                self._note(start, start + len(found[0].encode()), by)

    def _negate(self, test: ast.expr) -> None:
        """The opposite of a condition, unless another change amounts to it."""
        match test:
            case ast.Compare(ops=[ast.Lt() | ast.LtE() | ast.Gt() | ast.GtE()]):
                pass
            case ast.Compare(ops=[_]) | ast.UnaryOp(op=ast.Not()):
                return
        self._replace(test, f"(not ({self._text(test)}))")

    def _replace_operator(self, left: ast.expr, right: ast.expr, words: _Words | None) -> None:
        start, end = self._span(left)[1], self._span(right)[0]
        gap = self._source[start:end].decode()
        was, now = words or ("", "")
        if words and "#" not in gap and re.search(_spaced(was), gap):
            self._note(start, end, re.sub(_spaced(was), now, gap, count=1))

    def _replace(self, node: ast.expr | ast.stmt, by: str) -> None:
        self._note(*self._span(node), by)

    def _note(self, start: int, end: int, by: str) -> None:
        self.edits.append(_Edit(start, end, by, self._place))

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._starts[node.lineno - 1] + node.col_offset
        return start, self._starts[node.end_lineno - 1] + node.end_col_offset

    def _text(self, node: ast.expr | ast.stmt) -> str:
        start, end = self._span(node)
        return self._source[start:end].decode()


def _own_lines(node: ast.stmt) -> range:
    """The lines of a statement before the block that it heads, if it heads one."""
    match node:
        case ast.Match(cases=[first, *_]):
            return range(node.lineno, max(first.pattern.lineno, node.lineno + 1))
        case ast.If() | ast.While() | ast.For() | ast.With() | ast.Try():
            return range(node.lineno, max(node.body[0].lineno, node.lineno + 1))
    return _lines(node)


def _lines(node: ast.expr | ast.stmt | ast.pattern) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _is_sequence(node: ast.expr) -> bool:
    match node:
        case ast.JoinedStr() | ast.List() | ast.Tuple() | ast.Constant(value=str()):
            return True
    return False


def _spaced(words: str) -> str:
    return r"\s+".join(map(re.escape, words.split()))

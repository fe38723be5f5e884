"""Credit grade and credit limit by a rule table: each attribute gives points, the sum a grade, the grade a limit.

A scorecard as textbooks of consumer credit describe it (points of each attribute, added up), with the figures of the
bank's own table; there is no published one that every bank follows. The limit is the monthly income times the grade's
multiple, cut down to whole hundreds and to the grade's highest limit. A rule that refuses gives the lowest grade and no
limit, whatever the points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tellerline.routing.calculators.arithmetic import CalculationError, exact, rounded_down
from tellerline.routing.model.money import Money

_LIMIT_STEP = 100


@dataclass(frozen=True, slots=True)
class Words:
    """What people read."""

    zh: str
    en: str

    def said(self, *, english: bool) -> str:
        return self.en if english else self.zh


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Gives ``points`` to a choice of the name ``value``, or to a number of ``least`` and more."""

    condition: Words
    points: int
    value: str = ""
    least: Decimal | None = None
    refuses: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """``rules`` of a number are in the order of their bounds and begin with the lowest; ``unit`` is what it counts."""

    key: str
    name: Words
    rules: tuple[Rule, ...]
    unit: Words | None = None

    @property
    def is_number(self) -> bool:
        return self.unit is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """Given from ``least`` points on."""

    name: str
    least: int
    multiple: Decimal
    most: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditRules:
    """``grades`` from the best down; the last one is for anybody. ``income`` is the attribute that limits follow."""

    attributes: tuple[Attribute, ...]
    grades: tuple[Grade, ...]
    income: str


@dataclass(frozen=True, slots=True)
class Reason:
    """The rule that one attribute met."""

    attribute: Attribute
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """``reasons`` in the order of the table; their points add up to ``points``."""

    points: int
    grade: Grade
    limit: Money
    income: Decimal
    reasons: tuple[Reason, ...]

    @property
    def refused(self) -> bool:
        return any(reason.rule.refuses for reason in self.reasons)


@exact
def assess(rules: CreditRules, facts: Mapping[str, str]) -> Assessment:
    """``facts`` by attribute: the name of a choice, or a plain decimal. Raises ``CalculationError`` for one that is
    missing, unknown or no answer."""
    unknown = sorted(set(facts) - {attribute.key for attribute in rules.attributes})
    if unknown:
        raise CalculationError("facts.attribute", "unknown_attribute")
    reasons = tuple(Reason(each, _met(each, facts.get(each.key))) for each in rules.attributes)
    points = sum(reason.rule.points for reason in reasons)
    income = _number(facts[rules.income])
    refused = any(reason.rule.refuses for reason in reasons)
    earned = next((each for each in rules.grades if points >= each.least), rules.grades[-1])
    grade = rules.grades[-1] if refused else earned
    return Assessment(
        points=points,
        grade=grade,
        limit=Money(0, grade.most.currency) if refused else _limit(grade, income),
        income=income,
        reasons=reasons,
    )


def _met(attribute: Attribute, fact: str | None) -> Rule:
    if fact is None:
        raise CalculationError("facts", f"missing_{attribute.key}")
    if not attribute.is_number:
        met = [rule for rule in attribute.rules if rule.value == fact]
    else:
        number = _number(fact)
        met = [rule for rule in attribute.rules if rule.least is not None and rule.least <= number]
    if not met:
        raise CalculationError("facts.value", f"no_answer_to_{attribute.key}")
    return met[-1]


def _number(fact: str) -> Decimal:
    if len(fact) > 20 or not fact.isascii() or not fact.replace(".", "", 1).isdigit():
        raise CalculationError("facts.value", "not_a_number")
    return Decimal(fact)


def _limit(grade: Grade, income: Decimal) -> Money:
    whole = income * grade.multiple // _LIMIT_STEP * _LIMIT_STEP
    return rounded_down(min(whole, grade.most.decimal), grade.most.currency)

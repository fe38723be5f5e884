"""The credit score's rule table from TOML."""

from __future__ import annotations

from tellerline.routing.calculators.credit import Attribute, CreditRules, Grade, Rule
from tellerline.routing.information import cells
from tellerline.routing.tickets.tables import Table

_MOST_POINTS = 10_000


def read_credit_rules(table: Table) -> CreditRules:
    """``income``, ``[[attributes]]`` with ``choices`` or ``bands``, and ``[[grades]]``."""
    currency = cells.currency(table)
    attributes = table.tables("attributes", _attribute)
    cells.unique([attribute.key for attribute in attributes], table, "attributes")
    grades = table.tables("grades", lambda part: _grade(part, currency))
    points = [grade.least for grade in grades]
    if not grades or points != sorted(set(points), reverse=True):
        raise table.fail("grades", "must be there, from the most points down")
    income = table.text("income")
    if income not in {attribute.key for attribute in attributes if attribute.is_number}:
        raise table.fail("income", "must be an attribute with bands")
    return CreditRules(attributes=attributes, grades=grades, income=income)


def _attribute(table: Table) -> Attribute:
    key, name = cells.code(table, "key"), cells.words(table, "name")
    if "choices" in table.keys:
        rules = table.tables("choices", _choice)
        cells.unique([rule.value for rule in rules], table, "choices")
        unit = None
    else:
        rules, unit = table.tables("bands", _band), cells.words(table, "unit")
        bounds = [rule.least for rule in rules if rule.least is not None]
        if bounds != sorted(set(bounds)):
            raise table.fail("bands", "must be in the order of their bounds")
    if not rules:
        raise table.fail("bands", "there must be choices or bands")
    return Attribute(key=key, name=name, rules=rules, unit=unit)


def _choice(table: Table) -> Rule:
    return Rule(
        value=cells.code(table, "value"),
        condition=cells.words(table, "name"),
        points=_points(table, "points"),
        refuses=table.flag("refuses"),
    )


def _band(table: Table) -> Rule:
    return Rule(
        least=cells.decimal(table, "from", most="1000000000"),
        condition=cells.words(table, "name"),
        points=_points(table, "points"),
        refuses=table.flag("refuses"),
    )


def _grade(table: Table, currency: str) -> Grade:
    most = cells.optional_money(table, "most", currency)
    if most is None:
        raise table.fail("most", "must be an amount")
    return Grade(
        name=cells.code(table, "name"),
        least=_points(table, "from"),
        multiple=cells.decimal(table, "multiple", most="1000"),
        most=most,
    )


def _points(table: Table, key: str) -> int:
    points = table.number(key)
    if not -_MOST_POINTS <= points <= _MOST_POINTS:
        raise table.fail(key, f"must be from -{_MOST_POINTS} to {_MOST_POINTS}")
    return points

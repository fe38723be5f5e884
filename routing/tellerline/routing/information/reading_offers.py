"""Fees and products from TOML."""

from __future__ import annotations

from tellerline.routing.information import cells
from tellerline.routing.information.offers import Fee, Fees, Product, Products
from tellerline.routing.tickets.tables import Table


def read_fees(table: Table) -> Fees:
    """``[[fees]]``; the same code may stand there again with another ``effective``."""
    fees = table.tables("fees", _fee)
    cells.unique([f"{fee.code} {fee.effective}" for fee in fees], table, "fees")
    return Fees(fees)


def _fee(table: Table) -> Fee:
    currency = cells.currency(table) if "currency" in table.keys else "CNY"
    return Fee(
        code=cells.code(table),
        category=cells.code(table, "category"),
        name=cells.words(table, "name"),
        charge=cells.words(table, "charge"),
        effective=cells.day(table, "effective"),
        fixed=cells.optional_money(table, "fixed", currency),
        percent=cells.optional_decimal(table, "percent", most="100"),
        least=cells.optional_money(table, "least", currency),
        most=cells.optional_money(table, "most", currency),
    )


def read_products(table: Table) -> Products:
    """``[[products]]``."""
    products = table.tables("products", _product)
    cells.unique([product.code for product in products], table, "products")
    newest = sorted(sorted(products, key=lambda each: each.code), key=lambda each: each.start, reverse=True)
    return Products(tuple(newest))


def _product(table: Table) -> Product:
    product = Product(
        code=cells.code(table),
        category=cells.code(table, "category"),
        name=cells.words(table, "name"),
        summary=cells.words(table, "summary"),
        start=cells.day(table, "start"),
        end=cells.optional_day(table, "end"),
    )
    if product.end is not None and product.end < product.start:
        raise table.fail("end", "must not be before start")
    return product

"""Reading copybooks: layouts, conditions, and refusals that name the line."""

from __future__ import annotations

import pytest

from tellerline.adapters.copybook import Condition, CopybookError, Field, Group, Usage, parse_copybook

FIXED = """\
000100* ACCOUNT RECORD                                                  ACCT0001
000200 01  ACCOUNT-RECORD.                                              ACCT0002
000300     05  ACCOUNT-NUMBER        PIC X(10).                         ACCT0003
000400     05  STATUS-CODE           PIC X.                             ACCT0004
000500         88  ACTIVE            VALUE 'A'.                         ACCT0005
000600         88  BLOCKED           VALUES ARE 'B' 'L'.                ACCT0006
000700     05  FILLER                PIC X(3) VALUE SPACES.             ACCT0007
000800     05  BALANCE               PIC S9(7)V99 COMP-3.               ACCT0008
000900     05  LIMIT                 PIC S9(5)V9(2)                     ACCT0009
001000                           SIGN IS TRAILING SEPARATE CHARACTER.
001100/    A FORM FEED
001200     05  ENTRY-COUNT           PIC 99.
001300     05  ENTRIES OCCURS 0 TO 4 TIMES DEPENDING ON ENTRY-COUNT.
001400         10  ENTRY-DAY         PIC 9(8).
001500         10  ENTRY-AMOUNT      PIC S999V99 SIGN LEADING SEPARATE.
001600     05  TAGS                  PIC X(2) OCCURS 3.
"""


def only(text: str) -> Group:
    (record,) = parse_copybook(text).values()
    return record


def test_fields_lie_where_cobol_puts_them() -> None:
    record = only(FIXED)
    assert [(child.name, child.offset, child.length, child.occurs) for child in record.children] == [
        ("account_number", 0, 10, 1),
        ("status_code", 10, 1, 1),
        ("", 11, 3, 1),
        ("balance", 14, 5, 1),
        ("limit", 19, 8, 1),
        ("entry_count", 27, 2, 1),
        ("entries", 29, 14, 4),
        ("tags", 85, 2, 3),
    ]
    assert record.length == 91


def test_numbers_keep_their_digits_scale_and_sign() -> None:
    fields = dict(only(FIXED).fields())
    balance, limit, amount = fields["balance"], fields["limit"], fields["entries.entry_amount"]
    assert (balance.usage, balance.digits, balance.scale, balance.signed) == (Usage.PACKED, 9, 2, True)
    assert (limit.usage, limit.digits, limit.scale) == (Usage.TRAILING, 7, 2)
    assert (amount.usage, amount.offset, amount.length) == (Usage.LEADING, 8, 6)


def test_conditions_stay_with_their_field() -> None:
    status = only(FIXED).children[1]
    assert isinstance(status, Field)
    assert status.conditions == (
        Condition(name="active", values=("A",)),
        Condition(name="blocked", values=("B", "L")),
    )


def test_a_table_knows_what_it_depends_on() -> None:
    table = only(FIXED).children[6]
    assert isinstance(table, Group)
    assert (table.depending_on, table.occurs, table.table) == ("entry_count", 4, True)


def test_free_format_and_several_records_are_read() -> None:
    records = parse_copybook("01 A. 05 X PIC X(3). *> a comment\n01 B.\n  03 G.\n    07 N PIC 9(4)V9.\n  03 M PIC 9.")
    assert {name: record.length for name, record in records.items()} == {"a": 3, "b": 6}
    assert [name for name, _ in records["b"].fields()] == ["g.n", "m"]


def test_a_position_of_national_text_takes_two_bytes() -> None:
    record = only("01 R. 05 A PIC X. 05 B PIC N(8) USAGE IS NATIONAL. 05 C PIC NN. 05 D PIC 9.")
    assert [(child.name, child.offset, child.length) for child in record.children] == [
        ("a", 0, 1),
        ("b", 1, 16),
        ("c", 17, 4),
        ("d", 21, 1),
    ]
    assert record.children[1].usage is Usage.NATIONAL  # type: ignore[union-attr]


REFUSED = {
    "redefines": ("05 A PIC X(4).\n05 B REDEFINES A PIC 9(4).", 3, "REDEFINES is not supported"),
    "binary": ("05 A PIC 9(4) COMP.", 2, "binary usage"),
    "usage binary": ("05 A PIC 9(4) USAGE IS BINARY.", 2, "binary usage"),
    "overpunch": ("05 A PIC S9(4).", 2, "SIGN LEADING SEPARATE"),
    "sign without s": ("05 A PIC 9(4) SIGN LEADING SEPARATE.", 2, "SIGN needs"),
    "packed text": ("05 A PIC X(4) COMP-3.", 2, "text has no usage"),
    "packed national text": ("05 A PIC N(4) COMP-3.", 2, "text has no usage"),
    "national characters": ("05 A PIC X(4) USAGE NATIONAL.", 2, "text has no usage"),
    "national digits": ("05 A PIC 9(4) USAGE NATIONAL.", 2, "national digits"),
    "mixed text": ("05 A PIC XN.", 2, "not understood"),
    "edited": ("05 A PIC Z(4)9.", 2, "not understood"),
    "no picture": ("05 A.", 2, "needs a picture"),
    "bad level": ("05 A PIC X.\n60 B PIC X.", 3, "level 60"),
    "uneven levels": ("05 A.\n 10 B PIC X.\n 07 C PIC X.", 4, "among levels 10"),
    "below a picture": ("05 A PIC X.\n10 B PIC X.", 3, "has items below"),
    "twice": ("05 A PIC X.\n05 A PIC X.", 3, "described twice"),
    "unknown count": ("05 T OCCURS 3 DEPENDING ON N PIC X.", 2, "N is no unsigned number"),
    "range": ("05 A PIC 9.\n 88 LOW VALUE 1 THRU 4.", 3, "range"),
    "too many digits": ("05 A PIC 9(32).", 2, "more than 31"),
    "unknown word": ("05 A PIC X NONSENSE.", 2, "NONSENSE is not understood"),
    "no full stop": ("05 A PIC X", 2, "full stop"),
    "cut clause": ("05 A PIC.", 2, "middle of a clause"),
    "no name": ("05 A_B PIC X.", 2, "not a data name"),
    "synchronized": ("05 A PIC 9 SYNC.", 2, "SYNCHRONIZED"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_supported_is_refused_by_line(case: str) -> None:
    body, line, why = REFUSED[case]
    with pytest.raises(CopybookError, match=why) as caught:
        parse_copybook(f"01 R.\n{body}")
    assert caught.value.line == line


@pytest.mark.parametrize("text", ["", "* nothing", "05 A PIC X.", "01 R PIC X.", "01 R OCCURS 2. 05 A PIC X.", "x."])
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(CopybookError):
        parse_copybook(text)


def test_two_records_of_one_name_are_refused() -> None:
    with pytest.raises(CopybookError, match="described twice"):
        parse_copybook("01 R. 05 A PIC X. 01 R. 05 A PIC X.")

"""Who sends the bills: one fictional agency for each kind."""

from __future__ import annotations

from dataclasses import dataclass

CURRENCY = "CNY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """``late_ppm`` is charged on the amount for each day behind the due date; bills are due on ``due_day``.

    ``prefix`` begins its subscribers' numbers, none of which is anybody's. ``least`` and ``most`` are usual monthly
    amounts in fen; of a hundred customers, ``share`` subscribe.
    """

    kind: str
    name: str
    prefix: str
    due_day: int
    late_ppm: int
    least: int
    most: int
    share: int

    @property
    def account(self) -> str:
        """What the agency has been paid, in the host's ledger."""
        return f"AGENCY-{self.kind}-{CURRENCY}"


AGENCIES = {
    agency.kind: agency
    for agency in (
        Agency(
            kind="TELEPHONE",
            name="星湖电话局",
            prefix="0000",
            due_day=25,
            late_ppm=3_000,
            least=18_00,
            most=90_00,
            share=20,
        ),
        Agency(
            kind="MOBILE",
            name="远声移动通信",
            prefix="1200",
            due_day=15,
            late_ppm=3_000,
            least=19_00,
            most=299_00,
            share=95,
        ),
        Agency(
            kind="WATER",
            name="星湖自来水公司",
            prefix="3300",
            due_day=20,
            late_ppm=500,
            least=12_00,
            most=160_00,
            share=80,
        ),
        Agency(
            kind="ELECTRICITY",
            name="星湖供电公司",
            prefix="5500",
            due_day=20,
            late_ppm=1_000,
            least=35_00,
            most=680_00,
            share=90,
        ),
        Agency(
            kind="GAS",
            name="星湖燃气公司",
            prefix="7700",
            due_day=28,
            late_ppm=500,
            least=9_00,
            most=240_00,
            share=60,
        ),
        Agency(
            kind="INTERNET",
            name="蓝桥宽带",
            prefix="8800",
            due_day=10,
            late_ppm=3_000,
            least=49_00,
            most=199_00,
            share=65,
        ),
    )
}

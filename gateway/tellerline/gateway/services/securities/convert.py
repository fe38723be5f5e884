"""Securities: messages of the contract ⇄ the model."""

from __future__ import annotations

from tellerline.adapters.telemetry import mask_number
from tellerline.api.common.v1.transaction_pb2 import TransactionInfo
from tellerline.api.securities.v1 import securities_pb2 as pb
from tellerline.gateway.services.enums import EnumPair
from tellerline.gateway.services.refusals import checked_text, invalid
from tellerline.gateway.services.values import (
    date_from_proto,
    date_to_proto,
    iso_instant_to_proto,
    money_from_proto,
    money_to_proto,
    set_money,
)
from tellerline.routing.model.codes import Code
from tellerline.routing.model.securities import (
    AllotmentNumbers,
    AllotmentStatus,
    Board,
    FundsBalance,
    FundsTransferred,
    Holding,
    ListTrades,
    Order,
    OrderStatus,
    PlaceOrder,
    Quote,
    QuoteStatus,
    Side,
    Trade,
)

BOARDS = EnumPair(pb.Quote.Board.DESCRIPTOR, "BOARD_", Board)
QUOTE_STATES = EnumPair(pb.Quote.State.DESCRIPTOR, "STATE_", QuoteStatus)
SIDES = EnumPair(pb.Order.Side.DESCRIPTOR, "SIDE_", Side)
ORDER_STATES = EnumPair(pb.Order.State.DESCRIPTOR, "STATE_", OrderStatus)
ALLOTMENT_STATES = EnumPair(pb.AllotmentNumbers.State.DESCRIPTOR, "STATE_", AllotmentStatus)
_CODE = 6


def quote_to_proto(quote: Quote) -> pb.Quote:
    proto = pb.Quote(
        name=f"quotes/{quote.security}",
        display_name=quote.name,
        board=BOARDS.to_proto(quote.board),
        state=QUOTE_STATES.to_proto(quote.status),
        volume=quote.volume,
        read_time=iso_instant_to_proto(quote.as_of),
    )
    set_money(proto.previous_close_amount, quote.previous_close)
    set_money(proto.last_amount, quote.last)
    set_money(proto.high_amount, quote.high)
    set_money(proto.low_amount, quote.low)
    set_money(proto.lower_limit_amount, quote.lower_limit)
    set_money(proto.upper_limit_amount, quote.upper_limit)
    set_money(proto.turnover_amount, quote.turnover)
    for add, levels in ((proto.bids.add, quote.bids), (proto.asks.add, quote.asks)):
        for level in levels:
            set_money(add(quantity=level.quantity).price_amount, level.price)
    return proto


def holding_to_proto(holding: Holding, parent: str) -> pb.Holding:
    return pb.Holding(
        name=f"{parent}/holdings/{holding.security}",
        security_display_name=holding.name,
        quantity=holding.quantity,
        sellable_quantity=holding.sellable,
        frozen_quantity=holding.frozen,
        market_price_amount=money_to_proto(holding.market_price),
        market_value_amount=money_to_proto(holding.market_value),
    )


def funds_to_proto(funds: FundsBalance, name: str, *, last_known: bool = False) -> pb.FundsBalance:
    return pb.FundsBalance(
        name=name,
        masked_securities_account_number=mask_number(funds.securities_account),
        balance_amount=money_to_proto(funds.balance),
        frozen_amount=money_to_proto(funds.frozen),
        available_amount=money_to_proto(funds.available),
        withdrawable_amount=money_to_proto(funds.withdrawable),
        read_time=iso_instant_to_proto(funds.as_of),
        last_known=last_known,
    )


def order_command(order: pb.Order, account: str) -> PlaceOrder:
    if order.quantity <= 0:
        raise invalid("order.quantity", "not_positive", Code.INVALID_QUANTITY)
    return PlaceOrder(
        account=account,
        security=checked_text(order.security, "order.security", _CODE, required=True),
        side=SIDES.from_proto(order.side, "order.side"),
        price=money_from_proto(order.price_amount, "order.price_amount"),
        quantity=order.quantity,
    )


def order_to_proto(order: Order, parent: str) -> pb.Order:
    return pb.Order(
        name=f"{parent}/orders/{order.order}",
        security=order.security,
        security_display_name=order.name,
        side=SIDES.to_proto(order.side),
        price_amount=money_to_proto(order.price),
        quantity=order.quantity,
        filled_quantity=order.filled,
        filled_amount=money_to_proto(order.filled_amount),
        fee_amount=money_to_proto(order.fees),
        state=ORDER_STATES.to_proto(order.status),
        place_time=iso_instant_to_proto(order.placed_at),
    )


def trades_command(request: pb.ListTradesRequest, account: str, *, after: str, limit: int) -> ListTrades:
    """Both dates or neither; a period that ends before it begins is refused."""
    if request.HasField("start_date") != request.HasField("end_date"):
        raise invalid("end_date" if request.HasField("start_date") else "start_date", "missing")
    first = last = ""
    if request.HasField("start_date"):
        first, last = date_from_proto(request.start_date, "start_date"), date_from_proto(request.end_date, "end_date")
    if last < first:
        raise invalid("end_date", "before_start_date")
    return ListTrades(account=account, from_date=first, to_date=last, after_trade=after, limit=limit)


def trade_to_proto(trade: Trade, parent: str) -> pb.Trade:
    return pb.Trade(
        name=f"{parent}/trades/{trade.trade}",
        order=f"{parent}/orders/{trade.order}",
        security=trade.security,
        security_display_name=trade.name,
        side=SIDES.to_proto(trade.side),
        price_amount=money_to_proto(trade.price),
        quantity=trade.quantity,
        traded_amount=money_to_proto(trade.amount),
        fee_amount=money_to_proto(trade.fees),
        trade_time=iso_instant_to_proto(trade.traded_at),
    )


def allotment_to_proto(allotment: AllotmentNumbers, parent: str) -> pb.AllotmentNumbers:
    return pb.AllotmentNumbers(
        name=f"{parent}/allotmentNumbers/{allotment.first_number}",
        security=allotment.security,
        security_display_name=allotment.name,
        first_number=allotment.first_number,
        count=allotment.count,
        subscribe_date=date_to_proto(allotment.subscribed_on),
        draw_date=date_to_proto(allotment.drawn_on),
        won_count=allotment.won,
        state=ALLOTMENT_STATES.to_proto(allotment.status),
    )


def to_securities_to_proto(moved: FundsTransferred | None, info: TransactionInfo) -> pb.TransferToSecuritiesResponse:
    return pb.TransferToSecuritiesResponse(
        bank_balance_amount=money_to_proto(moved.bank_balance) if moved else None,
        funds_balance_amount=money_to_proto(moved.funds_balance) if moved else None,
        book_time=iso_instant_to_proto(moved.booked_at) if moved else None,
        transaction=info,
    )


def to_bank_to_proto(moved: FundsTransferred | None, info: TransactionInfo) -> pb.TransferToBankResponse:
    return pb.TransferToBankResponse(
        bank_balance_amount=money_to_proto(moved.bank_balance) if moved else None,
        funds_balance_amount=money_to_proto(moved.funds_balance) if moved else None,
        book_time=iso_instant_to_proto(moved.booked_at) if moved else None,
        transaction=info,
    )

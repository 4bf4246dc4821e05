'''The faults of the mock: servers that break one rule each, to prove that the suite can tell.

`FAULTS` maps names to `mock_server.injection.Fault`. A fault is switched on by the base path: a client of
`http://127.0.0.1:PORT/x/two-orders` talks to a fresh shop that has this fault and is healthy otherwise;
`/x/one+two` has both; `/x/one@7` is one more fresh shop with the fault `one`.

How to add one
--------------
Put an entry into the list FAULTS of the chapter's module: a name, the requirement it breaks, what a client sees, how.

    fault(
        "quantity-stops-at-three", "QTY-SET", "more than three become three, silently",
        before("apply_quantity", assign(quantity=3), on=QUANTITY, when=quantity_above(3)),
    ),

How: the steps of a request (`mock_server.http.routes.STEPS_OF` has the order; a step runs others by name) are the seams.
`around(step, by)` wraps any of them; `skip`, `tolerate`, `refuse`, `before`, `after` are the usual ways to. The rest
of `mock_server.injection` are short cuts: `edit`, `put`, `drop`, `add` (cents), `header`, `respond` on the answer; `restatus`,
`reid`, `pretend` on refusals; `ignore`, `store`, `shown`, `shown_not_kept`, `kept_not_shown`, `refused_yet_applied`,
`applied_elsewhere` on what is stored; `rebill` and `stale` on the bill; `lost_update` on two at once.

    skip("state", on=OPTION, when=phase(PAID) & nth(2))            # the second option change after payment goes through
    skip("session_marketplace", on=PLACE)                          # paying from another marketplace works
    tolerate("field", on=INITIATE, when=field("city"))             # an address without a city passes
    refused_yet_applied("state", to="order", on=QUANTITY)          # 15021, and yet the order has another quantity
    add("pricingSummary.total", 1, on=READ, when=lines(3))         # a cent too much from three lines on
    after("unit", lambda call, price, line: price - 1 if line.quantity > 3 else None, on=SHOWN)
    *[fault(f"no-{field}", "SESSION-FIELDS", f"lines have no {field}", drop(…, on=READ)) for field in ALWAYS]

The steps, with their arguments after `call`:

    gate      route · grant, client, scopes(wanted) · token, token_age(grant), token_scope(grant) · media_type · json ·
              marketplace · stub
    guards    session · app · session_marketplace · state · lines · order · order_app
    body      body · body_initiate(data), body_quantity(data), … · field(field, value) · max_lines(count) · supply ·
              remove(item, others) · item(item) · quantity(item, quantity), limit, stock, lot(item, quantity) ·
              line(id) · option(id) · address(data, at) · length(path, text, most) · characters(path, text) ·
              sanction(country) · domestic(country) · doubt(address) · one_coupon · coupon(code) ·
              coupon_applied(code) · terms(term)
    change    goods · payment · apply, apply_initiate, apply_quantity, … · new_id(kind)
    money     bill(cart) · row(line) · unit(line) · promotions(row) · fees(line) · delivery(line, option) ·
              imports(line, option) · adjustment(line) · shares(cart, rows) · tax(cart, row)
    shown     view · session_view, order_view, placed_view, token_view · line_view(cart, row) ·
              order_line_view(cart, row) · option_view(cart, row, option) · summary_view(cart, bill) · payment_status ·
              amount(minor, market)
    whole     call · refusal(refusal) · answer(answer)

Conditions (`when=`, combined by `&`, `|`, `~`) are in `mock_server.injection.conditions`: in_market, nth, from_nth, every,
lines, coupon, after_op, just_after, after_refused, next_read, asks, sends, quantity_above, phase, emptied, other_option,
line_at, sells, field, refused, accepted, error, at_once. A count that stands last counts only where the others hold:
`coupon & nth(2)`; make one for each effect. `since`, `plenty` and `odd_session` (`mock_server.injection.lasting`) hold for the
answer to a change and for every later read alike, so that an amount that they change is wrong, not unsteady.

`also=` names further requirements whose sentence the same breach is against. The kind (`mock_server.injection.KINDS`) comes from
the condition or the combinator; `kind=` says it where they do not. The tests hold a long conversation with a shop that
has the fault and with a healthy one: a fault that changes nothing in it fails there, and then
`tests/mock/situations.py` needs the situation in which it shows.
'''

from mock_server.faults import (
    address_shipping,
    coupons,
    line_items,
    marketplace,
    money,
    payment,
    protocol,
    sessions,
)
from mock_server.injection.core import collect

FAULTS = collect({
    "sessions": sessions.FAULTS,
    "marketplace": marketplace.FAULTS,
    "line_items": line_items.FAULTS,
    "address_shipping": address_shipping.FAULTS,
    "coupons": coupons.FAULTS,
    "money": money.FAULTS,
    "payment": payment.FAULTS,
    "protocol": protocol.FAULTS,
})

'''Faults: servers that break one requirement each, to prove that the suite notices.

`FAULTS` maps names to `mock_server.injection.Fault`. The base path selects a fault: `http://127.0.0.1:PORT/x/two-orders`
is a fresh shop with this fault, healthy otherwise. `/x/NAME+NAME` has both; `/x/NAME@7` is a further fresh shop;
`/x/NAME~lines=two~coupon=good` acts only under these conditions (`python -m mock_server --list-conditions`).

How to add a fault
------------------
Add an entry to the list FAULTS of a module of its chapter: name, requirement, what a client sees, effects.

    fault(
        "quantity-stops-at-three", "QTY-SET", "more than three become three, silently",
        before("apply_quantity", assign(quantity=3), on=QUANTITY, when=quantity_above(3)),
    ),

An effect wraps a step of the request. `mock_server.http.routes.STEPS_OF` has the order of the steps; a step runs others
by name. `wrap(step, replacement)` wraps any step. `skip`, `tolerate`, `refuse`, `before`, `after` are the usual ways. More:

    on the response      edit, put, drop, add (cents), header, respond
    on refusals          change_status, change_error_id, report_success
    on what is stored    ignore, store, shown, shown_not_kept, kept_not_shown, refused_yet_applied, applied_elsewhere
    on the amounts       rebill, stale
    on two at once       lost_update

    skip("state", on=OPTION, when=phase(PAID) & nth(2))       # the second change of option after payment is accepted
    skip("session_marketplace", on=PLACE)                     # paying from another marketplace works
    tolerate("field", on=INITIATE, when=field("city"))        # an address without a city is accepted
    refused_yet_applied("state", to="order", on=QUANTITY)     # 15021, and yet the order has another quantity
    add("pricingSummary.total", 1, on=READ, when=lines(3))    # a cent too much from three lines on
    after("unit", lambda call, price, line: price - 1 if line.quantity > 3 else None, on=SHOWN)
    *[fault(f"no-{name}", "SESSION-FIELDS", f"lines have no {name}", drop(…, on=READ)) for name in ALWAYS]

The steps, with their arguments after `call`:

    gate      route · grant, client, scopes(names) · token, token_age(grant), token_scope(grant) · media_type · json ·
              marketplace · stub
    guards    session · app · session_marketplace · state · lines · order · order_app
    body      body · body_initiate(data), body_quantity(data), … · field(field, value) · max_lines(count) · supply ·
              remove(item, others) · item(item) · quantity(item, quantity), limit, stock, lot(item, quantity) ·
              line(id) · option(id) · address(data, prefix) · length(path, text, most) · characters(path, text) ·
              sanction(country) · domestic(country) · doubt(address) · single_coupon · coupon(code) ·
              coupon_applied(code) · terms(term)
    change    goods · payment · apply, apply_initiate, apply_quantity, … · new_id(kind)
    money     bill(cart) · row(line) · unit(line) · promotions(row) · fees(line) · delivery(line, option) ·
              imports(line, option) · adjustment(line) · shares(cart, rows) · tax(cart, row)
    shown     view · session_view, order_view, placed_view, token_view · line_view(cart, row) ·
              order_line_view(cart, row) · option_view(cart, row, option) · summary_view(cart, bill) · payment_status ·
              amount(minor, market)
    whole     call · refusal(refusal) · response(response)

Conditions (`when=`) are in `mock_server.injection.conditions` and combine by `&`, `|`, `~`. A count that stands last
counts only where the others hold: `coupon & nth(2)`. Make a new count for each effect. `since`, `large_quantity` and
`alternate_sessions` hold for the answer to a change and for later reads alike: an amount is wrong, not unsteady.

`also=` names further requirements that the same breach is against. The kind (`mock_server.injection.KINDS`) comes from the
condition or the combinator; `kind=` overrides it. A test compares a shop with the fault and a healthy shop in a
conversation. A fault that changes nothing there needs its situation in `devtools/conversation/hidden_faults.py`.
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

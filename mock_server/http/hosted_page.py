"""The hosted way to pay, after the vendor's integration guide: a button script, and a page that has the button.

`/sdk/js?locale=&token=&sessionid=` is the script; it gives `window.ebaypay.Button`. Here the pay window is a dialog in the
same page: pay with a good card, pay with one that is declined, or cancel. `/checkout?token=&sessionid=` is a page for a
person. `token` is the X-EBAY-SECURITY-SIGNATURE of the session.
"""

from __future__ import annotations

import hmac
import json
from typing import Any
from urllib.parse import unquote

from mock_server.domain.errors import Refusal
from mock_server.domain.operations import PLACE
from mock_server.domain.shop import Call, Request, Response, Shop
from mock_server.domain.state import DECLINED

OPEN = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
SCRIPT = """
(() => {
  const root = document.currentScript.src.split("/sdk/js")[0];
  const make = (name, id, text, parent) => {
    const made = document.createElement(name);
    made.id = id;
    made.textContent = text;
    return parent.appendChild(made);
  };
  class Button {
    constructor({token, sessionId, paymentActions}) {
      this.token = token;
      this.session = sessionId;
      this.actions = paymentActions;
    }
    render(selector) {
      const place = document.querySelector(selector);
      make("button", "checkout-with-ebay", "Checkout with eBay", place).onclick = () => this.open(place);
    }
    open(place) {
      const box = make("div", "pay-window", "", place);
      const ways = [["pay", "Pay", "good"], ["decline", "Pay with a declined card", "declined"], ["cancel", "Cancel", null]];
      for (const [id, text, card] of ways)
        make("button", id, text, box).onclick = () => { box.remove(); this.end(card); };
    }
    async end(card) {
      if (card === null) return this.actions.onCancel({sessionid: this.session});
      try {
        const sent = JSON.stringify({token: this.token, sessionid: this.session, card});
        const answer = await fetch(`${root}/checkout/pay`, {method: "POST", body: sent});
        const body = await answer.json();
        if (!answer.ok) throw new Error(body.errors[0].message);
        this.actions.onSuccess(body);
      } catch (error) { this.actions.onError(error); }
    }
  }
  window.ebaypay = {Button};
})();
"""
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Checkout</title>
<h1>Checkout</h1><div id="checkout"></div><p><output id="outcome"></output></p>
<script src="sdk/js"></script>
<script>
const given = new URLSearchParams(location.search);
const show = (kind) => (data) => {
  document.getElementById("outcome").textContent = kind + " " + (data instanceof Error ? data.message : JSON.stringify(data));
};
new window.ebaypay.Button({
  token: encodeURIComponent(given.get("token") || ""), sessionId: given.get("sessionid") || "",
  paymentActions: {onSuccess: show("success"), onError: show("error"), onCancel: show("cancel")},
}).render("#checkout");
</script></html>
"""


def hosted(shop: Shop, method: str, path: tuple[str, ...], body: bytes) -> Response | None:
    """The answer to a request of the pay page; None if the request is none of its."""
    match method, path:
        case "GET", ("sdk", "js"):
            return Response(200, SCRIPT.encode(), OPEN | {"Content-Type": "text/javascript; charset=utf-8"})
        case "GET", ("checkout",):
            return Response(200, PAGE.encode(), OPEN | {"Content-Type": "text/html; charset=utf-8"})
        case "POST", ("checkout", "pay"):
            return _pay(shop, body)
    return None


def _pay(shop: Shop, body: bytes) -> Response:
    try:
        given: Any = json.loads(body)
        token, name, card = unquote(str(given["token"])), str(given["sessionid"]), given.get("card")
    except (ValueError, KeyError, TypeError, AttributeError):
        return Response(400, Refusal(2004).body, OPEN)
    session = shop.sessions.get(name)
    if session is None or not hmac.compare_digest(token.encode(), session.signature.encode()):
        return Response(403, Refusal(1100).body, OPEN)
    call = Call(shop, Request("POST", ("checkout", "pay"), {}), PLACE, name, session.app)
    call.session, call.cart, call.market = session, session.cart, session.cart.market
    try:
        for step in ("state", "lines", "payment"):
            call.run(step)
        if card == "declined":
            session.phase, session.declined = DECLINED, 15023
            raise Refusal(15023)
        call.run("apply_place")
    except Refusal as refusal:
        return Response(refusal.status, refusal.body, OPEN)
    assert call.order is not None
    return Response(200, {"purchaseOrderId": call.order.id, "purchaseStatus": "PAID"}, OPEN)

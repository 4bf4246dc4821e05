"""GET {base}/catalogue: what the mock sells and offers, by role, as JSON or, for a browser, as a page."""

from __future__ import annotations

import html

from mock_server.catalogue.addresses import FOREIGN, GOOD, OTHER, SANCTIONED_COUNTRIES, UNVERIFIABLE
from mock_server.catalogue.goods import APPS, BUYERS, COUPONS, EXPIRED_TOKENS, OTHER_SCOPE, SCOPE, UNKNOWN_COUPON
from mock_server.catalogue.model import AMPLE, Item, Marketplace, decimal
from mock_server.catalogue.profile import coupons as coupons_by_role
from mock_server.domain.errors import JSON
from mock_server.domain.operations import OPERATIONS
from mock_server.domain.shop import Response, Shop
from mock_server.http.stubs import DOCUMENTED, PREFIX, STUBS

CHOICES = [
    "What is absent or empty where it is required is 15001; another type or form is 15002.",
    "An itemId of no listing is 15018.",
    "The same itemId twice is one line with the sum.",
    "More than one buyer may take is 15012, more than is in stock 15013, not a multiple of the lot 15014.",
    "A session without lines can be read; changes and payment are 15019.",
    "A session knows its checks in this order: token, media type, JSON, marketplace, session (15003), app (15025), its "
    "marketplace (15029), state, lines, body.",
    "After payment changes are 15021; placing again shows the same order with warning 15006. The session can be read.",
    "After a declined payment changes are 15032 and placing is declined again. The session can be read.",
    "A new address replaces the old one wholly. Control characters and < > are 17002. EBAY_US needs a state of two "
    "characters; EBAY_HK needs no postal code.",
    "A coupon whose condition does not hold any more stays on the cart and saves nothing. A second one is 16001.",
    "Delivery and import charges count per line, fees per piece; tax comes after discounts. Amounts have two decimals.",
    "Paying uses nothing up: stock, limits and coupons are the same for the next session.",
    "The 20,000 latest sessions and orders are kept.",
]


# Of an item that is no plain one: what buying it brings.
TRAITS = ("limit", "lot", "refused", "removed", "warned", "at_payment", "unpaid")


def _item(item: Item, market: Marketplace) -> JSON:
    has = [
        name
        for name, there in {
            "promotion": item.promotions,
            "fee": item.fees,
            "adjustment": item.adjustment,
            "untaxed": not item.taxed,
            "delivery discount": any(option.discount for option in item.options),
            "import charges": item.abroad,
            "authenticity": item.authentic,
        }.items()
        if there
    ]
    shown: JSON = {
        "item": item.id,
        "role": item.role,
        "title": item.title,
        "price": decimal(item.price, market.decimals),
        "category": item.category,
        "seller": item.seller,
        "options": len(item.options),
        "has": has,
    }
    for trait in TRAITS:
        if getattr(item, trait):
            shown[trait] = getattr(item, trait)
    if item.stock != AMPLE:
        shown["stock"] = item.stock
    return shown


def catalogue(shop: Shop, base: str) -> JSON:
    return {
        "base_url": base,
        "token_url": f"{base}/identity/v1/oauth2/token",
        "apps": [
            {
                "client_id": app,
                "client_secret": secret,
                "expired_token": next(token for token, owner in EXPIRED_TOKENS.items() if owner == app),
            }
            for app, secret in APPS.items()
        ],
        "scope": SCOPE,
        "other_scope": OTHER_SCOPE,
        "max_line_items": shop.settings.max_line_items,
        "choices": CHOICES,
        "buyers": {"good": "any address but these", "declined": BUYERS},
        "coupons": {
            "roles": coupons_by_role(),
            "terms": {
                coupon.code: {
                    name: value
                    for name, value in (
                        ("off", decimal(coupon.value, 2) if coupon.value else ""),
                        ("percent", coupon.percent / 100 if coupon.percent else ""),
                        ("category", coupon.category),
                        ("minimum", decimal(coupon.minimum, 2) if coupon.minimum else ""),
                        ("error", coupon.refused or coupon.error),
                    )
                    if value
                }
                for coupon in COUPONS.values()
            }
            | {UNKNOWN_COUPON: {"error": 16002}},
        },
        "negative_testing": {
            "use": f"{PREFIX}NAME as session id, or as itemId in initiate; {PREFIX}<id> for any id of the operation",
            "names": {name: {"error": error, "operations": list(where)} for name, (error, where) in STUBS.items()},
            "ids": {operation: sorted(DOCUMENTED[operation]) for operation in OPERATIONS},
        },
        "marketplaces": {
            name: {
                "currency": market.currency,
                "country": market.country,
                "address_line_length": market.line_length,
                "tax": None
                if market.tax is None
                else {
                    "type": market.tax.kind,
                    "percent": market.tax.rate / 100,
                    "included": market.tax.included,
                },
                "address": GOOD.get(name),
                "other_address": OTHER.get(name),
                "unverifiable_address": UNVERIFIABLE.get(name),
                "foreign_countries": FOREIGN.get(name),
                "sanctioned_countries": SANCTIONED_COUNTRIES,
                "items": [_item(item, market) for item in shop.items[name].values()],
            }
            for name, market in shop.marketplaces.items()
        },
    }


def response(shop: Shop, base: str, accept: str) -> Response:
    body = catalogue(shop, base)
    if "text/html" in accept:
        return Response(200, page(body).encode(), {"Content-Type": "text/html; charset=utf-8"})
    return Response(200, body)


_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.2rem .6rem;border-bottom:1px solid #8884;"
    "vertical-align:top}code{font-size:.92em}details{margin:.6rem 0}summary{cursor:pointer;font-weight:600}"
    ".wide{overflow-x:auto}"
)


def _table(head: list[str], rows: list[list[object]]) -> str:
    def cells(tag: str, row: list[object]) -> str:
        return "".join(f"<{tag}>{html.escape(str(cell))}</{tag}>" for cell in row)

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{cells("th", list(head))}</tr>{body}</table></div>'


def _market(name: str, market: JSON) -> str:
    rows: list[list[object]] = []
    for item in market["items"]:
        traits = [f"{trait} {item[trait]}" for trait in (*TRAITS, "stock") if trait in item]
        rows.append(
            [
                item["item"],
                item["title"],
                item["price"],
                item["category"],
                item["seller"],
                item["options"],
                ", ".join(item["has"] + traits),
            ]
        )
    table = _table(["item", "title", "price", "category", "seller", "options", "peculiarities"], rows)
    address = html.escape(str(market["address"]))
    return (
        f"<details><summary>{name}: {market['currency']}, {len(rows)} items</summary>"
        f"<p>An address: <code>{address}</code></p>{table}</details>"
    )


def page(body: JSON) -> str:
    """The catalogue for people; one page, nothing fetched from elsewhere."""
    apps = _table(["client id", "secret", "expired token"], [list(app.values()) for app in body["apps"]])
    buyers = _table(["contactEmail", "payment ends with"], [list(row) for row in body["buyers"]["declined"].items()])
    coupons = _table(
        ["code", "terms"],
        [
            [code, ", ".join(f"{name} {value}" for name, value in terms.items())]
            for code, terms in body["coupons"]["terms"].items()
        ],
    )
    stubs = _table(
        ["name", "id", "operations"],
        [
            [PREFIX + name, stub["error"], ", ".join(stub["operations"])]
            for name, stub in body["negative_testing"]["names"].items()
        ],
    )
    choices = "".join(f"<li>{html.escape(choice)}</li>" for choice in body["choices"])
    markets = "".join(_market(name, market) for name, market in body["marketplaces"].items())
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Mock of guest checkout: catalogue</title><style>{_STYLE}</style><h1>Mock of guest checkout</h1>"
        f"<p>Base URL <code>{html.escape(body['base_url'])}</code>, tokens from "
        f"<code>{html.escape(body['token_url'])}</code> with scope <code>{SCOPE}</code>. "
        f"At most {body['max_line_items']} lines in a session. As JSON: <code>Accept: application/json</code>.</p>"
        f"<h2>Apps</h2>{apps}<h2>Marketplaces and items</h2>{markets}<h2>Coupons</h2>{coupons}"
        f"<h2>Buyers whose payment fails</h2>{buyers}<h2>Negative testing</h2>"
        f"<p>{html.escape(body['negative_testing']['use'])}</p>{stubs}"
        f"<h2>Where the documents leave room</h2><ul>{choices}</ul></html>"
    )

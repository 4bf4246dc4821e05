"""Faults about addresses abroad, in sanctioned countries, and on streets that cannot be found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.catalogue.goods import DOUBTFUL, SANCTIONED
from mock_server.domain.errors import Refusal, warning
from mock_server.domain.shop import Call
from mock_server.injection import (
    ADDRESS,
    INITIATE,
    Condition,
    Fault,
    change_error_id,
    change_status,
    coupon,
    error,
    fault,
    from_nth,
    ignore,
    in_market,
    nth,
    refuse,
    refused_yet_applied,
    skip,
    wrap,
)

foreign = Condition(lambda call, country: country != call.require_market().country and country not in SANCTIONED)
sanctioned = Condition(lambda call, country: country in SANCTIONED)
doubtful = Condition(lambda call, *_: DOUBTFUL in (call.address.get("addressLine1") or ""))


def to(country: str) -> Condition:
    """In the steps `sanction` and `domestic`."""
    return Condition(lambda call, given: given == country)


def _at_home(proceed: Callable[..., Any], call: Call, country: str) -> Any:
    call.address["country"] = call.require_market().country


def _move_and_refuse(proceed: Callable[..., Any], call: Call, country: str) -> Any:
    """Refuses what is refused, and has moved there all the same."""
    try:
        return proceed()
    except Refusal:
        call.require_cart().address = call.address
        raise


def _other_warning(proceed: Callable[..., Any], call: Call, address: Any) -> Any:
    call.warnings.append(warning(20000, itemId=""))


FAULTS: list[Fault] = [
    fault(
        "move-abroad", "ADDR-DOMESTIC", "an update takes an address in another country",
        skip("domestic", on=ADDRESS, when=foreign),
    ),
    fault(
        "start-abroad-from-ca", "ADDR-DOMESTIC", "in EBAY_CA a session starts with an address in the US",
        skip("domestic", on=INITIATE, when=in_market("EBAY_CA") & to("US")),
    ),
    fault(
        "move-abroad-second-time", "ADDR-DOMESTIC", "the second address abroad goes through",
        skip("domestic", on=ADDRESS, when=foreign & nth(2), kind="repeat"),
    ),
    fault(
        "move-abroad-with-coupon", "ADDR-DOMESTIC", "with a coupon an update takes an address in another country",
        skip("domestic", on=ADDRESS, when=coupon & foreign),
    ),
    fault(
        "abroad-becomes-home", "ADDR-DOMESTIC", "a foreign country is accepted and replaced by the marketplace's",
        wrap("domestic", _at_home, on=(INITIATE, ADDRESS), when=foreign, kind="ignored"),
    ),
    fault(
        "move-abroad-400", "ADDR-DOMESTIC", "in an update a foreign country is 15026 with status 400",
        change_status(400, on=ADDRESS, when=error(15026)), also="ADDR-SANCTION",
    ),
    fault(
        "start-abroad-15018", "ADDR-DOMESTIC", "in initiate a foreign country is 15018",
        refuse("domestic", 15018, on=INITIATE, when=foreign, kind="id"),
    ),
    fault(
        "move-abroad-15047", "ADDR-DOMESTIC", "in an update any foreign country is under sanctions",
        change_error_id(15047, on=ADDRESS, when=error(15026)),
    ),
    fault(
        "move-abroad-yet-applied", "ADDR-DOMESTIC", "15026, and yet the session has moved abroad",
        refused_yet_applied("domestic", on=ADDRESS, when=foreign),
    ),
    # sanctions
    fault(
        "sanctions-forgot-syria", "ADDR-SANCTION", "an update takes an address in Syria",
        skip("sanction", on=ADDRESS, when=to("SY")), skip("domestic", on=ADDRESS, when=to("SY")), kind="field",
    ),
    fault(
        "sanction-400", "ADDR-SANCTION", "in initiate a sanctioned country is 15047 with status 400",
        change_status(400, on=INITIATE, when=error(15047)),
    ),
    fault(
        "sanction-15021", "ADDR-SANCTION", "in an update a sanctioned country is 15021",
        refuse("sanction", 15021, on=ADDRESS, when=sanctioned, kind="id"),
    ),
    fault(
        "sanction-yet-applied", "ADDR-SANCTION", "15047, and yet the session has moved there",
        wrap("sanction", _move_and_refuse, on=ADDRESS, kind="applied-though-refused"),
    ),
    # doubtful addresses
    fault(
        "no-doubt-on-update", "ADDR-WARN", "an update takes an address that cannot be found without a word",
        skip("doubt", on=ADDRESS, when=doubtful),
    ),
    fault(
        "no-doubt-at-the-start-in-hk", "ADDR-WARN", "in EBAY_HK initiate has no warning for such an address",
        skip("doubt", on=INITIATE, when=in_market("EBAY_HK") & doubtful),
    ),
    fault(
        "doubt-only-once", "ADDR-WARN", "from the second update on there is no warning",
        skip("doubt", on=ADDRESS, when=doubtful & from_nth(2), kind="repeat"),
    ),
    fault(
        "doubt-is-a-refusal", "ADDR-WARN", "an update refuses an address that cannot be found, with 15002",
        refuse("doubt", 15002, path="addressLine1", on=ADDRESS, when=doubtful),
    ),
    fault(
        "doubt-is-20000", "ADDR-WARN", "in initiate the warning is 20000",
        wrap("doubt", _other_warning, on=INITIATE, when=doubtful, kind="id"),
    ),
    fault(
        "doubtful-not-kept", "ADDR-REPLACE", "15007 is warned of, and the old address stays",
        ignore(on=ADDRESS, when=doubtful), also="ADDR-WARN",
    ),
]

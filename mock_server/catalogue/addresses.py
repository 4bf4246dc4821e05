"""Addresses that the profile and the catalogue offer, a row for each marketplace."""

from __future__ import annotations

from mock_server.catalogue.goods import DOUBTFUL, SANCTIONED
from mock_server.catalogue.model import Address


def _address(first: str, last: str, phone: str, line1: str, city: str, country: str, **more: str) -> Address:
    place = {"addressLine1": line1, "city": city, "country": country, **more}
    return {"recipient": {"firstName": first, "lastName": last}, "phoneNumber": phone, **place}


GOOD: dict[str, Address] = {
    "EBAY_US": _address(
        "Rosa",
        "Whitfield",
        "+15035550142",
        "1820 Alder Street",
        "Portland",
        "US",
        addressLine2="Apt 4B",
        stateOrProvince="OR",
        postalCode="97205",
    ),
    "EBAY_GB": _address(
        "Siân",
        "O'Connor",
        "+442079460018",
        "31 Marchmont Street",
        "London",
        "GB",
        county="Greater London",
        postalCode="WC1N 1AP",
    ),
    "EBAY_DE": _address(
        "Käthe",
        "Größler",
        "+493055501234",
        "Schlüterstraße 17",
        "Berlin",
        "DE",
        addressLine2="Hinterhaus, 3. Stock",
        postalCode="10625",
    ),
    "EBAY_AU": _address(
        "Lachlan", "Nguyen", "+61255501234", "8 Wattle Parade", "Sydney", "AU", stateOrProvince="NSW", postalCode="2010"
    ),
    "EBAY_CA": _address(
        "Amélie",
        "Gagnon",
        "+14165550137",
        "64 rue St-Jean",
        "Toronto",
        "CA",
        stateOrProvince="ON",
        postalCode="M5V 2T6",
    ),
    "EBAY_HK": _address("志強", "黃", "+85225550199", "軒尼詩道 256 號", "香港", "HK", addressLine2="12 樓 C 室"),
}
OTHER: dict[str, Address] = {
    "EBAY_US": _address(
        "Miles",
        "D'Angelo",
        "+12065550177",
        "77 Pine Avenue",
        "Seattle",
        "US",
        county="King",
        stateOrProvince="WA",
        postalCode="98101-2203",
    ),
    "EBAY_GB": _address(
        "Alasdair",
        "MacLeod-Smith",
        "+441315550164",
        "5 Thistle Lane",
        "Edinburgh",
        "GB",
        addressLine2="Flat 2",
        postalCode="EH3 6QE",
    ),
    "EBAY_DE": _address("Jörg", "Weiß", "+498955507654", "Am Mühlbach 4", "München", "DE", postalCode="80331"),
    "EBAY_AU": _address(
        "Ruby",
        "Papadopoulos",
        "+61355509876",
        "210 Lygon Street",
        "Melbourne",
        "AU",
        addressLine2="Level 1",
        stateOrProvince="VIC",
        postalCode="3053",
    ),
    "EBAY_CA": _address(
        "Noël",
        "Côté",
        "+15145550113",
        "4 Queen Street",
        "Ottawa",
        "CA",
        addressLine2="Unit 9",
        stateOrProvince="ON",
        postalCode="K1P 5N7",
    ),
    "EBAY_HK": _address(
        "Mei Ling",
        "Chan",
        "+85231230456",
        "18 Nathan Road",
        "Kowloon",
        "HK",
        county="Yau Tsim Mong",
        postalCode="999077",
    ),
}
# What is not found in the map: the good address on a street that does not exist.
UNVERIFIABLE: dict[str, Address] = {name: {**GOOD[name], "addressLine1": f"404 {DOUBTFUL} Road"} for name in GOOD}
FOREIGN: dict[str, list[str]] = {
    "EBAY_US": ["FR", "CA"],
    "EBAY_GB": ["FR", "IE"],
    "EBAY_DE": ["FR", "AT"],
    "EBAY_AU": ["FR", "NZ"],
    "EBAY_CA": ["FR", "US"],
    "EBAY_HK": ["FR", "CN"],
}
SANCTIONED_COUNTRIES = list(SANCTIONED)

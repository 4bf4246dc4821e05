"""Two made-up addresses for each country of a marketplace, for `python -m conformance profile`: nobody lives there."""

from __future__ import annotations

from typing import Any

Address = dict[str, Any]


def _address(
    names: str, phone: str, line: str, city: str, country: str, postal: str, state: str = "", more: str = ""
) -> Address:
    first, _, last = names.partition(" ")
    found: Address = {
        "recipient": {"firstName": first, "lastName": last},
        "phoneNumber": phone,
        "addressLine1": line,
        "addressLine2": more,
        "city": city,
        "stateOrProvince": state,
        "postalCode": postal,
        "country": country,
    }
    return {name: value for name, value in found.items() if value}


# country: an address, and another one with an optional field that the first lacks
ADDRESSES: dict[str, tuple[Address, Address]] = {
    "US": (
        _address("Ada Miller", "+14085551234", "2055 Hamilton Avenue", "San Jose", "US", "95125", "CA"),
        _address("Robin Vega", "+14085551235", "77 South Second Street", "San Jose", "US", "95113", "CA", "Floor 3"),
    ),
    "GB": (
        _address("Niamh O'Neill", "+442079460123", "12 Rosebery Avenue", "London", "GB", "EC1R 4TD"),
        _address("Robin Vega", "+442079460124", "77 Second Street", "London", "GB", "EC1R 4TE", more="Flat 3"),
    ),
    "DE": (
        _address("Anna Weber", "+493055501230", "Lindenallee 12", "Berlin", "DE", "10115"),
        _address("Jonas Vogt", "+493055501231", "Ahornweg 7", "Berlin", "DE", "10117", more="Hinterhaus"),
    ),
    "AU": (
        _address("Lachlan Reed", "+61255501230", "8 Banksia Parade", "Sydney", "AU", "2000", "NSW"),
        _address("Ruby Vega", "+61255501231", "21 Wattle Street", "Sydney", "AU", "2010", "NSW", "Level 1"),
    ),
    "CA": (
        _address("Claire Gagnon", "+14165550130", "64 Queen Street", "Toronto", "CA", "M5V 2T6", "ON"),
        _address("Robin Vega", "+14165550131", "4 King Street", "Toronto", "CA", "M5H 1A1", "ON", "Unit 9"),
    ),
    "FR": (
        _address("Claire Petit", "+33155501230", "12 rue des Lilas", "Paris", "FR", "75011"),
        _address("Luc Vidal", "+33155501231", "7 rue des Roses", "Paris", "FR", "75012", more="Escalier B"),
    ),
    "IT": (
        _address("Anna Conti", "+390655501230", "Via dei Tigli 12", "Roma", "IT", "00184", "RM"),
        _address("Luca Villa", "+390655501231", "Via dei Pini 7", "Roma", "IT", "00185", "RM", "Interno 3"),
    ),
    "ES": (
        _address("Ana Vidal", "+34915550123", "Calle del Olmo 12", "Madrid", "ES", "28012", "Madrid"),
        _address("Luis Vega", "+34915550124", "Calle del Pino 7", "Madrid", "ES", "28013", "Madrid", "Piso 3"),
    ),
    "AT": (
        _address("Anna Weber", "+43155501230", "Lindengasse 12", "Wien", "AT", "1070"),
        _address("Jonas Vogt", "+43155501231", "Ahorngasse 7", "Wien", "AT", "1080", more="Stiege 2"),
    ),
}

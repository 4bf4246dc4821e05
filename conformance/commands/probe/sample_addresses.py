"""Two made-up addresses for each country of a marketplace, for `python -m conformance profile`: nobody lives there."""

from __future__ import annotations

from typing import Any

Address = dict[str, Any]
# country, first and last name, phone, line, another line, city, state, postal code; of each country first an address, then
# one with an optional field that the first lacks
TABLE = """
US | Ada     | Miller  | +14085551234  | 2055 Hamilton Avenue   |            | San Jose | CA     | 95125
US | Robin   | Vega    | +14085551235  | 77 South Second Street | Floor 3    | San Jose | CA     | 95113
GB | Niamh   | O'Neill | +442079460123 | 12 Rosebery Avenue     |            | London   |        | EC1R 4TD
GB | Robin   | Vega    | +442079460124 | 77 Second Street       | Flat 3     | London   |        | EC1R 4TE
DE | Anna    | Weber   | +493055501230 | Lindenallee 12         |            | Berlin   |        | 10115
DE | Jonas   | Vogt    | +493055501231 | Ahornweg 7             | Hinterhaus | Berlin   |        | 10117
AU | Lachlan | Reed    | +61255501230  | 8 Banksia Parade       |            | Sydney   | NSW    | 2000
AU | Ruby    | Vega    | +61255501231  | 21 Wattle Street       | Level 1    | Sydney   | NSW    | 2010
CA | Claire  | Gagnon  | +14165550130  | 64 Queen Street        |            | Toronto  | ON     | M5V 2T6
CA | Robin   | Vega    | +14165550131  | 4 King Street          | Unit 9     | Toronto  | ON     | M5H 1A1
FR | Claire  | Petit   | +33155501230  | 12 rue des Lilas       |            | Paris    |        | 75011
FR | Luc     | Vidal   | +33155501231  | 7 rue des Roses        | Escalier B | Paris    |        | 75012
IT | Anna    | Conti   | +390655501230 | Via dei Tigli 12       |            | Roma     | RM     | 00184
IT | Luca    | Villa   | +390655501231 | Via dei Pini 7         | Interno 3  | Roma     | RM     | 00185
ES | Ana     | Vidal   | +34915550123  | Calle del Olmo 12      |            | Madrid   | Madrid | 28012
ES | Luis    | Vega    | +34915550124  | Calle del Pino 7       | Piso 3     | Madrid   | Madrid | 28013
AT | Anna    | Weber   | +43155501230  | Lindengasse 12         |            | Wien     |        | 1070
AT | Jonas   | Vogt    | +43155501231  | Ahorngasse 7           | Stiege 2   | Wien     |        | 1080
"""


def _address(row: str) -> Address:
    country, first, last, phone, line, more, city, state, postal = (cell.strip() for cell in row.split("|"))
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


_LISTED = [_address(row) for row in TABLE.strip().splitlines()]
ADDRESSES: dict[str, tuple[Address, Address]] = {
    first["country"]: (first, second) for first, second in zip(_LISTED[::2], _LISTED[1::2], strict=True)
}

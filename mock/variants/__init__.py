'''Lawful variants: servers that differ and still keep the documents, to prove that the suite is fair.

`VARIANTS` maps names to `mock.seams.Variant`. They are made of the same seams as faults and are switched on in the
same way (`mock.faults` explains both): `/x/empty-lists+four-lines/buy/order/…`. `requirement` is the one whose
reading it takes; `about` names the thing that it chooses, and two variants about the same thing do not go together.

    variant(
        "unknown-session-404", "SESSION-UNKNOWN", "15003 comes with status 404",
        restatus(404, when=error(15003)), on=SESSION_METHODS, about="unknown session",
    ),
'''

from mock.seams.core import collect

VARIANTS = collect("mock.variants", "VARIANTS")

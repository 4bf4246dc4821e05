"""The operations of guest checkout, by their ids in the OpenAPI document."""

from __future__ import annotations

INITIATE = "initiateGuestCheckoutSession"
READ = "getGuestCheckoutSession"
APPLY = "applyGuestCoupon"
REMOVE = "removeGuestCoupon"
QUANTITY = "updateGuestQuantity"
ADDRESS = "updateGuestShippingAddress"
OPTION = "updateGuestShippingOption"
PLACE = "placeGuestOrder"
ORDER = "getGuestPurchaseOrder"
TOKEN = "token"

CHANGES = (APPLY, REMOVE, QUANTITY, ADDRESS, OPTION)
SESSION_METHODS = (READ, *CHANGES, PLACE)  # the seven that take a session id
OPERATIONS = (INITIATE, *SESSION_METHODS, ORDER)

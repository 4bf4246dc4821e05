"""Whether an answer is about the token, not about the request."""

from __future__ import annotations

from conformance.core import contract
from conformance.core.exchange import OTHER_APP, OWN_APP
from conformance.judging.context import RuleContext


def token_rejected(context: RuleContext) -> bool:
    """Whether the answer turns away a token that was granted for the method."""
    if not context.request.marketplace and context.operation != contract.READ_ORDER:
        return False  # MARKET-REQUIRED leaves the id open
    app, owned = context.request.credential, context.session or context.order
    granted = app in (OWN_APP, OTHER_APP) and context.profile.auth.kind == "client_credentials"
    if owned and app != owned.app:
        return False  # SESSION-APP and ORDER-APP say how a stranger is refused
    ids = set(context.exchange.error_ids)
    return granted and (bool(ids & contract.TOKEN_IDS) or (context.exchange.status == 401 and not ids))

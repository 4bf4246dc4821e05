"""Every fault and variant changes what a client sees, in its own shop and nowhere else."""

from __future__ import annotations

import pytest

from devtools.conversation.client import Client, plain
from devtools.conversation.scenes import SCENES, scene
from devtools.conversation.talk import Differs
from devtools.conversation.visibility import by_relevance, healthy
from mock_server.catalogue.goods import MARKETPLACES
from mock_server.domain.operations import CHANGES, OPERATIONS
from mock_server.injection.core import KINDS
from mock_server.registry import known
from mock_server.server import App
from mock_server.variants import PROFILES


@pytest.mark.parametrize("name", sorted(known()))
def test_it_changes_what_a_client_sees(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    fault = known()[name]
    if not fault.effects:
        assert name in PROFILES  # the healthy server, described by another profile
        return
    with pytest.raises(Differs):  # else no scene shows it
        for scene_name in by_relevance(fault):
            scene(scene_name, f"/x/{name}", healthy(scene_name))
    assert "Traceback" not in capsys.readouterr().err, "the mock itself crashed"


@pytest.mark.parametrize("name", sorted(SCENES))
def test_two_healthy_shops_say_the_same(name: str) -> None:
    assert scene(name, expected=healthy(name))


def test_each_says_what_it_is_about() -> None:
    for name, fault in known().items():
        assert fault.chapter and fault.sees and (fault.effects or name in PROFILES), name
        assert fault.kind in (*KINDS, "variant"), name


def test_shops_are_isolated() -> None:
    app = App()
    fair, faulty, other = Client(app), Client(app, "/x/two-orders"), Client(app, "/x/two-orders@2")
    items = [(plain("EBAY_US", 1)[0], 1)]
    session = faulty.initiate("EBAY_US", items).json["checkoutSessionId"]
    assert faulty.read(session).status == 200
    assert fair.read(session).ids == [15003]
    assert fair.read(session, token=faulty.token()).ids == [1001]
    assert other.read(session).ids == [15003]
    own = fair.initiate("EBAY_US", items).json["checkoutSessionId"]
    first, again = fair.place(own), fair.place(own)
    assert first.json["purchaseOrderId"] == again.json["purchaseOrderId"]
    first, again = faulty.place(session), faulty.place(session)
    assert first.json["purchaseOrderId"] != again.json["purchaseOrderId"]


def test_two_faults_go_together() -> None:
    client = Client(App(), "/x/one-line-too-many+errors-without-domain")
    assert client.initiate("EBAY_US", [(item, 1) for item in plain("EBAY_US", 5)]).status == 200
    assert "domain" not in client.read("1").json["errors"][0]


def test_an_unknown_name_is_no_shop() -> None:
    reply = Client(App(), "/x/no-such-fault").grant()
    assert (reply.status, reply.ids) == (404, [2002])


def test_old_shops_are_forgotten() -> None:
    app = App()
    for tag in range(70):
        assert app.shop(f"two-orders@{tag}") is not None
    assert len(app.shops) == 64 and "two-orders@69" in app.shops and "two-orders@0" not in app.shops


def test_marketplaces_and_changes_are_the_documents() -> None:
    assert set(MARKETPLACES) >= {"EBAY_US", "EBAY_GB", "EBAY_DE", "EBAY_AU", "EBAY_CA", "EBAY_HK"}
    assert len(CHANGES) == 5 and len(OPERATIONS) == 9

"""From a partner's call to the execution log: what an administrator reads there about a webhook."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from ss_admin.backend.store.engine import Store
from tests.support.housekeeping import keeping_house
from tests.support.partner import Partner
from tests.support.webhook_receiver import Reply, WebhookReceiver, chain_calling


@pytest.fixture
def started(make_app: Callable[..., Flask], store: Store) -> Iterator[Callable[..., Partner]]:
    """Makes a partner of an app whose outbox delivers."""

    with ExitStack() as stack:

        def start(**settings: object) -> Partner:
            app = make_app(**settings)
            stack.enter_context(keeping_house(app, webhook_retry_seconds=600, **settings))
            return Partner(app, store)

        yield start


def call_and_read(partner: Partner, url: str, *, ended: bool = True) -> dict[str, Any]:
    """Call a chain with a webhook to `url`; the webhook as the execution's detail tells it in the end."""
    chain = partner.chain("plain-acknowledge", definition=chain_calling(url))
    answer = partner.call(chain, partner.key().secret, b'{"text": "fire"}')
    assert answer.status_code == 200, answer.text
    execution_id = answer.get_json()["execution_id"]
    client = partner.app.test_client()
    partner.wait_until_written()
    until = time.monotonic() + 20
    while True:
        path = f"/api/v1/rulechains/{chain}/executions/{execution_id}"
        detail = client.get(path, headers=partner.admin.headers).get_json()
        [delivery] = detail["deliveries"]
        if delivery["status"] != "pending" or (not ended and delivery["last_error"]):
            return delivery
        assert time.monotonic() < until, delivery
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("127.0.0.1", "It would go to 127.0.0.1, an address of the server itself."),
        ("10.0.0.1", "It would go to 10.0.0.1, a private address."),
        ("[::1]", "It would go to ::1, an address of the server itself."),
        ("localhost", "“localhost” leads to "),
        ("[::ffff:127.0.0.1]", "leads to 127.0.0.1, an address of the server itself."),
    ],
)
def test_forbidden_destination_is_told_with_what_can_be_done(
    started: Callable[..., Partner], receiver: WebhookReceiver, ca_file: Path, host: str, told: str
) -> None:
    delivery = call_and_read(started(webhook_ca_file=ca_file), receiver.url(host))
    assert (delivery["status"], delivery["next_attempt_at"], delivery["delivered_at"]) == ("given_up", None, None)
    assert delivery["last_error"].startswith("Given up: ")
    assert told in delivery["last_error"]
    assert delivery["last_error"].endswith(
        "Webhooks go to public addresses only, unless the operator of the server allows others "
        "(SS_WEBHOOK_ALLOWED_NETWORKS)."
    )
    assert receiver.taken == []


def test_networks_that_are_allowed_let_it_through_with_the_result_of_the_call(
    started: Callable[..., Partner], receiver: WebhookReceiver, ca_file: Path
) -> None:
    partner = started(webhook_ca_file=ca_file, webhook_allowed_networks="127.0.0.0/8,::1")
    delivery = call_and_read(partner, receiver.url())
    assert (delivery["status"], delivery["attempts"], delivery["last_status"]) == ("delivered", 1, 200)
    assert (delivery["last_error"], delivery["next_attempt_at"], delivery["node_name"]) == (None, None, "Hook 1")
    [taken] = receiver.taken
    assert taken.delivery_id == delivery["id"]
    assert b'"data":{"text":"fire"}' in taken.body


def test_redirect_to_a_forbidden_place_is_told_and_not_followed(
    started: Callable[..., Partner], receiver: WebhookReceiver, ca_file: Path
) -> None:
    receiver.answer = lambda _: Reply(302, headers={"Location": "https://10.0.0.1/"})
    partner = started(webhook_ca_file=ca_file, webhook_allowed_networks="127.0.0.0/8,::1")
    delivery = call_and_read(partner, receiver.url())
    assert (delivery["status"], delivery["last_status"]) == ("given_up", 302)
    assert delivery["last_error"] == (
        "Given up: The receiver answered 302 Found, a redirect to “https://10.0.0.1/”. "
        "Redirects are not followed: enter the final address in the rule chain."
    )


def test_certificate_that_is_not_trusted_is_told_while_the_webhook_waits(
    started: Callable[..., Partner], receiver: WebhookReceiver
) -> None:
    partner = started(webhook_allowed_networks="127.0.0.0/8,::1")
    delivery = call_and_read(partner, receiver.url(), ended=False)
    assert (delivery["status"], delivery["attempts"]) == ("pending", 1)
    assert delivery["last_error"].startswith("The certificate of “localhost” cannot be trusted: ")
    assert delivery["next_attempt_at"] is not None

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from ss_admin.backend.rule_chains.outbox.destinations import DestinationRules
from ss_admin.backend.rule_chains.outbox.sender import Sender
from tests.support.certificates import ServerCertificate, make_certificate
from tests.support.webhook_receiver import WebhookReceiver

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1"))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ServerCertificate:
    """For localhost and its addresses."""
    return make_certificate(
        tmp_path_factory.mktemp("receiver"), names=("localhost", "hooks.example.com"), addresses=("127.0.0.1", "::1")
    )


@pytest.fixture
def receiver(certificate: ServerCertificate) -> Iterator[WebhookReceiver]:
    with WebhookReceiver(certificate) as receiver:
        yield receiver


@pytest.fixture
def ca_file(certificate: ServerCertificate) -> Path:
    return certificate.ca_file


@pytest.fixture
def sender(ca_file: Path) -> Sender:
    """One that may call this machine and trusts the test's CA; patient for a second."""
    return Sender(DestinationRules(LOOPBACK), ca_file=ca_file, attempt_seconds=1)


@pytest.fixture
def strict_sender(ca_file: Path) -> Sender:
    """One that goes to public addresses only, as it comes."""
    return Sender(DestinationRules(), ca_file=ca_file, attempt_seconds=1)

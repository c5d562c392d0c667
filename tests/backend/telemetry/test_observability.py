"""What the operator watches with: Prometheus' sums are those of the calls made, dashboards and alerts know their data.

The queries for Loki are parsed and evaluated by `tests.support.logql` against recorded events; see there what that does
not show.
"""

import itertools
import json
import re
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from os import kill
from typing import Any

import pytest
import yaml

from ss_admin.backend.telemetry.families import FAMILIES, Kind
from ss_admin.contract.api_key_format import new_api_key
from ss_admin.contract.api_keys import RateLimit
from ss_admin.resource_files import resource_path
from tests.faults.conftest import Site
from tests.support.backend import PASSWORD, PostgresqlSource
from tests.support.logql import parse_logql
from tests.support.partner import partner_at
from tests.support.prometheus_server import Prometheus, prometheus_scraping
from tests.support.redis_server import redis_server
from tests.support.server_parts import connection_to, workers_of
from tests.support.server_process import RawConnection, ServerProcess, ask, execute_request
from tests.support.traffic import COUNTER_CHAIN
from tests.support.watching import eventually

RESOURCES = resource_path("observability")
ALERTS = RESOURCES / "prometheus" / "alerts.yml"
DASHBOARDS = [
    json.loads((RESOURCES / "grafana" / "dashboards" / f"{name}.json").read_text()) for name in ("service", "security")
]
GRAFANA_VARIABLES = {"$__rate_interval": "1m", "$__auto": "1m"}


def targets(kind: str) -> list[str]:
    """The queries of all dashboards to one kind of data source."""
    panels = [panel for dashboard in DASHBOARDS for panel in dashboard["panels"]]
    return [target["expr"] for panel in panels for target in panel["targets"] if target["datasource"]["type"] == kind]


def log_alerts() -> list[dict[str, Any]]:
    document = yaml.safe_load((RESOURCES / "loki" / "rules" / "fake" / "alerts.yml").read_text())
    return [rule for group in document["groups"] for rule in group["rules"]]


@dataclass
class Watched:
    """A server of two workers with its Prometheus, the calls that were made, and its events."""

    server: ServerProcess
    prometheus: Prometheus
    made: Counter[str]


@pytest.fixture(scope="module")
def watched(postgresql_source: PostgresqlSource, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("watched")
    with postgresql_source.url() as url, redis_server() as redis, partner_at(url) as partner:
        chain = partner.chain(**COUNTER_CHAIN)
        site = Site(postgresql_source.server, redis, url, folder, partner, chain)
        with site.server() as server, prometheus_scraping(server.address, folder, ALERTS) as prometheus:
            made = Counter(call_from_all_sides(site, server))
            eventually(lambda: told(prometheus) == made)
            victim, other = workers_of(server)
            kill(victim, signal.SIGKILL)
            eventually(lambda: prometheus.value("ss_worker_starts_total") == 3)
            eventually(lambda: len(workers_of(server)) == 2 and other in workers_of(server))
            made.update(call_from_all_sides(site, server))
            administer(server)
            yield Watched(server, prometheus, made)


def told(prometheus: Prometheus) -> dict[str, float]:
    return prometheus.by_label("ss_partner_calls_total", "code")


def call_from_all_sides(site: Site, server: ServerProcess) -> Iterator[str]:
    """Calls of every kind to each of the workers; how each ended."""
    key, limited = site.key(), site.key(RateLimit(max_requests=5, window_seconds=3600))
    disabled, deleted = site.key(), site.key()
    site.partner.disable(disabled)
    site.partner.delete(deleted)
    workers = workers_of(server)
    for worker in workers:
        connection = connection_to(server.address, worker, workers)
        secrets = [key.secret] * 20 + [limited.secret] * 5
        for secret in [*secrets, new_api_key(), new_api_key(), disabled.secret, deleted.secret, "no key"]:
            yield code_of(connection, site.rulechain_id, secret)
        connection.socket.close()


def code_of(connection: RawConnection, rulechain_id: str, secret: str) -> str:
    answer = connection.answer(execute_request(rulechain_id, b'{"n": 1}', b"x-api-key: " + secret.encode()))
    return str(answer.document().get("code", answer.document()["status"]))


def administer(server: ServerProcess) -> None:
    """Somebody fails to sign in, then does, and makes a key that is deleted at once."""
    for password in ("wrong", PASSWORD):
        token = request(server, "POST", "/session", {"username": "ada.admin", "password": password}).get("token", "")
    user = request(server, "GET", "/session", None, token)["user"]
    order = {"name": "Short", "user_id": user["id"], "expires_in_days": 1}
    made = request(server, "POST", "/api-keys", order, token)
    request(server, "DELETE", f"/api-keys/{made['api_key']['id']}", None, token)


def request(server: ServerProcess, method: str, path: str, document: object, token: str = "") -> dict[str, Any]:
    body = b"" if document is None else json.dumps(document).encode()
    head = f"{method} /api/v1{path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
    head += f"Content-Type: application/json\r\nAuthorization: Bearer {token}\r\n\r\n"
    answer = ask(server.address, head.encode() + body)
    return answer.document() if answer.body else {}


def test_prometheus_sums_are_those_of_the_calls_made_over_both_workers_and_a_dead_one(watched: Watched) -> None:
    assert set(watched.made) == {
        "succeeded", "rate_limited", "invalid_api_key", "disabled_api_key", "malformed_api_key"
    }  # fmt: skip
    eventually(lambda: told(watched.prometheus) == watched.made)
    value = watched.prometheus.value
    calls = sum(watched.made.values())
    eventually(lambda: value("ss_partner_call_seconds_count") == calls)
    assert value('ss_partner_call_seconds_bucket{le="+Inf"}') == calls
    assert value("sum(resets(ss_partner_calls_total[5m]))") == 0
    assert value("ss_workers") == 2
    assert value("ss_housekeeper_up") == 1
    eventually(lambda: value("ss_journal_waiting_entries") == 0 and value("ss_changes_behind") == 0)
    assert value("ss_limiter_redis_questions_total") > 0


def test_every_metric_of_the_dashboards_and_alerts_is_one_that_the_server_tells(watched: Watched) -> None:
    known = {family.name for family in FAMILIES if family.kind is not Kind.HISTOGRAM} | {
        f"{family.name}{part}"
        for family in FAMILIES
        if family.kind is Kind.HISTOGRAM
        for part in ("_bucket", "_sum", "_count")
    }
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    expressions = [*targets("prometheus"), *(rule["expr"] for group in groups for rule in group["rules"])]
    named = {name for expression in expressions for name in re.findall(r"\bss_\w+", expression)}
    assert named - known == set()
    told_now = {name for name in known if watched.prometheus.query(name)}
    assert known - told_now <= {"ss_open_signals", "ss_event_lines_dropped_total"}


def test_every_query_of_the_dashboards_is_one_that_prometheus_runs(watched: Watched) -> None:
    for expression in targets("prometheus"):
        watched.prometheus.query(re.sub(r"\$__\w+", lambda found: GRAFANA_VARIABLES[found[0]], expression))


def test_alerts_are_loaded_and_none_of_them_fails(watched: Watched) -> None:
    count = ALERTS.read_text().count("- alert:")
    eventually(lambda: watched.prometheus.value("sum(prometheus_rule_group_rules)") in (count, None))
    assert watched.prometheus.value("sum(prometheus_rule_evaluation_failures_total)") in (0, None)


def test_every_query_for_loki_finds_its_events_among_recorded_ones(watched: Watched) -> None:
    watched_calls = sum(watched.made.values())
    events = watched.server.events
    eventually(lambda: sum(event["event"] == "partner_call" for event in list(events)) == watched_calls)
    eventually(lambda: any(event.get("action") == "api_key.deleted" for event in list(events)))
    recorded = list(events)
    for text in targets("loki"):
        query = parse_logql(text)
        assert query.stream == ("service_name", "signalsync")
        found = query.select(recorded)
        assert 0 < len(found) < len(recorded), text
        assert not query.by or query.count(recorded), text


def test_every_alert_of_loki_fires_on_enough_events_and_on_no_fewer(watched: Watched) -> None:
    recorded = list(watched.server.events)
    for rule in log_alerts():
        query = parse_logql(rule["expr"])
        assert query.over is not None
        [event, *_] = query.select(recorded)
        assert query.count([event] * (query.over + 1)), rule["alert"]
        assert not query.count([event] * query.over), rule["alert"]
        others = [each for each in recorded if each not in query.select(recorded)]
        assert not query.count(others * 3), rule["alert"]
        assert set(re.findall(r"\$labels\.(\w+)", json.dumps(rule["annotations"]))) <= set(query.by)


@pytest.mark.parametrize("arguments", [["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]])
def test_promtool_accepts_the_alerts_and_each_of_them_fires_and_stays_silent(arguments: list[str]) -> None:
    command = ["promtool", *arguments]
    ended = subprocess.run(command, cwd=ALERTS.parent, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    rules = [rule["alert"] for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
    tests = [test["name"] for test in yaml.safe_load((ALERTS.parent / "alerts_test.yml").read_text())["tests"]]
    assert sorted(tests) == sorted(f"{rule} {what}" for rule in rules for what in ("fires", "stays silent"))


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda dashboard: dashboard["uid"])
def test_a_dashboards_panels_have_ids_queries_sources_and_room_of_their_own(dashboard: dict[str, Any]) -> None:
    sources = yaml.safe_load((RESOURCES / "grafana/provisioning/datasources/datasources.yaml").read_text())
    known = {(source["type"], source["uid"]) for source in sources["datasources"]}
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        assert panel["targets"]
        assert panel["description"]
        for source in [panel["datasource"], *(target["datasource"] for target in panel["targets"])]:
            assert (source["type"], source["uid"]) in known
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = set(
            itertools.product(range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"]))
        )
        assert not cells & taken, panel["title"]
        taken |= cells


def test_the_five_indicators_of_the_article_are_on_the_security_dashboard() -> None:
    titles = [panel["title"] for panel in DASHBOARDS[1]["panels"]]
    assert {title[0] for title in titles if title[1:3] == ". "} == set("12345")


def test_what_is_started_is_pinned_listens_on_loopback_and_has_no_password_of_its_own() -> None:
    services = yaml.safe_load((RESOURCES / "compose.yaml").read_text())["services"]
    assert set(services) == {"prometheus", "loki", "grafana"}
    for service in services.values():
        assert re.search(r":v?\d+\.\d+\.\d+$", service["image"])
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])
        for volume in service["volumes"]:
            host = volume.split(":")[0]
            assert not host.startswith(".") or (RESOURCES / host).is_dir()
    assert services["grafana"]["environment"]["GF_SECURITY_ADMIN_PASSWORD"].startswith("${GRAFANA_ADMIN_PASSWORD:?")


def test_both_ways_into_loki_carry_the_same_names(watched: Watched) -> None:
    alloy = (RESOURCES / "alloy.alloy").read_text()
    fields = {name for event in list(watched.server.events) for name in event} - {"shortened", "time"}
    assert fields <= set(re.findall(r"(\w+) = \"\"", alloy))

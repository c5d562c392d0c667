"""What the housekeeping counted is read by the workers, whole or not at all."""

from pathlib import Path

from ss_admin.backend.telemetry.webhook_counts import WebhookCountsFile
from ss_admin.contract.executions import DeliveryStatus


def test_counts_are_told_and_gone_with_the_housekeeping(tmp_path: Path) -> None:
    told, read = WebhookCountsFile(tmp_path / "spool"), WebhookCountsFile(tmp_path / "spool")
    assert read.ended_count(DeliveryStatus.DELIVERED) == 0
    counts = {DeliveryStatus.DELIVERED: 3, DeliveryStatus.PENDING: 2, DeliveryStatus.GIVEN_UP: 1}
    told.write(counts.__getitem__)
    assert {status: read.ended_count(status) for status in counts} == counts
    read.file.write_text("{")
    assert read.ended_count(DeliveryStatus.DELIVERED) == 0
    told.remove()
    assert list(tmp_path.iterdir()) == []

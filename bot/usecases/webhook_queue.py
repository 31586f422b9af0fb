"""Starts the jobs of due webhook deliveries."""

from bot.domain.service_errors import StorageUnavailable
from bot.usecases.ports import Ports

# Deliveries that one call starts; the scheduler starts the others.
_BATCH = 50


async def enqueue_due(ports: Ports) -> None:
    """Start the job of every due delivery, including those that a crash cut off.

    Called after each change that webhooks tell of, and by the scheduler, which tries again while storage fails.
    """
    try:
        due = await ports.storage.webhook_deliveries.list_due(ports.now(), _BATCH)
    except StorageUnavailable:
        return
    for delivery_id in due:
        await ports.job_queue.start("webhook", delivery_id)

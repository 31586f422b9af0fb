"""DBOS jobs, APScheduler, Slack and health servers, shutdown."""

"""One file per thing a user can do or a job can run."""

"""What simulated users and administrators do."""

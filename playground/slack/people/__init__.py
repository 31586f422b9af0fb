"""Actions of simulated users and administrators."""

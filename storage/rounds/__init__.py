"""The round aggregate: rounds, slots, ballots, drafts."""

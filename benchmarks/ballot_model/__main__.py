"""`python -m benchmarks.ballot_model FOLDER COUNT SEED STEPS`: run histories and print their statistics as JSON."""

import json
import logging
import sys
import traceback
from pathlib import Path

import structlog

from benchmarks.ballot_model import run_histories
from benchmarks.ballot_model.machine import BallotMachine


def main(folder: str, count: str, first_seed: str, steps: str) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        run_histories(Path(folder), int(count), int(first_seed), int(steps))
    except AssertionError:
        traceback.print_exc()
    print(json.dumps(vars(BallotMachine.stats)))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""python -m rnncourse.certificates [label ...] [--seed N]: the table of all certificates; exit 1 if one fails."""

import argparse
import sys

import numpy as np

from . import CAUGHT, LABELS, certify

parser = argparse.ArgumentParser(prog="python -m rnncourse.certificates", description="Prove the book's equations.")
parser.add_argument("labels", nargs="*", metavar="label", help="e.g. eq-jacobian (default: all)")
parser.add_argument("--seed", type=int, default=0, help="of the random inputs (default: 0)")
arguments = parser.parse_args()
if unknown := set(arguments.labels) - set(LABELS):
    parser.error(f"no certificate for {', '.join(sorted(unknown))}; there are {', '.join(LABELS)}")

reports = [certify(label, np.random.default_rng(arguments.seed)) for label in arguments.labels or LABELS]
for report in reports:
    print(f"{report.label:<22} {'proved' if report.passed else 'FAILED'}")
    for name, (_, tolerance, *_) in report.certificate.oracles.items():
        print(f"    {name:<46} {report.errors[name]:.1e}  (tolerance {tolerance:.0e})")
    kept = [name for name, missed in report.missed.items() if not missed > CAUGHT]
    print(f"    wrong variants rejected: {len(report.missed) - len(kept)} of {len(report.missed)}", *kept)
print(f"{sum(r.passed for r in reports)} of {len(reports)} equations proved")
sys.exit(not all(r.passed for r in reports))

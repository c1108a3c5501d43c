"""python -m rnncourse.certificates [label ...] [--seed N]: the table of certificates; exit 1 if one fails."""

import argparse
import sys

import numpy as np

from . import LABELS, certify

sys.stdout.reconfigure(errors="replace")  # a console may lack Greek letters
parser = argparse.ArgumentParser(prog="python -m rnncourse.certificates", description="Verify the equations.")
parser.add_argument("labels", nargs="*", metavar="label", help="e.g. eq-jacobian (default: all)")
parser.add_argument("--seed", type=int, default=0, help="of the random inputs (default: 0)")
arguments = parser.parse_args()
if unknown := set(arguments.labels) - set(LABELS):
    parser.error(f"no certificate for {', '.join(sorted(unknown))}; there are {', '.join(LABELS)}")

reports = [certify(label, np.random.default_rng(arguments.seed)) for label in arguments.labels or LABELS]
for report in reports:
    print(f"{report.label:<46} {'verified' if report.passed else 'FAILED'}")
    for name, oracle in report.certificate.oracles.items():
        print(f"    {name:<42} {report.errors[name]:.1e}  (tolerance {oracle.tolerance:.0e})")
    rejected = len(report.missed) - len(report.kept)
    print(f"    {'wrong variants rejected':<42} {rejected} of {len(report.missed)}", *report.kept)
print(f"{sum(report.passed for report in reports)} of {len(reports)} equations verified")
sys.exit(not all(report.passed for report in reports))

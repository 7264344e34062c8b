"""python -m main.evaluate -p PREDICTIONS… -q QUERIES… -r REPORT: takes the place of OpenRCA's script of that name.

OpenRCA is on no package index. This has its command line and follows its rules, also where they are hard on the
caller: the report has to lie in a folder, predictions belong to queries by their order, a file that cannot be evaluated
is only told of, and then there is no report to print.
"""

import argparse
import csv
import itertools
import json
import re
from datetime import datetime
from pathlib import Path

POINTS = {
    "root cause component": r"The (?:\d+-th|only) predicted root cause component is (.+)",
    "root cause reason": r"The (?:\d+-th|only) predicted root cause reason is (.+)",
    "root cause occurrence datetime": r"The (?:\d+-th|only) root cause occurrence time is "
    r"within 1 minutes \(i\.e\., <=1min\) of (.+)",
}


def score(prediction: str, scoring_points: str) -> float:
    """The share of the points that the best order of the answers gets; none when there are too many or too few."""
    expected = {name: re.findall(pattern, scoring_points) for name, pattern in POINTS.items()}
    answers = json.loads(prediction)
    count = max(len(values) for values in expected.values())
    if len(answers) != count:
        return 0.0
    best = max(
        sum(is_right(name, values[place], order[place][name]) for name, values in expected.items() if values
            for place in range(count))
        for order in itertools.permutations(list(answers.values()))
    )  # fmt: skip
    return float(best) / sum(len(values) for values in expected.values())


def is_right(name: str, expected: str, answer: str) -> bool:
    if name != "root cause occurrence datetime":
        return expected == answer
    moments = [datetime.strptime(each, "%Y-%m-%d %H:%M:%S") for each in (expected, answer)]  # noqa: DTZ007
    return abs((moments[0] - moments[1]).total_seconds()) <= 60


def evaluate(predictions: Path, queries: Path, report: str) -> None:
    with predictions.open(newline="") as left, queries.open(newline="") as right:
        pairs = list(zip(csv.DictReader(left), csv.DictReader(right), strict=True))
    rows = [(query["task_index"], score(made["prediction"], query["scoring_points"])) for made, query in pairs]
    folder = report.rpartition("/")[0]
    if not folder:
        raise FileNotFoundError("a report without a folder")
    Path(folder).mkdir(parents=True, exist_ok=True)
    with Path(report).open("a", newline="") as file:
        csv.writer(file).writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-p", nargs="+", type=Path)
    parser.add_argument("-q", nargs="+", type=Path)
    parser.add_argument("-r")
    chosen = parser.parse_args()
    for predictions, queries in zip(chosen.p, chosen.q, strict=True):
        try:
            evaluate(predictions, queries, chosen.r)
        except Exception as error:  # noqa: BLE001  (as the original does)
            print(f"Error when evaluating the file {predictions}: {error}")  # noqa: T201
    with Path(chosen.r).open(newline="") as file:
        scores = [float(points) for _, points in csv.reader(file)]
    print(f"Total {len(scores)} Correct {scores.count(1.0)}")  # noqa: T201


if __name__ == "__main__":
    main()

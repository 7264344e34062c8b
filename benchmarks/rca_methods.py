"""What RCAEval's own methods answer on the cases of a dataset; for rca_reality.py, in an environment with RCAEval.

    python rca_methods.py FOLDER METHOD...   writes {method: {case: {"ranks": [column, ...], "services": n}}} as JSON

Cases are read as the main.py of RCAEval reads them, and methods are called as it calls them. They get neither the
folder's name nor anything that depends on it: main.py takes an indicator from there, which none of these methods use.
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from RCAEval import e2e
from RCAEval.e2e.baro import baro
from RCAEval.io.time_series import preprocess

ROWS_A_SIDE = 600
DATASET = "re1-ob"
METHODS: Mapping[str, Callable[..., Any]] = {"baro": baro, "nsigma": e2e.nsigma}


def read(case: Path) -> tuple[pd.DataFrame, int]:
    inject_time = int((case / "inject_time.txt").read_text().splitlines()[0])
    data = pd.read_csv(case / "data.csv")
    data = data.loc[:, ~data.columns.str.endswith("_latency-50")]
    data = data.replace([float("inf"), float("-inf")], float("nan")).ffill().fillna(0)
    before = data[data["time"] < inject_time].tail(ROWS_A_SIDE)
    after = data[data["time"] >= inject_time].head(ROWS_A_SIDE)
    both = pd.concat([before, after], ignore_index=True)
    return both.rename(columns=lambda name: name.replace("_latency-90", "_latency")), inject_time


def answer(method: str, case: Path) -> dict[str, Any]:
    data, inject_time = read(case)
    candidates = preprocess(data.copy(), dataset=DATASET).columns
    asked = {"dataset": DATASET, "anomalies": None, "dk_select_useful": False, "sli": "frontend_latency"}
    found = METHODS[method](data, inject_time, **asked, verbose=False, n_iter=len(data.columns) - 1)
    return {"ranks": list(found["ranks"]), "services": len({name.split("_")[0] for name in candidates})}


def main(folder: str, *methods: str) -> None:
    cases = sorted(path.parent for path in Path(folder).glob("*/*/data.csv"))
    named = {f"{case.parent.name}/{case.name}": case for case in cases}
    answers = {method: {name: answer(method, case) for name, case in named.items()} for method in methods}
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])

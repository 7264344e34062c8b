"""From held telemetry and labels to a packed, labelled dataset. No Django in it: all it needs is handed in.

A walk through it:

    build.py      start here: an `Order` says what to build from what; `build` makes the zip and dataset.json
    labels.py     what is handed in about faults: `Injection`, `PodLabel`, `Reach`
    knobs/        what an order may change: sampling, drops, steps, jitter, each by a seeded hash
    formats/      `base.py` says what a format is given and has to do; one file a format beside it
    engine/       makes the parts of a format in threads, spools them so that a kill loses nothing, packs the zip
    card/         the data card: what a dataset says about itself, and which of it is the answer
    split.py      injections to train and test
    manifest.py   dataset.json, whose sha256 is the digest
    files.py      what is known of a finished file; `Progress`, which is told of every step and may stop it

Telemetry comes as `telemetry_store.window.HeldTelemetry`. The app `datasets` orders builds, keeps and hands out what
they made; `datasets/sources.py` is where an order is put together. Why two packages: doc_addons/adr, 0005.
"""

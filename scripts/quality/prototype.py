#!/usr/bin/env python3
"""Compares the detector with its readable reference, detector_prototype.py, event by event.

  prototype.py EVIDENCE STREAM

EVIDENCE is the program of shared/examples/evidence.rs, STREAM a log in order of time (uba_eval.py make
writes one). Both judge it with the reference's weights, an epoch of one event and nothing forgotten.
Prints the largest difference of the identity and of the mass evidence as JSON; fails above 1e-6.
Standard library only.
"""
import gzip, json, pathlib, subprocess, sys, tempfile

import detector_prototype as reference

TOLERANCE = 1e-6
MODEL = pathlib.Path(__file__).parents[2] / "shared/assets/model.json"
# The reference's names of the families that have another name here.
NAMES = {"act": "action", "wday": "weekday", "loc": "location", "dev": "device", "vol": "volume",
         "bigr": "action_pair", "proj": "project", "l1": "folder", "l2": "subfolder", "l3": "item"}


def model():
    """The shipped model with the reference's weights; nothing for the families that the reference lacks."""
    shipped = json.loads(MODEL.read_text())
    known = {NAMES.get(family, family): pair for family, pair in reference.W.items()}
    of = {weight["family"]: known.get(weight["family"], (0, 0)) for weight in shipped["weights"]}
    weights = [{"family": family, "day": day, "event": event} for family, (day, event) in of.items()]
    return {**shipped, "weights": weights}


def evidence_of_reference(stream):
    detector = None
    for event in reference.load(stream):
        detector = detector or reference.Detector(event["t"])
        identity, mass, _ = detector.step(event)
        yield identity, mass


def evidence_of_detector(program, stream):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file, gzip.open(stream) as log:
        json.dump(model(), file)
        file.flush()
        printed = subprocess.run([program, file.name, "exact"], input=log.read(), check=True, capture_output=True).stdout
    for line in printed.decode().splitlines():
        identity, mass, _ = line.split(",")
        yield float(identity), float(mass)


def compare(program, stream):
    """Returns the number of events and the largest differences of both kinds of evidence."""
    events, identity, mass = 0, 0.0, 0.0
    for ours, theirs in zip(evidence_of_detector(program, stream), evidence_of_reference(stream), strict=True):
        events += 1
        identity = max(identity, abs(ours[0] - theirs[0]))
        mass = max(mass, abs(ours[1] - theirs[1]))
    return {"events": events, "identity": identity, "mass": mass}


if __name__ == "__main__":
    differences = compare(*sys.argv[1:])
    print(json.dumps(differences))
    if max(differences["identity"], differences["mass"]) > TOLERANCE:
        sys.exit("the detector differs from its reference")

"""Reads one JSON string a line, a YAML text, and answers with what PyYAML makes of it, one JSON value a line."""

import datetime
import json
import struct
import sys

import yaml


def describe(value):
    if value is None:
        return ["null"]
    if isinstance(value, bool):
        return ["bool", value]
    if isinstance(value, int):
        return ["int", hex(value)]
    if isinstance(value, float):
        return ["float", "nan" if value != value else struct.pack(">d", value).hex()]
    if isinstance(value, str):
        return ["str", value]
    if isinstance(value, (datetime.date, datetime.datetime)):
        return ["timestamp", str(value)]
    if isinstance(value, list):
        return ["list", [describe(item) for item in value]]
    if isinstance(value, dict):
        return ["map", [[describe(key), describe(item)] for key, item in value.items()]]
    raise TypeError(f"a value of {type(value)}")


def answer(text, loader):
    try:
        return describe(yaml.load(text, Loader=loader))
    except Exception as error:
        return ["error", " ".join(str(error).split())]


for line in sys.stdin:
    text = json.loads(line)
    # Ansible prefers the loader on libyaml where PyYAML has it.
    print(json.dumps([answer(text, yaml.CSafeLoader), answer(text, yaml.SafeLoader)]), flush=True)

"""Validates YAML files by a JSON Schema: reads the schema's path and those of the files, prints the errors of each as JSON.

YAML is read as Ansible reads it: YAML 1.1, by PyYAML.
"""

import json
import sys

import jsonschema
import yaml

schema, *files = sys.argv[1:]
with open(schema, encoding="utf-8") as text:
    schema = json.load(text)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
found = {}
for path in files:
    with open(path, encoding="utf-8") as text:
        document = yaml.safe_load(text)
    found[path] = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]
print(json.dumps(found))

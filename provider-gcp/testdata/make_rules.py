#!/usr/bin/env python3
"""Writes rules.jsonl and hosts.jsonl again: what the real plugin makes of configs and instances, without any cloud.

    PYTHON make_rules.py FOLDER

PYTHON has ansible-core 2.19 and google-auth; FOLDER holds `ansible_collections/google/cloud` 1.10.2. The instances and
disks of rules.jsonl are those of rules-facts.json beside this file, the configs those of rules-configs.yml. A line of
rules.jsonl has the config and either what became of it (hosts with the variables that rules-facts.json does not list
under `facts`, groups with their members and children, the filter that was sent) or why it failed. A line of hosts.jsonl
has an instance, which stays as it is, and either the variables that the plugin makes of it or why it fails.
"""

import copy
import json
import os
import pathlib
import sys
import tempfile

FOLDER = sys.argv[1]
HERE = pathlib.Path(__file__).parent
os.environ["ANSIBLE_COLLECTIONS_PATH"] = FOLDER

from ansible.inventory.data import InventoryData  # noqa: E402
from ansible.parsing.dataloader import DataLoader  # noqa: E402
from ansible.plugins.loader import init_plugin_loader, inventory_loader  # noqa: E402

init_plugin_loader([FOLDER])
from ansible_collections.google.cloud.plugins.inventory import gcp_compute  # noqa: E402

FACTS = json.loads((HERE / "rules-facts.json").read_text())
SENT = []


class Answer:
    status_code = 200

    def __init__(self, body):
        self.body = body

    def raise_for_status(self):
        pass

    def json(self):
        return copy.deepcopy(self.body)


def get(self, url, params=None, **_):
    project, kind = url.split("/")[6], url.split("/")[-1]
    if kind == "instances":
        SENT.append(params["filter"])
    scopes = {}
    for item in FACTS.get(project, {}).get(kind, []):
        scopes.setdefault("/".join(item["selfLink"].split("/")[7:9]), {}).setdefault(kind, []).append(item)
    return Answer({"items": scopes})


gcp_compute.GcpSession.get = get


def shown(inventory, facts):
    own = {}
    for host in inventory.hosts.values():
        variables = {k: v for k, v in host.vars.items() if k not in ("inventory_file", "inventory_dir")}
        own[host.name] = {k: v for k, v in variables.items() if k not in facts}
    groups = {}
    for group in inventory.groups.values():
        if group.name in ("all", "ungrouped") and not group.hosts:
            continue
        groups[group.name] = [[host.name for host in group.hosts], [child.name for child in group.child_groups]]
    return {"hosts": own, "groups": groups}


def run(config):
    SENT.clear()
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "a.gcp.yml")
        path.write_text("plugin: google.cloud.gcp_compute\nauth_kind: accesstoken\naccess_token: t\n" + config)
        plugin = inventory_loader.get("google.cloud.gcp_compute")
        plugin._redirected_names = ["google.cloud.gcp_compute"]
        inventory = InventoryData()
        try:
            plugin.parse(inventory, DataLoader(), str(path), cache=False)
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"}
        inventory.reconcile_inventory()
        return dict(shown(inventory, set(FACTS["facts"])), filter=SENT[0] if SENT else None)


def plain(value):
    """Takes the marks of Ansible off."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return str(value) if isinstance(value, str) else value


def variables(row):
    images = {}
    for disk in row.get("disks", []):
        images[disk["selfLink"]] = (disk.get("sourceImage") or disk["selfLink"]).split("/")[-1]
    try:
        instance = gcp_compute.GcpInstance(copy.deepcopy(row["instance"]), ["name"], images or None)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    return {"variables": instance.to_json()}


with (HERE / "rules.jsonl").open("w") as out:
    for config in (HERE / "rules-configs.yml").read_text().split("---\n"):
        out.write(json.dumps(dict(config=config, **plain(run(config))), ensure_ascii=False) + "\n")
rows = [json.loads(line) for line in (HERE / "hosts.jsonl").read_text().splitlines()]
with (HERE / "hosts.jsonl").open("w") as out:
    for row in rows:
        facts = {key: row[key] for key in ("case", "instance", "disks") if key in row}
        out.write(json.dumps(dict(facts, **variables(row)), ensure_ascii=False) + "\n")

#!/usr/bin/env python3
"""Writes rules.jsonl: the inventory that the real plugin makes of configs and a few machines, without any cloud.

    PYTHON make_rules.py FOLDER > rules.jsonl

PYTHON has ansible-core 2.19 and the Azure SDK; FOLDER holds `ansible_collections/azure/azcollection` 3.21.0; the
machines are those of rules-facts.json beside this file. Each line has the config and either what became of it (hosts
with their variables that are not hostvars of the machine, groups with their members and children) or that it failed.
"""

import json
import os
import pathlib
import sys
import tempfile

FOLDER = sys.argv[1]
os.environ["ANSIBLE_COLLECTIONS_PATH"] = FOLDER
sys.path.insert(0, FOLDER)
sys.path.insert(0, str(pathlib.Path(__file__).parent))

from ansible.inventory.data import InventoryData  # noqa: E402
from ansible.parsing.dataloader import DataLoader  # noqa: E402
from ansible.plugins.loader import init_plugin_loader, inventory_loader  # noqa: E402

init_plugin_loader([FOLDER])
from make_hosts import hosts  # noqa: E402

FACTS = json.loads(pathlib.Path(__file__).with_name("rules-facts.json").read_text())
CONFIGS = """
keyed_groups: [{key: tags.role, prefix: role}, {key: location}]
---
keyed_groups: [{key: location}, {key: tags.role, prefix: role}, {key: name}]
---
fail_on_template_errors: false
keyed_groups: [{key: tags.role, prefix: role}, {key: location}]
---
conditional_groups: {first: true, second: "tags.role == 'web'", third: true}
---
fail_on_template_errors: false
conditional_groups: {first: true, second: "tags.role == 'web'", third: true}
---
conditional_groups: {notbool: "tags | length"}
keyed_groups: [{key: location}]
---
groups: {ignored: true}
strict: true
compose: {a: name}
---
hostvar_expressions: {a: name}
compose: {b: name}
---
hostvar_expressions: {}
compose: {b: name}
---
hostvar_expressions: {a: tags.role, b: name}
conditional_groups: {g: true}
---
fail_on_template_errors: false
hostvar_expressions: {a: tags.role, b: name, c: ansible_host, d: default_inventory_hostname, e: a}
---
hostvar_expressions: {c: ansible_host | default('unseen')}
conditional_groups: {seen: "ansible_host is defined and c == 'unseen'"}
keyed_groups: [{key: ansible_host, prefix: ip}, {key: c}]
---
hostvar_expressions: {ansible_host: (public_dns_hostnames + private_ipv4_addresses) | first}
keyed_groups: [{key: ansible_host, prefix: ip}]
---
hostvar_expressions: [a]
conditional_groups: [b]
---
hostvar_expressions: {a: }
keyed_groups: [{key: location}]
---
hostvar_expressions: {a: "syntax error here"}
keyed_groups: [{key: location}]
---
keyed_groups: [{key: tags.empty}, {key: location}]
---
keyed_groups: [{key: tags.empty, default_value: none}, {key: location}]
---
fail_on_template_errors: false
keyed_groups: [{key: tags.empty}, {key: location}]
---
fail_on_template_errors: false
keyed_groups: [{key: network_interface | length}, {key: location}]
---
keyed_groups: [{key: tags, prefix: tag}, {key: os_disk.operating_system_type, prefix: os}, {key: availability_zone, prefix: zone}]
---
keyed_groups: [{key: tags, prefix: tag, parent_group: "{{ location }}"}]
---
use_contrib_script_compatible_sanitization: true
keyed_groups: [{key: tags, prefix: tag-x}, {key: name}]
conditional_groups: {with-dash and space: true}
---
leading_separator: false
keyed_groups: [{key: location}, {key: name, separator: "-"}]
---
default_host_filters: []
---
default_host_filters: ['powerstate == "stopped"']
---
exclude_host_filters: ["location == 'north'"]
---
exclude_host_filters: ["tags.role == 'web'"]
---
fail_on_template_errors: false
exclude_host_filters: ["tags.role == 'web'"]
---
exclude_host_filters: ["tags.role is defined and tags.role == 'web'"]
---
exclude_host_filters: [ansible_host is defined, inventory_hostname is defined, true and false]
---
include_host_filters: []
---
include_host_filters: [false, "tags.role is defined"]
---
include_host_filters: ["'web' in name", 0, "tags"]
---
fail_on_template_errors: false
include_host_filters: ["tags.role == 'web'", "location == 'north'"]
---
include_host_filters: [null, "", 1]
---
include_host_filters: [[1], {a: b}]
---
exclude_host_filters: ["syntax error here"]
---
fail_on_template_errors: false
exclude_host_filters: ["syntax error here"]
---
exclude_host_filters: name
---
include_host_filters: name
---
plain_host_names: true
---
plain_host_names: true
hostnames: [tags.empty, "none", name ~ '.x', default]
---
hostnames: [default, tags.role]
---
hostnames: [tags.role, default]
---
fail_on_template_errors: false
hostnames: [tags.role, default]
---
fail_on_template_errors: false
hostnames: [tags.role]
---
hostnames: [tags.empty]
---
hostnames: ["[name]", default]
---
hostnames: ["name + 1", default]
---
hostnames: default_inventory_hostname ~ '.tld', default
---
hostnames: []
---
hostnames: ["resource_group", default]
keyed_groups: [{key: name, prefix: n}]
hostvar_expressions: {which: name}
---
fail_on_template_errors: maybe
---
fail_on_template_errors: "false"
---
fail_on_template_errors: 0
keyed_groups: [{key: tags.role}, {key: location}]
---
keyed_groups: {key: location}
---
keyed_groups: [location, {key: name}]
---
conditional_groups: {all: true, ungrouped: "location == 'north'"}
---
hostvar_expressions: {ansible_host: ansible_host}
---
fail_on_template_errors: false
keyed_groups: [{key: tags.role, default_value: x, trailing_separator: false}, {key: location}]
""".split("---\n")


def build(config):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "a.azure_rm.yml")
        path.write_text("plugin: azure.azcollection.azure_rm\n" + config)
        plugin = inventory_loader.get("azure.azcollection.azure_rm")
        plugin._credential_setup = lambda: None
        plugin._get_hosts = lambda: None
        plugin._serialize = lambda _: [
            {"default_inventory_hostname": name, "hostvars": variables}
            for name, variables, _ in hosts(FACTS, plugin.get_option("plain_host_names"))
        ]
        inventory = InventoryData()
        inventory.current_source = str(path)
        plugin.parse(inventory, DataLoader(), str(path), cache=False)
    facts = {name for _, variables, _ in hosts(FACTS, False) for name in variables}
    facts |= {"inventory_file", "inventory_dir"}
    shown = {name: {key: value for key, value in host.vars.items() if key not in facts} for name, host in inventory.hosts.items()}
    groups = {
        name: [[host.name for host in group.hosts], [child.name for child in group.child_groups]]
        for name, group in inventory.groups.items() if name not in ("all", "ungrouped") or group.hosts
    }
    return {"hosts": shown, "groups": groups}


def plain(value):
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, str) else value


for config in CONFIGS:
    row = {"config": config.strip()}
    try:
        row.update(build(config))
    except Exception as error:
        row["error"] = str(error).split("\n")[0][:120]
    print(json.dumps(plain(row)))

"""An inventory plugin whose hosts are in memory already: what Ansible itself costs, whatever finds the hosts.

It reads groups, names of hosts and the variables of one host, and fills the inventory with them as the plugin of the
collection does: each host has those variables.
"""

DOCUMENTATION = """
name: memory
short_description: Hosts from memory
description: For the benchmark.
options: {}
"""

import gc
import json

from ansible.plugins.inventory import BaseInventoryPlugin
from ansible_collections.cloud_inventory.cloud_inventory.plugins.inventory.cloud_inventory import (
    InventoryModule as Collection,
)


class InventoryModule(Collection):
    """The plugin."""

    NAME = "memory"

    def verify_file(self, path):
        return path.endswith("memory.json")

    def parse(self, inventory, loader, path, cache=True):
        BaseInventoryPlugin.parse(self, inventory, loader, path, cache)
        gc.disable()
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        variables = document["variables"]
        document["hosts"] = [(name, dict(variables)) for name in document["hosts"]]
        self._fill(document)
        gc.freeze()
        gc.enable()

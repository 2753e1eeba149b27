"""Reads an inventory twice as `meta: refresh_inventory` does, and prints how many hosts there are, and how many of the first
inventory are left in memory: refresh.py SOURCE
"""

import gc
import json
import sys
import weakref

from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader

init_plugin_loader()
manager = InventoryManager(loader=DataLoader(), sources=sys.argv[1:])
first = [weakref.ref(host) for host in manager.hosts.values()]
manager.refresh_inventory()
left = sum(host() is not None for host in first)
print(json.dumps({"hosts": len(manager.hosts), "left": left, "is_collecting": gc.isenabled()}))

"""Runs the inventory script `ec2.py` on the Pythons of today: ec2_script.py SCRIPT [ARGUMENT...]

The script and boto 2.49 are older than Python 3.12: what they import that is no longer there, or is Ansible's, gets a
stand-in. Route 53 is asked with signatures of version 4, by which moto tells services apart.
"""

import importlib
import importlib.abc
import importlib.util
import runpy
import sys
import types

# The copies of `six` that boto and Ansible have do not work on Python 3.12.
COPIES = ("boto.vendored.six", "ansible.module_utils.six")


class Six(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the real `six` in the place of copies."""

    def find_spec(self, name, path, target=None):
        is_copy = any(name == copy or name.startswith(copy + ".") for copy in COPIES)
        return importlib.util.spec_from_loader(name, self, is_package=True) if is_copy else None

    def create_module(self, spec):
        name = spec.name
        for copy in COPIES:
            name = name.replace(copy, "six", 1)
        return importlib.import_module(name)

    def exec_module(self, module):
        pass


sys.meta_path.insert(0, Six())
for name in ("imp", "ansible", "ansible.module_utils", "ansible.module_utils.ec2"):
    sys.modules.setdefault(name, types.ModuleType(name)).__path__ = []
sys.modules["ansible"].module_utils = sys.modules["ansible.module_utils"]
sys.modules["ansible.module_utils"].ec2 = sys.modules["ansible.module_utils.ec2"]

from boto.route53.connection import Route53Connection

Route53Connection.AuthServiceName, Route53Connection.AuthRegionName = "route53", "us-east-1"
Route53Connection._required_auth_capability = lambda self: ["hmac-v4"]

del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")

# Copyright (c) the cloud-inventory contributors
# MIT or Apache-2.0, as you like (see LICENSE-MIT and LICENSE-APACHE)
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Runs the program cloud-inventory and fills Ansible's inventory with what it hands over."""

from __future__ import annotations

DOCUMENTATION = r"""
name: cloud_inventory
short_description: Machines on AWS, Azure and Google Cloud, by the program cloud-inventory
description:
  - Runs the program C(cloud-inventory) with the source, and takes in the hosts, groups and variables that it finds.
  - Sources are its native files, and the unchanged files of P(amazon.aws.aws_ec2#inventory),
    P(azure.azcollection.azure_rm#inventory) and P(google.cloud.gcp_compute#inventory).
  - Native files need the line C(plugin=cloud_inventory.cloud_inventory.cloud_inventory), or a name that ends in
    C(cloud_inventory.yml) where this plugin is enabled. Files of the other plugins need no change where this plugin is
    enabled before C(auto).
  - A failure of any cloud, account or region fails the source. There is never a part of an inventory, unless the source
    allows that.
  - Values that are encrypted with Ansible Vault, and files that are encrypted as a whole, are decrypted with Ansible's own
    secrets, and reach the program through a pipe.
requirements:
  - The program C(cloud-inventory), from the same release as this collection.
options:
  binary:
    description:
      - The path of the program.
      - By default the one on E(PATH), else the one beside the Python interpreter that runs Ansible.
    type: path
    env:
      - name: CLOUD_INVENTORY_BINARY
    ini:
      - section: cloud_inventory
        key: binary
  arguments:
    description:
      - More arguments for the program, in one line, quoted as in a shell. For example C(--cached-only).
    type: str
    default: ''
    env:
      - name: CLOUD_INVENTORY_ARGUMENTS
    ini:
      - section: cloud_inventory
        key: arguments
  refresh:
    description:
      - Ask the clouds anew, whatever is kept of their answers.
      - C(--flush-cache) and C(meta=refresh_inventory) do it for one run.
    type: bool
    default: false
    env:
      - name: CLOUD_INVENTORY_REFRESH
    ini:
      - section: cloud_inventory
        key: refresh
  timeout:
    description:
      - After how many seconds the program is ended, and the source fails. V(0) for never.
      - The program ends by itself after its C(deadline), so this is only for when that does not happen.
    type: int
    default: 0
    env:
      - name: CLOUD_INVENTORY_TIMEOUT
    ini:
      - section: cloud_inventory
        key: timeout
  use_extra_vars:
    description:
      - What counts for sources that do not say C(use_extra_vars) themselves.
    type: bool
    env:
      - name: ANSIBLE_INVENTORY_USE_EXTRA_VARS
    ini:
      - section: inventory_plugins
        key: use_extra_vars
  cache:
    description:
      - What counts for files of other plugins that do not say C(cache) themselves. So do the other options of caches.
    type: bool
    env:
      - name: ANSIBLE_INVENTORY_CACHE
    ini:
      - section: inventory
        key: cache
  cache_plugin:
    description: The cache plugin; all but V(memory) keep facts.
    type: str
    env:
      - name: ANSIBLE_CACHE_PLUGIN
      - name: ANSIBLE_INVENTORY_CACHE_PLUGIN
    ini:
      - section: defaults
        key: fact_caching
      - section: inventory
        key: cache_plugin
  cache_timeout:
    description: For how many seconds facts are kept.
    type: int
    env:
      - name: ANSIBLE_CACHE_PLUGIN_TIMEOUT
      - name: ANSIBLE_INVENTORY_CACHE_TIMEOUT
    ini:
      - section: defaults
        key: fact_caching_timeout
      - section: inventory
        key: cache_timeout
  cache_connection:
    description: The folder in which facts are kept.
    type: str
    env:
      - name: ANSIBLE_CACHE_PLUGIN_CONNECTION
      - name: ANSIBLE_INVENTORY_CACHE_CONNECTION
    ini:
      - section: defaults
        key: fact_caching_connection
      - section: inventory
        key: cache_connection
author:
  - The cloud-inventory contributors (@cloud-inventory)
"""

EXAMPLES = r"""
# prod.cloud_inventory.yml: all machines of an organization, and of two projects.
plugin: cloud_inventory.cloud_inventory.cloud_inventory
sources:
  - aws:
      organization: {role: inventory}
      regions: [eu-west-1]
  - gcp: {projects: [web, data]}
keyed_groups:
  - key: tags.role | default('none')
    prefix: role

---
# ansible.cfg, for aws_ec2.yml, azure_rm.yml and gcp.yml that are there already:
#   [inventory]
#   enable_plugins = cloud_inventory.cloud_inventory.cloud_inventory, host_list, script, yaml, ini
plugin: amazon.aws.aws_ec2
regions: [eu-west-1]
"""

import datetime
import gc
import json
import marshal
import os
import re
import shlex
import shutil
import subprocess
import sys

import yaml

from ansible import constants as C
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.host import Host
from ansible.plugins.inventory import BaseInventoryPlugin
from ansible.utils.path import basedir

try:
    from ansible.template import trust_as_template  # pylint: disable=unused-import

    # Since 2.19 no text of a plugin is a template.
    unsafe = str
except ImportError:
    from ansible.utils.unsafe_proxy import AnsibleUnsafeText as unsafe

# The form of what the program hands over, which changes with this number only.
FORMAT = 2
HEAD = re.compile(rb"cloud-inventory (\d+)\n")
END = b"\nend\n"
# The form holds no code; since Python 3.13 `marshal` can be told.
WITHOUT_CODE = {"allow_code": False} if sys.version_info >= (3, 13) else {}

# The ends of the names of files, and the plugins that they may name: those of the plugins themselves, and ours.
OWN = ("cloud_inventory.cloud_inventory.cloud_inventory", "cloud_inventory")
PLUGINS = {
    "amazon.aws.aws_ec2": ("aws_ec2",),
    "aws_ec2": ("aws_ec2",),
    "azure.azcollection.azure_rm": ("azure_rm",),
    "azure_rm": ("azure_rm",),
    "google.cloud.gcp_compute": ("gcp", "gcp_compute"),
    "gcp_compute": ("gcp", "gcp_compute"),
}
OWN_NAMES = ("cloud_inventory", "cloud-inventory")
PLUGIN = re.compile(r"""^[ {]*["']?plugin["']?\s*:\s*["']?([\w.]+)""", re.MULTILINE)
SOURCES = re.compile(r"""^[ {]*["']?sources["']?\s*:""", re.MULTILINE)
ENCRYPTED = "$ANSIBLE_VAULT"

# Of ansible.cfg, which the program does not read; variables of the environment it does.
INHERITED = {
    "use_extra_vars": "ANSIBLE_INVENTORY_USE_EXTRA_VARS",
    "cache": "ANSIBLE_INVENTORY_CACHE",
    "cache_plugin": "ANSIBLE_INVENTORY_CACHE_PLUGIN",
    "cache_timeout": "ANSIBLE_INVENTORY_CACHE_TIMEOUT",
    "cache_connection": "ANSIBLE_INVENTORY_CACHE_CONNECTION",
}


def is_ours(path, text):
    """Tells whether a file is one for this plugin, by its name and by the plugin that it names."""
    stem, extension = os.path.splitext(path)
    if extension not in (".yml", ".yaml"):
        return False
    if text.startswith(ENCRYPTED):
        return stem.endswith(OWN_NAMES + sum(PLUGINS.values(), ()))
    plugin = PLUGIN.search(text)
    if plugin is None:
        return stem.endswith(OWN_NAMES) and SOURCES.search(text) is not None
    return plugin.group(1) in OWN or stem.endswith(PLUGINS.get(plugin.group(1), ("/",)))


def read(path):
    """Returns the text of a file; what is not UTF-8 the program refuses with a better message."""
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        return file.read()


def decode(handed_over):
    """Makes Python's objects of what the program hands over; `ValueError` when it is something else, or of another form."""
    head = HEAD.match(handed_over)
    if head is None:
        raise ValueError("is it cloud-inventory?")
    if int(head[1]) != FORMAT:
        raise ValueError(f"it is in form {int(head[1])}, and this collection reads form {FORMAT}: upgrade both")
    if not handed_over.endswith(END):
        raise ValueError("its end is missing")
    # Not for what others may write: `marshal` trusts its input. This is our own program's, through a pipe.
    document = marshal.loads(memoryview(handed_over)[head.end():], **WITHOUT_CODE)
    if not {"hosts", "groups", "times", "templates"} <= set(document):
        raise ValueError("a part of it is missing")
    for name, make in (("times", datetime.datetime.fromisoformat), ("templates", unsafe)):
        places = iter(document[name])
        for container, place in zip(places, places):
            container[place] = make(container[place])
    return document


def messages(text):
    """Splits what the program tells into messages, each with its lines."""
    found = []
    for line in text.splitlines():
        if found and re.match(r"\s|-->|\d+ \||\.\.\.|$", line):
            found[-1] += "\n" + line
        else:
            found.append(line)
    return found


class InventoryModule(BaseInventoryPlugin):
    """The plugin."""

    NAME = "cloud_inventory.cloud_inventory.cloud_inventory"

    def verify_file(self, path):
        """Tells whether this plugin reads a source."""
        try:
            return super().verify_file(path) and is_ours(path, read(path))
        except OSError:
            return False

    def parse(self, inventory, loader, path, cache=True):
        """Fills the inventory. `cache` is false with `--flush-cache` and for `meta: refresh_inventory`."""
        super().parse(inventory, loader, path, cache)
        self.set_options()
        is_collecting = gc.isenabled()
        if not cache:
            # Hosts of an earlier inventory are garbage now.
            gc.unfreeze()
            gc.collect()
        # All that is made here stays: looking for garbage in it takes as long as making it, now and later.
        gc.disable()
        try:
            self._fill(self._run(path, is_refreshed=not cache or self.get_option("refresh")))
        finally:
            gc.freeze()
            if is_collecting:
                gc.enable()

    def _run(self, path, is_refreshed):
        """Runs the program, and returns what it hands over."""
        program = self.get_option("binary") or shutil.which("cloud-inventory")
        program = program or os.path.join(os.path.dirname(sys.executable), "cloud-inventory")
        command = [program, path, "--hand-over", str(FORMAT)]
        command += ["--refresh"] if is_refreshed else []
        command += shlex.split(self.get_option("arguments"))
        environment = dict(os.environ)
        environment.setdefault("CLOUD_INVENTORY_MESSAGES", "steps" if self.display.verbosity > 2 else "warnings")
        for option, variable in INHERITED.items():
            if self.get_option(option) is not None:
                environment[variable] = str(self.get_option(option))
        request = json.dumps(self._request(path), default=str).encode()
        try:
            run = subprocess.run(
                command, input=request, capture_output=True, env=environment, timeout=self.get_option("timeout") or None, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise AnsibleParserError(f"cloud-inventory did not end within {error.timeout:.0f} seconds for {path}") from error
        except OSError as error:
            raise AnsibleParserError(
                f"cloud-inventory cannot be run: {error}; install it, or set CLOUD_INVENTORY_BINARY to its path"
            ) from error
        told = run.stderr.decode(errors="replace").strip()
        if run.returncode != 0:
            end = f"exit code {run.returncode}" if run.returncode > 0 else f"signal {-run.returncode}"
            if "unexpected argument '--hand-over'" in told:
                told += "\nthis cloud-inventory is older than the collection: upgrade the program"
            raise AnsibleParserError(f"cloud-inventory gives no inventory of {path} ({end}): {told}")
        for message in messages(told):
            if message.startswith("warning: "):
                self.display.warning(message[len("warning: "):])
            else:
                self.display.vvv(message)
        try:
            return decode(run.stdout)
        except (ValueError, EOFError, LookupError, TypeError) as error:
            raise AnsibleParserError(f"{program} hands over no inventory of {path}: {error}") from error

    def _request(self, path):
        """Returns what the program must know and what must be on no command line: extra variables, and secrets."""
        request = {"files": {}, "values": {}, "extra_variables": self._vars}
        files = [path]
        for file in files:
            try:
                text = read(file)
                if text.startswith(ENCRYPTED):
                    request["files"][file] = text = self._decrypt(text)
                if ENCRYPTED in text:
                    for event in yaml.parse(text):
                        if getattr(event, "tag", None) in ("!vault", "!vault-encrypted"):
                            request["values"][event.value] = self._decrypt(event.value)
            except (OSError, yaml.YAMLError):
                # The program tells what is wrong.
                continue
            except AnsibleError as error:
                raise AnsibleParserError(f"{file} cannot be decrypted: {error}") from error
            if file == path and SOURCES.search(text):
                files += self._named_files(path, text)
        return request

    def _named_files(self, path, text):
        """Returns the files that a native file names as sources."""
        try:
            sources = self.loader.load(text)["sources"]
            return [os.path.join(os.path.dirname(path), source["file"]) for source in sources if "file" in source]
        except (AnsibleError, KeyError, TypeError):
            # The program tells what is wrong.
            return []

    def _decrypt(self, encrypted):
        """Decrypts text with Ansible's secrets."""
        lines = "".join(f"  {line}\n" for line in encrypted.split())
        return str(self.loader.load("secret: !vault |\n" + lines)["secret"])

    def _fill(self, document):
        """Puts all hosts and groups into the inventory.

        The same as with `add_host`, `add_child` and `set_variable`, for what is not there already: those copy each value,
        and look through all groups for each host.
        """
        known, groups = self.inventory.hosts, self.inventory.groups
        source = self.inventory.current_source
        folder = basedir(source) if source else None
        hosts = []
        for name, variables in document["hosts"]:
            if name in known or name in C.LOCALHOST:
                host = known[self.inventory.add_host(name)]
                for variable, value in variables.items():
                    host.set_variable(variable, value)
            else:
                host = known[name] = Host(name)
                host.vars = variables
                variables.setdefault("inventory_file", source)
                variables.setdefault("inventory_dir", folder)
            hosts.append(host)
        old = set(groups)
        names = [self.inventory.add_group(group[0]) for group in document["groups"]]
        actual = dict(zip((group[0] for group in document["groups"]), names))
        for name, (given, members, children, variables, priority) in zip(names, document["groups"]):
            for child in children:
                self.inventory.add_child(name, actual[child])
        for name, (given, members, children, variables, priority) in zip(names, document["groups"]):
            group = groups[name]
            if priority != 1:
                group.set_priority(priority)
            for variable, value in variables.items():
                group.set_variable(variable, value)
            members = [hosts[place] for place in members]
            if name in old:
                for host in members:
                    group.add_host(host)
                continue
            old.add(name)
            group.hosts.extend(members)
            group.clear_hosts_cache()
            lineage = [*group.get_ancestors(), group]
            for host in members:
                host.groups.extend([each for each in lineage if each not in host.groups])

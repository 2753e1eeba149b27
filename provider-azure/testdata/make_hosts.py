#!/usr/bin/env python3
"""Writes hosts.jsonl: what the classes of the real plugin make of machines written here.

    PYTHON make_hosts.py FOLDER > hosts.jsonl

PYTHON has ansible-core and the Azure SDK; FOLDER holds `ansible_collections/azure/azcollection` 3.21.0. Each line has
the name of the case, the facts as `[kind, record]`, and the hosts as `[default name, variables, ansible_host]`.
"""

import copy
import json
import sys
from itertools import chain

sys.path.insert(0, sys.argv[1])
from ansible_collections.azure.azcollection.plugins.inventory import azure_rm  # noqa: E402

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-00000000c0de"
GROUP = SUBSCRIPTION + "/resourceGroups/"
VM_KIND = "Microsoft.Compute/virtualMachines"


class Client:
    """Answers the requests of the plugin's classes from the facts."""

    _compute_api_version = _network_api_version = _scaleSet_network_api_version = "x"
    _hybridcompute_api_version = _stackhci_api_version = "x"

    def __init__(self, facts):
        self.by_id, self.views, self.queue = {}, {}, []
        for kind, record in facts:
            key = record["id"].lower()
            if kind in ("vm_status", "scale_set_vm"):
                self.views[key] = record["properties"]["instanceView"]
            if kind in ("network_interface", "public_ip", "scale_set_network_interface", "scale_set_public_ip"):
                self.by_id[key] = record

    def _enqueue_get(self, url, api_version, handler, handler_args=None):
        self.queue.append((url, handler, handler_args or {}))

    def run(self):
        while self.queue:
            url, handler, arguments = self.queue.pop(0)
            if url.endswith("/instanceView"):
                found = self.views.get(url[: -len("/instanceView")].lower())
            else:
                found = copy.deepcopy(self.by_id.get(url.lower()))
                if found and "publicIPAddresses" in url:
                    found["id"] = url  # the join is by equal text in the plugin, and by identifier here
            if found is not None:
                handler(found, **arguments)


def hosts(facts, plain):
    client = Client(facts)
    kinds = lambda wanted: [record for kind, record in facts if kind == wanted]
    machines = [azure_rm.AzureHost(vm, client, legacy_name=plain) for vm in kinds("vm")]
    machines += [azure_rm.ArcHost(arc, client, legacy_name=plain) for arc in kinds("arc_machine")]
    for instance in kinds("hci_instance"):
        arc = next(arc for arc in kinds("hci_machine") if instance["id"].lower().startswith(arc["id"].lower() + "/"))
        machines.append(azure_rm.AzureHost(instance, client, archcivm=arc, legacy_name=plain))
    for instance in kinds("scale_set_vm"):
        scale_set = next(s for s in kinds("scale_set") if instance["id"].lower().startswith(s["id"].lower() + "/"))
        machines.append(azure_rm.AzureHost(instance, client, vmss=scale_set, legacy_name=plain))
    client.run()
    rows = []
    for machine in machines:
        variables = machine.hostvars
        addresses = chain(variables["public_ipv4_address"], variables["private_ipv4_addresses"])
        rows.append([machine.default_inventory_hostname, variables, next(addresses, None)])
    return rows


def vm(name, group="rg-a", nics=(), **properties):
    record = {
        "name": name,
        "id": f"{GROUP}{group}/providers/{VM_KIND}/{name}",
        "type": VM_KIND,
        "location": "westeurope",
        "tags": {"role": "web"},
        "properties": {
            "vmId": f"id-of-{name}",
            "provisioningState": "Succeeded",
            "hardwareProfile": {"vmSize": "Standard_B2s"},
            "osProfile": {"computerName": name + "-c", "adminUsername": "a", "linuxConfiguration": {}},
            "storageProfile": {
                "imageReference": {"publisher": "Canonical", "offer": "ubuntu", "sku": "22", "version": "latest",
                                   "exactVersion": "22.04"},
                "osDisk": {"osType": "Linux", "name": name + "-os", "createOption": "FromImage",
                           "managedDisk": {"id": GROUP + "rg-a/providers/Microsoft.Compute/disks/os"}},
                "dataDisks": [],
            },
            "networkProfile": {"networkInterfaces": list(nics)},
            "timeCreated": "2023-07-21T09:30:30.4710164+00:00",
        },
    }
    record["properties"].update(properties)
    return record


def status(machine, *codes, **view):
    statuses = [{"code": code, "level": "Info"} for code in codes]
    properties = {"instanceView": {"statuses": statuses, **view}}
    return {"id": machine["id"].upper(), "name": machine["name"], "properties": properties}


def nic_id(name, group="rg-a"):
    return f"{GROUP}{group}/providers/Microsoft.Network/networkInterfaces/{name}"


def ip_id(name):
    return f"{GROUP}rg-a/providers/Microsoft.Network/publicIPAddresses/{name}"


def nic(name, *configurations, **properties):
    configurations = [{"name": f"c{n}", "properties": c} for n, c in enumerate(configurations)]
    return {"name": name, "id": nic_id(name), "etag": "W/1", "location": "westeurope",
            "properties": {"provisioningState": "Succeeded", "macAddress": "00-0D-3A-" + name,
                           "ipConfigurations": configurations, "enableIPForwarding": False, **properties}}


def configuration(address, public=None, primary=None, **more):
    found = {"privateIPAddress": address, "subnet": {"id": SUBSCRIPTION + "/subnets/s"}, **more}
    if public:
        found["publicIPAddress"] = {"id": ip_id(public)}
    if primary is not None:
        found["primary"] = primary
    return found


def public_ip(name, address=None, fqdn=None):
    properties = {"publicIPAllocationMethod": "Dynamic"}
    if address:
        properties["ipAddress"] = address
    if fqdn:
        properties["dnsSettings"] = {"domainNameLabel": "l", "fqdn": fqdn}
    return {"name": name, "id": ip_id(name), "properties": properties}


def cases():
    plain = vm("web", nics=[{"id": nic_id("n1")}])
    yield "one of everything", [
        ("vm", plain), ("vm_status", status(plain, "ProvisioningState/succeeded", "PowerState/running",
                                            computerName="real", osName="ubuntu", osVersion="22.04",
                                            hyperVGeneration="V2")),
        ("network_interface", nic("n1", configuration("10.0.0.4", "p1", True),
                                  networkSecurityGroup={"id": GROUP + "x/providers/Microsoft.Network/networkSecurityGroups/Sec-G"})),
        ("public_ip", public_ip("p1", "20.1.2.3", "web.example.com"))]

    several = vm("several", "RG-Upper", [{"id": nic_id("n1"), "properties": {"primary": False}},
                                         {"id": nic_id("N2"), "properties": {"primary": True, "deleteOption": "Delete"}},
                                         {"id": nic_id("n3")}])
    yield "several interfaces and configurations, in their order", [
        ("vm", several), ("vm_status", status(several, "PowerState/deallocated", "PowerState/running")),
        ("network_interface", nic("n3", configuration("10.0.3.1", "p3"), networkSecurityGroup=None)),
        ("network_interface", nic("n1", configuration("10.0.1.1", None, False), configuration("10.0.1.2", "p1", True),
                                  configuration("fd00::1", "p6", False, privateIPAddressVersion="IPv6"))),
        ("network_interface", nic("n2", configuration("10.0.2.1"), configuration("10.0.2.2", "p2"))),
        ("public_ip", public_ip("p6", "2603:1020::5")), ("public_ip", public_ip("p3", "20.0.0.3", "three.example.com")),
        ("public_ip", public_ip("P2", "20.0.0.2")), ("public_ip", public_ip("p1", "20.0.0.1", "one.example.com"))]

    windows = vm("win", osProfile={"computerName": "WIN", "windowsConfiguration": {}, "linuxConfiguration": {}},
                 licenseType="Windows_Server", plan={"name": "the-plan"},
                 storageProfile={"imageReference": {"id": "/images/own"},
                                 "osDisk": {"osType": "Windows", "name": "d", "vhd": {"uri": "https://x"}},
                                 "dataDisks": [{"lun": 3, "name": "d3", "managedDisk": {"id": "/disks/d3"}}, {"lun": 0}]})
    windows.update(zones=["1"], plan={"name": "top", "product": "p"}, tags=None)
    yield "windows, an image of one's own, no tags", [
        ("vm", windows), ("vm_status", status(windows, "PowerState/stopped"))]

    specialized = vm("special", storageProfile={"osDisk": {"osType": "Windows", "name": "d", "createOption": "Attach"}},
                     hardwareProfile={}, licenseType=None)
    del specialized["properties"]["osProfile"], specialized["properties"]["networkProfile"], specialized["tags"]
    specialized["systemData"] = {"createdAt": "2024-01-01T00:00:00Z"}
    yield "no profile of a system, no network", [
        ("vm", specialized), ("vm_status", status(specialized, "ProvisioningState/updating"))]

    bare = vm("bare", osProfile={"computerName": "bare"}, storageProfile=None)
    del bare["properties"]["hardwareProfile"], bare["properties"]["timeCreated"]
    yield "a system nobody names, no storage, no status", [("vm", bare)]

    linux = vm("typed", storageProfile={"osDisk": {"osType": "Linux", "name": "d"}, "imageReference": {}})
    del linux["properties"]["osProfile"]
    yield "system by disk", [("vm", linux), ("vm_status", status(linux, "PowerState/running", "PowerState/stopped"))]

    unusual = vm("unusual", nics=[{"id": nic_id("n1")}, {"id": nic_id("n2")}])
    yield "configurations with little in them", [
        ("vm", unusual), ("vm_status", status(unusual, "PowerState/")),
        ("network_interface", nic("n1", {"primary": True}, {"subnet": {}, "privateIPAddress": ""})),
        ("network_interface", {"name": "n2", "id": nic_id("n2"), "properties": {}})]

    scale_set = {"name": "set", "id": GROUP + "RG-Sets/providers/Microsoft.Compute/virtualMachineScaleSets/set",
                 "properties": {"orchestrationMode": "Uniform"}}
    instance = vm("set_0", "RG-Sets", [{"id": scale_set["id"] + "/virtualMachines/0/networkInterfaces/n", "properties": {"primary": True}}],
                  hardwareProfile={}, instanceView={"statuses": [{"code": "PowerState/running"}], "osName": "u", "computerName": ""})
    instance.update(id=scale_set["id"] + "/virtualMachines/0", instanceId="0", type=VM_KIND.replace("virtualMachines", "virtualMachineScaleSets/virtualMachines"))
    address = scale_set["id"] + "/virtualMachines/0/networkInterfaces/n/ipConfigurations/c/publicIPAddresses/p"
    interface = nic("n", {"privateIPAddress": "10.9.0.1", "primary": True, "publicIPAddress": {"id": address}})
    interface["id"] = scale_set["id"] + "/virtualMachines/0/networkInterfaces/n"
    yield "an instance of a scale set", [
        ("scale_set", scale_set), ("scale_set_vm", instance), ("scale_set_network_interface", interface),
        ("scale_set_public_ip", {"name": "p", "id": address, "properties": {"ipAddress": "20.5.5.5"}})]

    arc = {"name": "hci-vm", "id": GROUP + "rg-hci/providers/Microsoft.HybridCompute/machines/hci-vm", "kind": "HCI",
           "location": "eastus", "tags": {"a": "b"}, "properties": {"osType": "linux"}}
    hci = {"name": "default", "id": arc["id"] + "/providers/Microsoft.AzureStackHCI/virtualMachineInstances/default",
           "type": "microsoft.azurestackhci/virtualmachineinstances",
           "extendedLocation": {"name": GROUP + "rg/providers/Microsoft.ExtendedLocation/customLocations/here", "type": "CustomLocation"},
           "systemData": {"createdAt": "2024-02-02T00:00:00.1234567Z"},
           "properties": {"vmId": "v", "provisioningState": "Succeeded", "status": {"powerState": "Running"},
                          "hardwareProfile": {"vmSize": "Custom", "memoryMB": 2048, "processors": 2},
                          "osProfile": {"computerName": "inner"},
                          "storageProfile": {"vmConfigStoragePathId": "/storage/path", "imageReference": {"id": "/gallery/i"},
                                             "osDisk": {"osType": "Linux"}, "dataDisks": [{"id": "/disks/extra"}]},
                          "networkProfile": {"networkInterfaces": [{"id": nic_id("hci-n")}]}}}
    yield "a machine of Azure Stack HCI", [
        ("hci_machine", arc), ("hci_instance", hci),
        ("network_interface", {"name": "hci-n", "id": nic_id("hci-n"), "properties": {
            "macAddress": "ec-1", "ipConfigurations": [{"name": "c", "properties": {"privateIPAddress": "192.168.1.5", "subnet": {"id": "/s"}}}]}})]

    machine = {"name": "arc-vm", "id": GROUP + "RG-Arc/providers/Microsoft.HybridCompute/machines/arc-vm", "location": "uksouth",
               "type": "Microsoft.HybridCompute/machines", "tags": {"x": "y"},
               "properties": {"status": "Connected", "provisioningState": "Succeeded", "vmId": "w", "osSku": "Ubuntu", "osType": "linux",
                              "osVersion": "6.1", "networkProfile": {"networkInterfaces": [
                                  {"name": "eth0", "macAddress": "aa", "ipAddresses": [
                                      {"address": "10.1.1.1", "ipAddressVersion": "IPv4"}, {"address": "8.8.4.4", "ipAddressVersion": "IPv4"},
                                      {"address": "fe80::1", "ipAddressVersion": "IPv6"}, {"address": "none"}]},
                                  {"name": "lo", "ipAddresses": [{"address": "127.0.0.1", "ipAddressVersion": "IPv4"}]}]}}}
    gone = {"name": "gone", "id": GROUP + "rg/providers/Microsoft.HybridCompute/machines/gone", "location": "uksouth",
            "properties": {"status": "Disconnected", "vmId": "x"}}
    silent = {"name": "silent", "id": GROUP + "rg/providers/Microsoft.HybridCompute/machines/silent", "location": "uksouth",
              "properties": {"vmId": "y"}}
    yield "machines of Arc", [("arc_machine", machine), ("arc_machine", gone), ("arc_machine", silent)]


def main():
    for case, facts in cases():
        plain = case == "system by disk"
        facts = [[kind, record] for kind, record in facts]
        print(json.dumps({"case": case, "plain_names": plain, "facts": facts, "hosts": hosts(facts, plain)}))


if __name__ == "__main__":
    main()

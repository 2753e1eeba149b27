"""Makes instances.xml, with every member that botocore knows, and instances.json, the hostvars that the plugin makes of it.

Run with a Python that has amazon.aws 10.1.2 and botocore 1.44.5: `python make_instances.py`.
A `datetime` is written as {"$time": "..."}.
"""
import datetime
import json
import pathlib

import botocore.parsers
import botocore.session
from ansible_collections.amazon.aws.plugins.inventory.aws_ec2 import _prepare_host_vars

HERE = pathlib.Path(__file__).parent
MODEL = botocore.session.get_session().get_service_model("ec2")
OUTPUT = MODEL.operation_model("DescribeInstances").output_shape


def element(shape, path):
    """Writes a member of each kind with a value that tells where it stands."""
    if shape.type_name == "structure":
        parts = []
        for name, member in shape.members.items():
            tag = member.serialization.get("name", name)
            parts.append(f"<{tag}>{element(member, path + [name])}</{tag}>")
        return "".join(parts)
    if shape.type_name == "list":
        return "".join(f"<item>{element(shape.member, path + [str(i)])}</item>" for i in range(2))
    if shape.type_name == "timestamp":
        return "2026-11-22T12:35:17.250Z" if path[-1] == "UsageOperationUpdateTime" else "2026-11-22T12:35:17.000Z"
    if shape.type_name == "boolean":
        return "true" if len(path[-1]) % 2 else "false"
    if shape.type_name == "integer":
        return str(len(".".join(path)))
    if path[-1] == "AvailabilityZone":
        return "eu-west-1b"
    return ".".join(path)


def instance(shape):
    return f"<item>{element(shape, [])}</item>"


ODD = """
<item><instanceId>i-odd</instanceId><architecture>riscv512</architecture><instanceType>zz9.plural</instanceType>
<blockDeviceMapping/><networkInterfaceSet><item><association/><groupSet/></item></networkInterfaceSet>
<tagSet><item><key>Name</key><value> a &amp; b&#xD;&lt;c&gt; </value></item><item><value/><key>empty</key></item>
<item><key>Name</key><value>last</value></item><item><key>größe</key><value>{{ x }} 中</value></item></tagSet>
<reason/><keyName></keyName><monitoring/><launchTime>2026-01-02T03:04:05.123Z</launchTime><notKnownYet>5</notKnownYet>
<instanceState><code>16</code><name>running</name></instanceState>
<placement><availabilityZone>us-east-1-bos-1a</availabilityZone><tenancy>default</tenancy></placement></item>
"""
BARE = "<item><instanceId>i-bare</instanceId><placement><availabilityZone>x</availabilityZone></placement></item>"


def answer():
    reservation = OUTPUT.members["Reservations"].member
    full = instance(reservation.members["Instances"].member)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><reservationSet>
<item><reservationId>r-1</reservationId><ownerId>123456789012</ownerId><requesterId>service</requesterId>
<groupSet><item><groupId>sg-classic</groupId></item></groupSet><instancesSet>{full}</instancesSet></item>
<item><reservationId>r-2</reservationId><ownerId>123456789012</ownerId><groupSet/>
<instancesSet>{ODD}{BARE}</instancesSet></item></reservationSet></DescribeInstancesResponse>
"""


def time(value):
    if isinstance(value, datetime.datetime):
        return {"$time": value.isoformat()}
    raise TypeError(value)


def main():
    xml = answer()
    response = {"status_code": 200, "headers": {}, "body": xml.encode()}
    parsed = botocore.parsers.EC2QueryParser().parse(response, OUTPUT)
    hosts = []
    for reservation in parsed["Reservations"]:
        for host in reservation["Instances"]:
            host["OwnerId"] = reservation["OwnerId"]
            host["RequesterId"] = reservation.get("RequesterId", "")
            host["ReservationId"] = reservation["ReservationId"]
            hosts.append(_prepare_host_vars(host))
    (HERE / "instances.xml").write_text(xml)
    (HERE / "instances.json").write_text(json.dumps(hosts, default=time, ensure_ascii=False, indent=1) + "\n")


main()

"""Makes hostnames.json: random instances and `hostnames`, with the names that the plugin gives.

Run with a Python that has ansible-core 2.19 and amazon.aws 10.1.2: `python make_hostnames.py`.
Left out are cases in which the plugin fails, and filters over what an instance lacks: there this program differs.
"""
import copy
import datetime
import json
import pathlib
import random

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.amazon.aws.plugins.inventory import aws_ec2

random.seed(20)
UTC = datetime.timezone.utc
KEYS = ["Name", "Role", "env", "größe", "a:b", "empty"]
VALUES = ["web", "db 1", "it's", "x:y", "größe", "", "{{ 7 * 7 }}", "prod", "a=b", 'say "hi"', "back\\slash"]
ATTRIBUTES = sorted({**aws_ec2.instance_data_filter_to_boto_attr, **aws_ec2.instance_meta_filter_to_boto_attr})
FILTERS = ["upper", "lower | replace('w', 'v')", "length", "default('none', true)", "regex_replace('[^a-z]', '-')"]


def some(function, most):
    return [function() for _ in range(random.randint(0, most))]


def maybe(mapping):
    return {key: value for key, value in mapping.items() if random.random() < 0.8}


def address():
    return "10.0.0.%d" % random.randint(1, 9)


def interface():
    association = maybe({"PublicIp": address(), "IpOwnerId": "amazon"})
    return maybe({
        "Association": association,
        "Attachment": maybe({"DeviceIndex": random.randint(0, 1), "DeleteOnTermination": True, "Status": "attached"}),
        "Description": random.choice(["", "main"]),
        "Groups": some(lambda: {"GroupId": "sg-%d" % random.randint(1, 3), "GroupName": "default"}, 2),
        "Ipv6Addresses": some(lambda: {"Ipv6Address": "2600::%d" % random.randint(1, 9)}, 2),
        "PrivateIpAddresses": some(lambda: maybe({"Primary": random.random() < 0.5, "PrivateIpAddress": address(),
                                                  "Association": association}), 2),
        "PrivateIpAddress": address(),
        "MacAddress": "0e:00:00:00:00:01",
    })


def instance(number):
    tags = random.sample(KEYS, random.randint(0, len(KEYS)))
    return {**maybe({
        "BlockDeviceMappings": some(lambda: {"DeviceName": "/dev/sda1", "Ebs": maybe({"VolumeId": "vol-1"})}, 2),
        "EbsOptimized": False,
        "NetworkInterfaces": some(interface, 2),
        "PublicDnsName": random.choice(["", "ec2-1-2-3-4.compute.amazonaws.com"]),
        "PrivateDnsName": "ip-10-0-0-%d.ec2.internal" % number,
        "PrivateIpAddress": address(),
        "PublicIpAddress": "1.2.3.4",
        "SecurityGroups": some(lambda: {"GroupId": "sg-%d" % random.randint(1, 3), "GroupName": "web"}, 2),
        "SourceDestCheck": random.random() < 0.5,
        "State": {"Code": random.choice([0, 16]), "Name": "running"},
        "StateReason": maybe({"Code": "c", "Message": "Client.User: stop"}),
        "AmiLaunchIndex": random.randint(0, 1),
        "ProductCodes": some(lambda: {"ProductCodeId": "p", "ProductCodeType": "marketplace"}, 1),
        "LaunchTime": datetime.datetime(2026, 11, 22, 12, 35, 17, tzinfo=UTC),
        "Tags": [{"Key": key, "Value": random.choice(VALUES) if key != "empty" else ""} for key in tags],
    }), "InstanceId": "i-%d" % number, "OwnerId": "1", "RequesterId": "", "ReservationId": "r-1",
        "Placement": {"AvailabilityZone": "eu-west-1a"}}


def plain():
    kind = random.random()
    if kind < 0.4:
        text = "tag:" + ",".join(
            key + random.choice(["", "", "=" + random.choice(["web", "prod"])])
            for key in random.sample(KEYS, random.choice([1, 1, 2, 3])))
    elif kind < 0.9:
        text = random.choice(ATTRIBUTES)
    else:
        text = random.choice(["literal", "lit:eral", ""])
    if random.random() < 0.15:
        text += random.choice(["|", " | "]) + random.choice(FILTERS)
    return text


def preference(depth=0):
    if random.random() < 0.75 or depth > 1:
        return plain()
    return {"name": preference(depth + 1), **maybe({"prefix": preference(depth + 1)}),
            **random.choice([{}, {"separator": random.choice(["-", "", ":"])}])}


class Chained(Exception):
    """A filter gets what the instance lacks, or what the plugin's quoting spoils."""


class Module(aws_ec2.InventoryModule):
    route53_enabled = False

    def _get_hostname_with_jinja2_filter(self, instance, preference, return_single_hostname=False):
        if "|" in preference:
            found = super()._get_hostname_with_jinja2_filter(instance, preference.split("|")[0].rstrip())
            if not found or any(spoilt in str(found) for spoilt in "'{\\\""):
                raise Chained
        return super()._get_hostname_with_jinja2_filter(instance, preference, return_single_hostname)


def names(module, host, preferences):
    result = {}
    first = module._get_preferred_hostname(host, preferences)
    result["first"] = [] if first is None else [first]
    result["all"] = list(dict.fromkeys(name for name in module._get_all_hostnames(host, preferences) if name))
    return result


def time(value):
    if isinstance(value, datetime.datetime):
        return {"$time": int(value.timestamp())}
    raise TypeError(value)


def main():
    module = Module()
    module.templar = Templar(DataLoader(), {})
    cases = []
    while len(cases) < 400:
        host = instance(len(cases))
        preferences = [preference() for _ in range(random.randint(0, 3))]
        try:
            found = names(module, host, preferences)
        except (Chained, ValueError):
            continue
        record = aws_ec2._prepare_host_vars(copy.deepcopy(host))
        cases.append({"record": record, "hostnames": preferences, **found})
    lines = ",\n".join(json.dumps(case, default=time, ensure_ascii=False) for case in cases)
    (pathlib.Path(__file__).parent / "hostnames.json").write_text("[\n" + lines + "\n]\n")


main()

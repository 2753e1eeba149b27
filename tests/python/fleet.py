"""Starts machines of every awkward kind in a fake EC2: fleet.py ENDPOINT

Regions: us-east-1 has one of each kind, eu-west-1 a few more (two share a name with each other and with one of us-east-1),
ap-south-1 the machines whose tags look like code or break quoting, us-west-2 has none.
"""

import sys
import urllib.request

import boto3
from botocore.config import Config

LINUX, ARM, WINDOWS = "ami-0000000000linux64", "ami-00000000000linarm", "ami-0000000000windows"
REGIONS = ["us-east-1", "eu-west-1", "ap-south-1", "us-west-2"]
ENDPOINT = sys.argv[1]


def client(service, region):
    return boto3.client(
        service, region_name=region, endpoint_url=ENDPOINT, aws_access_key_id="AKIATEST", aws_secret_access_key="secret",
        config=Config(retries={"max_attempts": 1}, read_timeout=300),
    )


def warm_up_and_seed():
    """Makes ids and addresses the same in every run: the back ends draw from one generator while they are being made."""
    for region in REGIONS:
        client("ec2", region).describe_availability_zones()
    client("iam", "us-east-1").list_roles()
    client("route53", "us-east-1").list_hosted_zones()
    urllib.request.urlopen(urllib.request.Request(ENDPOINT + "/moto-api/seed?a=7", method="POST", data=b"")).read()


class Region:
    """One region with a network of a public, a private and an IPv6 subnet."""

    def __init__(self, name, number):
        self.name = name
        self.ec2 = client("ec2", name)
        vpc = self.ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]["VpcId"]
        six = self.ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]

        def subnet(zone, block, **more):
            return self.ec2.create_subnet(
                VpcId=vpc, CidrBlock=f"10.{number}.{block}.0/24", AvailabilityZone=name + zone, **more)["Subnet"]["SubnetId"]

        self.public, self.private = subnet("a", 1), subnet("b", 2)
        self.six = subnet("a", 3, Ipv6CidrBlock=six.replace("/56", "/64"))
        self.ec2.modify_subnet_attribute(SubnetId=self.public, MapPublicIpOnLaunch={"Value": True})
        self.ec2.modify_subnet_attribute(SubnetId=self.six, AssignIpv6AddressOnCreation={"Value": True})
        self.groups = {
            group: self.ec2.create_security_group(GroupName=group, Description=group, VpcId=vpc)["GroupId"]
            for group in ("web-sg", "db sg", "ssh")
        }
        self.ec2.create_key_pair(KeyName="operations")

    def start(self, tags=None, image=LINUX, kind="t3.micro", subnet=None, groups=("web-sg",), **more):
        request = dict(ImageId=image, InstanceType=kind, MinCount=1, MaxCount=1)
        if "NetworkInterfaces" not in more:
            request.update(SubnetId=subnet or self.public, SecurityGroupIds=[self.groups[group] for group in groups])
        if tags:
            pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
            request["TagSpecifications"] = [{"ResourceType": "instance", "Tags": pairs}]
        return self.ec2.run_instances(**request, **more)["Instances"][0]["InstanceId"]

    def machine(self, instance):
        return self.ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]


def fill_first(region):
    web = region.start(
        {"Name": "web-1", "Environment": "prod", "Role": "web", "Empty": "", "Team": "payments", "Number": "7", "Truth": "true"},
        groups=("web-sg", "ssh"), KeyName="operations", IamInstanceProfile={"Name": "web-profile"})
    region.start({"Name": "web-2", "Environment": "prod", "Role": "web,cache", "Team": "payments", "Number": "12"}, groups=("web-sg", "ssh"))
    region.start({"Name": "web-3", "Environment": "staging", "Role": "web", "Backup": "daily"}, kind="m5.large")
    database = region.start(
        {"Name": "db 1 (main)", "Environment": "prod", "Role": "db", "Owner": "ops@example.com"},
        subnet=region.private, groups=("db sg",), kind="r5.2xlarge")
    region.start({"Name": "db-2", "Environment": "staging", "Role": "db"}, subnet=region.private, groups=("db sg", "ssh"))
    region.start({"Name": "twin", "Environment": "dev", "OnlyFirst": "1"})
    region.start({"Name": "twin", "Environment": "qa", "OnlySecond": "2"})
    region.start()
    region.start({"Environment": "dev"}, subnet=region.private)
    region.start({"Name": ""}, subnet=region.private)
    region.start({"Name": "größe-é中文", "Ключ": "значение", "Environment": "prod", "emoji ☃": "¹²³"})
    region.start({"Name": "a:b:c", "aws:autoscaling:groupName": "asg-web", "kubernetes.io/cluster/main": "owned", "Formula": "y=z"})
    region.start({"Name": "1st-and_last.example.com", "Environment": "1prod", "dash-key": "dash-value", "3key": "x/y:z"})
    region.start({"Name": "win-1", "Environment": "staging", "Os": "Windows Server"}, image=WINDOWS, kind="m5.large")
    region.start({"Name": "arm-1", "Environment": "dev"}, image=ARM, kind="t4g.small")
    region.start({"Name": "spot-1", "Environment": "dev"}, InstanceMarketOptions={"MarketType": "spot"})
    stopped = region.start({"Name": "stopped-1", "Environment": "dev", "Role": "web"})
    terminated = region.start({"Name": "terminated-1", "Environment": "dev"})
    region.start(
        {"Name": "monitored-1", "Environment": "qa"}, Monitoring={"Enabled": True}, EbsOptimized=True,
        BlockDeviceMappings=[
            {"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 10}},
            {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 20, "DeleteOnTermination": False}},
        ])
    region.start(
        {"Name": "many-cards", "Environment": "qa"},
        NetworkInterfaces=[
            {"DeviceIndex": 0, "SubnetId": region.public, "Groups": [region.groups["web-sg"]], "AssociatePublicIpAddress": True},
            {"DeviceIndex": 1, "SubnetId": region.private, "Groups": [region.groups["db sg"]]},
        ])
    region.start({"Name": "six-1", "Environment": "qa"}, subnet=region.six, Ipv6AddressCount=1)
    elastic = region.start({"Name": "elastic-1", "Environment": "prod", "Role": "bastion"}, subnet=region.private)
    region.ec2.associate_address(InstanceId=elastic, AllocationId=region.ec2.allocate_address(Domain="vpc")["AllocationId"])
    region.ec2.stop_instances(InstanceIds=[stopped])
    region.ec2.terminate_instances(InstanceIds=[terminated])
    return region.machine(web), region.machine(database)


def fill_second(region):
    region.start({"Name": "twin", "Environment": "prod", "OnlyThird": "3"})
    region.start({"Name": "eu-web-1", "Environment": "prod", "Role": "web", "Team": "search"}, groups=("web-sg", "ssh"), KeyName="operations")
    region.start({"Name": "eu-db-1", "Environment": "dev", "Role": "db", "Team": "search"}, subnet=region.private, groups=("db sg",))


def fill_third(region):
    """Tags that a template engine, a shell or a quoting rule could trip over."""
    region.start({"Name": "plain-1", "Note": "{{ 6 * 7 }}", "Environment": "prod"})
    region.start({"Name": "plain-2", "Note": "{% raw %}{{ x }}{% endraw %}", "{{ key }}": "{# comment #}", "Environment": "prod"})
    region.start({"Name": "{{ lookup('pipe', 'id') }}", "Environment": "{{ lookup('pipe', 'id') }}"})
    region.start({"Name": "it's \"quoted\"", "Path": "C:\\new\\table", "Lines": "one\ntwo\ttabbed", "Environment": "o'brien"})
    region.start({"Name": "[1, 2]", "List": "[1, 2]", "Dict": "{'a': 1}", "Json": "{\"a\": [1, null]}", "Null": "null", "Yes": "yes"})
    region.start({"Name": " padded ", "Environment": " prod ", "a=b": "c=d", "Comma": "x, y,,z", "Percent": "100%s"})


def route53(web, database):
    zones = client("route53", "us-east-1")

    def zone(name, records):
        identifier = zones.create_hosted_zone(Name=name, CallerReference=name)["HostedZone"]["Id"]
        changes = [
            {"Action": "CREATE", "ResourceRecordSet": {
                "Name": record, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value} for value in values]}}
            for record, kind, values in records
        ]
        zones.change_resource_record_sets(HostedZoneId=identifier, ChangeBatch={"Changes": changes})

    zone("example.com.", [
        ("web1.example.com", "A", [web["PublicIpAddress"]]),
        ("alias.example.com", "CNAME", [web["PublicDnsName"] + "."]),
        ("inside.example.com", "A", [web["PrivateIpAddress"], database["PrivateIpAddress"]]),
        ("text.example.com", "TXT", ['"' + web["PrivateIpAddress"] + '"']),
    ])
    zone("internal.test.", [("db1.internal.test", "CNAME", [database["PrivateDnsName"]])])


warm_up_and_seed()
client("iam", "us-east-1").create_instance_profile(InstanceProfileName="web-profile")
route53(*fill_first(Region("us-east-1", 10)))
fill_second(Region("eu-west-1", 20))
fill_third(Region("ap-south-1", 30))

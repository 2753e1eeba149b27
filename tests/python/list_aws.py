"""Lists what boto3 finds in the AWS that the environment leads to, as JSON: list_aws.py REGION...

Everything is asked for in the way that the client library's users do: paginators, and a role for the last account.
"""

import json
import sys

import boto3


def pages(client, operation, key, **parameters):
    return client.get_paginator(operation).paginate(**parameters).build_full_result()[key]


def instances(session, region, **parameters):
    reservations = pages(session.client("ec2", region), "describe_instances", "Reservations", **parameters)
    return [instance for reservation in reservations for instance in reservation["Instances"]]


def units(organizations, parent):
    found = pages(organizations, "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=parent)
    return found + [unit for above in found for unit in units(organizations, above["Id"])]


def role_session(sts, account):
    role = f"arn:aws:iam::{account}:role/teams/inventory"
    keys = sts.assume_role(RoleArn=role, RoleSessionName="listing", DurationSeconds=900)["Credentials"]
    return boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


def main(regions):
    session = boto3.Session()
    sts, organizations = session.client("sts"), session.client("organizations")
    accounts = pages(organizations, "list_accounts", "Accounts", PaginationConfig={"PageSize": 2})
    roots = pages(organizations, "list_roots", "Roots")
    parents = roots + units(organizations, roots[0]["Id"])
    other = role_session(sts, accounts[-1]["Id"])
    fleet = {region: instances(session, region, PaginationConfig={"PageSize": 50}) for region in regions}
    running = {"Name": "instance-state-name", "Values": ["running"]}
    role = {"Name": "tag:Role", "Values": ["d?", "cac*"]}
    some = [instance["InstanceId"] for instance in fleet[regions[0]][:40]]
    of_some = {"Key": "AWS:InstanceInformation.InstanceId", "Values": some, "Type": "Equal"}
    found = {
        "identity": sts.get_caller_identity()["Account"],
        "regions": [region["RegionName"] for region in session.client("ec2").describe_regions()["Regions"]],
        "all_regions": len(session.client("ec2").describe_regions(AllRegions=True)["Regions"]),
        "accounts": [account["Id"] for account in accounts],
        "accounts_by_parent": sorted(
            account["Id"]
            for parent in parents
            for account in pages(organizations, "list_accounts_for_parent", "Accounts", ParentId=parent["Id"])
        ),
        "fleet": fleet,
        "filtered": [instance["InstanceId"] for instance in instances(session, regions[0], Filters=[running, role])],
        "named": [instance["InstanceId"] for instance in instances(session, regions[0], InstanceIds=some[:3])],
        "tags": pages(session.client("ec2", regions[0]), "describe_tags", "Tags", PaginationConfig={"PageSize": 100}),
        "software": [
            entity["Id"] for entity in pages(session.client("ssm", regions[0]), "get_inventory", "Entities", Filters=[of_some])
        ],
        "other_identity": other.client("sts").get_caller_identity()["Arn"],
        "other_fleet": {region: len(instances(other, region)) for region in regions},
    }
    json.dump(found, sys.stdout, default=str)


main(sys.argv[1:])

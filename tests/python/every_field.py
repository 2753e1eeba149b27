"""Writes one reservation with every field that botocore knows, as EC2 would: every_field.py > ../data/every-field.xml

With the argument `empty`, every field is there and empty (numbers, truths and times are left out: EC2 never sends those empty).
Only the instance's and the machine's identity is fixed.
"""

import itertools
import sys

import botocore.session

FIXED = {
    "instanceId": "i-00000000000000abc", "availabilityZone": "us-east-1a", "privateIpAddress": "10.0.0.7",
    "ipAddress": "203.0.113.7", "privateDnsName": "ip-10-0-0-7.ec2.internal",
}
EMPTY = "empty" in sys.argv[1:]
TIMES = itertools.cycle(["2026-01-02T03:04:05.000Z", "2026-01-02T03:04:05Z", "2025-12-31T23:59:59.123Z", "2024-02-29T00:00:00.000Z"])
NUMBERS = itertools.count(1)
TRUTHS = itertools.cycle(["true", "false"])


def element(name, content):
    return f"<{name}>{content}</{name}>" if content else f"<{name}/>"


def content(shape, name, depth):
    """Returns the text of an element, or None for one that is left out."""
    if shape.type_name == "structure":
        return members(shape, depth + 1)
    if shape.type_name == "list":
        item = shape.member.serialization.get("name", "item")
        if EMPTY and name not in ("instancesSet",):
            return ""
        count = 1 if name == "instancesSet" else 2
        return "".join(element(item, content(shape.member, name, depth + 1)) for _ in range(count))
    if name in FIXED:
        return FIXED[name]
    if shape.type_name == "string":
        if name == "reservationId":
            return "r-00000000000000abc"
        return "" if EMPTY else f"{name} &amp; &lt;{next(NUMBERS)}&gt;"
    if EMPTY and (depth > 3 or shape.type_name != "integer"):
        return None
    if shape.type_name == "integer":
        return str(next(NUMBERS))
    if shape.type_name == "boolean":
        return next(TRUTHS)
    if shape.type_name == "timestamp":
        return next(TIMES)
    raise SystemExit(f"no text for {shape}")


def members(shape, depth):
    parts = []
    for key, member in shape.members.items():
        name = member.serialization.get("name", key)
        text = content(member, name, depth)
        if text is not None:
            parts.append("\n" + "  " * depth + element(name, text) if depth < 4 else element(name, text))
    return "".join(parts)


model = botocore.session.get_session().get_service_model("ec2")
print(element("item", members(model.shape_for("Reservation"), 1) + "\n"))

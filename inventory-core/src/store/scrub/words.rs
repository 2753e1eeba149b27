//! What stays, and what is left out, by name.

/// Members whose texts are the cloud's own words, in small letters without `_`, `-` and spaces, as all that follow.
#[rustfmt::skip]
const KEPT: &[&str] = &[
    "acceleratortype", "agenttype", "agentversion", "allocationmethod", "amilaunchindex", "apiversion",
    "architecture", "autorecovery", "bandwidthweighting", "bootmode", "caching", "code", "cpuplatform",
    "createoption", "currentinstancebootmode", "deleteoption", "diskcontrollertype",
    "diskinterface", "disktype", "displaystatus", "evictionpolicy", "exactversion", "hostnametype",
    "httpendpoint", "httptokens", "hypervgeneration", "hypervisor", "instancelifecycle",
    "instancemetadatatags", "instancestatus", "instancetype", "interface", "interfacetype",
    "keyrevocationactiontype", "kind", "level", "lifecycle", "lifecyclestate", "machinetype", "mode",
    "monitoring", "networktier", "nictype", "offer", "onhostmaintenance", "operatingsystem",
    "operationtype", "orchestrationmode", "osdisktype", "osname", "ostype", "osversion", "pingstatus",
    "plan", "platform", "platformdetails", "platformname", "platformtype", "platformversion", "powerstate",
    "priority", "privateipaddressversion", "privateipallocationmethod", "product", "productcodetype",
    "protocol", "provisioningmodel", "provisioningstate", "publicipaddressversion",
    "publicipallocationmethod", "publisher", "rebootmigration", "resourcetype", "rootdevicename",
    "rootdevicetype", "securitytype", "size", "sku", "skuname", "stacktype", "state", "status",
    "storageaccounttype", "tenancy", "tier", "tpmsupport", "type", "usageoperation", "version",
    "virtualizationtype", "vmsize",
];

/// Members that name a place: kept, and kept wherever else the place is named.
#[rustfmt::skip]
const PLACES: &[&str] = &[
    "availabilityzone", "availabilityzoneid", "location", "locations", "region", "regions", "zone", "zones",
];

/// Members that hold what users chose, keys and values.
#[rustfmt::skip]
const TAGS: &[&str] = &[
    "labels", "params", "resourcemanagertags", "tags", "tagset", "userlabels", "usermetadata",
];

/// Members that may hold secrets: their values are left out.
#[rustfmt::skip]
const DROPPED: &[&str] = &[
    "adminpassword", "certificatedata", "commandtoexecute", "customdata", "imagedata", "keydata",
    "metadata", "password", "privatekey", "protectedsettings", "publickeys", "rawdata", "secret", "secrets",
    "secreturl", "settings", "sshkeys", "startupscript", "token", "userdata",
];

/// Parts of paths after which comes the name of a type or a place.
#[rustfmt::skip]
const TYPES: &[&str] = &[
    "acceleratortypes", "disktypes", "locations", "machinetypes", "regions", "zones",
];

/// Words of the clouds' paths and domains, the beginnings of AWS's ids, operating systems, and the usual keys of tags.
#[rustfmt::skip]
const PUBLIC: &[&str] = &[
    "accelerators", "accessconfig", "acl", "action", "address", "addresses", "agent", "aki", "alias",
    "aliases", "alma", "almalinux", "amazon", "amazonaws", "amd64", "ami", "amzn", "an", "ansible", "app",
    "application", "arc", "ari", "arm64", "arn", "attach", "autoscaling", "availabilitysets", "aws",
    "azure", "azurestackhci", "azurewebsites", "build", "cc", "center", "centos", "cloud", "cloudapp",
    "cloudformation", "cluster", "com", "compute", "config", "configuration", "container", "containers",
    "core", "cos", "cost", "costcenter", "cr", "created", "createdby", "creator", "data", "database",
    "debian", "default", "department", "dev", "developer", "device", "deviceid", "disk", "disks", "dns",
    "domain", "ebs", "ec2", "edge", "eipalloc", "eipassoc", "elastic", "elasticbeanstalk", "email",
    "enabled", "encryption", "eni", "env", "environment", "etcd", "eth0", "extension", "extensions",
    "external", "false", "family", "fingerprint", "firewall", "firewalls", "flatcar", "galleries", "gcp",
    "gke", "global", "google", "googleapis", "googleusercontent", "gov", "group", "groups",
    "gserviceaccount", "h", "ha", "hidden", "host", "hostname", "http", "https", "hybridcompute", "i",
    "iam", "id", "igw", "image", "images", "in", "instance", "instancegroupmanagers", "instancegroups",
    "instances", "interconnect", "interfaces", "internal", "ip", "ipconfig1", "ipconfiguration",
    "ipconfigurations", "iscsi", "items", "k8s", "karpenter", "key", "keys", "kind", "kubernetes", "label",
    "labels", "launch", "layer", "license", "licenses", "linux", "list", "local", "location", "lt",
    "machine", "machines", "maintenance", "manage", "managed", "managedby", "management", "metadata",
    "microsoft", "name", "namespace", "net", "network", "networkendpointgroups", "networkinterfaces",
    "networks", "networksecuritygroups", "nic", "node", "nodegroup", "nodepool", "none", "null", "nvme0",
    "of", "offer", "on", "onmicrosoft", "operationalinsights", "operations", "option", "oracle", "org",
    "os", "outpost", "owned", "owner", "persistent", "policy", "pool", "private", "product", "profile",
    "project", "projects", "protected", "provider", "providers", "public", "publicipaddresses", "purpose",
    "quota", "reboot", "region", "regions", "resource", "resourcegroups", "resourcemanager",
    "resourcepolicies", "resources", "rhel", "rocky", "role", "root", "route", "routes", "rtb", "schedule",
    "script", "sda", "sda1", "security", "server", "service", "serviceaccounts", "services", "sg", "shared",
    "sir", "sles", "snap", "snapshots", "spot", "ssh", "stack", "stage", "state", "status", "storage",
    "subnet", "subnets", "subnetworks", "subscription", "subscriptions", "suse", "system", "systemd", "tag",
    "tags", "targetpools", "team", "template", "tenant", "terraform", "tier", "time", "to", "true", "type",
    "ubuntu", "unix", "user", "userassignedidentities", "users", "v1", "v2", "value", "version", "versions",
    "virtualmachineinstances", "virtualmachines", "virtualmachinescalesets", "virtualnetworks", "vm", "vol",
    "volume", "vpc", "web", "website", "windows", "www", "xvda", "zone", "zones",
];

/// Tells whether the texts of a member are the cloud's own words.
pub(super) fn is_kept(member: &str) -> bool {
    has(KEPT, &plain(member))
}

/// Tells whether a member names a place.
pub(super) fn is_place(member: &str) -> bool {
    has(PLACES, &plain(member))
}

/// Tells whether a member holds tags or labels.
pub(super) fn is_tags(member: &str) -> bool {
    has(TAGS, &plain(member))
}

/// Tells whether a member may hold secrets.
pub(super) fn is_dropped(member: &str) -> bool {
    has(DROPPED, &plain(member))
}

/// Tells whether a part of a path is followed by the name of a type or a place.
pub(super) fn is_collection_of_types(part: &str) -> bool {
    has(TYPES, &plain(part))
}

/// Tells whether a word, in small letters, says nothing about anybody.
pub(super) fn is_public(word: &str) -> bool {
    has(PUBLIC, word) || has(TYPES, word)
}

fn has(sorted: &[&str], word: &str) -> bool {
    sorted.binary_search(&word).is_ok()
}

fn plain(member: &str) -> String {
    let letters = member.chars().filter(|character| !matches!(character, '_' | '-' | ' '));
    letters.map(|character| character.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_and_plain() {
        for table in [KEPT, PLACES, TAGS, DROPPED, TYPES, PUBLIC] {
            assert!(table.is_sorted());
            assert!(table.iter().all(|word| plain(word) == *word));
        }
        assert!(is_kept("instance_type") && is_kept("vmSize") && is_dropped("userData"));
        assert!(!is_kept("name") && !is_kept("instance_id"));
    }
}

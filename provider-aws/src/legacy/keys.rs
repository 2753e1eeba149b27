//! The keys of `ec2.ini`, and what the script takes where the file does not say.

/// The section of everything but credentials.
pub(super) const SECTION: &str = "ec2";

/// The section of credentials.
pub(super) const CREDENTIALS: &str = "credentials";

/// Keys and what they are where the file does not say. Values of the file may refer to them, too.
pub(super) const DEFAULTS: [(&str, &str); 51] = [
    ("all_elasticache_clusters", "False"),
    ("all_elasticache_nodes", "False"),
    ("all_elasticache_replication_groups", "False"),
    ("all_instances", "False"),
    ("all_rds_instances", "False"),
    ("aws_access_key_id", ""),
    ("aws_secret_access_key", ""),
    ("aws_security_token", ""),
    ("boto_profile", ""),
    ("cache_max_age", "300"),
    ("cache_path", "~/.ansible/tmp"),
    ("destination_variable", "public_dns_name"),
    ("elasticache", "True"),
    ("eucalyptus", "False"),
    ("eucalyptus_host", ""),
    ("expand_csv_tags", "False"),
    ("group_by_ami_id", "True"),
    ("group_by_availability_zone", "True"),
    ("group_by_aws_account", "False"),
    ("group_by_elasticache_cluster", "True"),
    ("group_by_elasticache_engine", "True"),
    ("group_by_elasticache_parameter_group", "True"),
    ("group_by_elasticache_replication_group", "True"),
    ("group_by_instance_id", "True"),
    ("group_by_instance_state", "False"),
    ("group_by_instance_type", "True"),
    ("group_by_key_pair", "True"),
    ("group_by_platform", "True"),
    ("group_by_rds_engine", "True"),
    ("group_by_rds_parameter_group", "True"),
    ("group_by_region", "True"),
    ("group_by_route53_names", "True"),
    ("group_by_security_group", "True"),
    ("group_by_tag_keys", "True"),
    ("group_by_tag_none", "True"),
    ("group_by_vpc_id", "True"),
    ("hostname_variable", ""),
    ("iam_role", ""),
    ("include_rds_clusters", "False"),
    ("nested_groups", "False"),
    ("pattern_exclude", ""),
    ("pattern_include", ""),
    ("rds", "False"),
    ("regions", "all"),
    ("regions_exclude", "us-gov-west-1, cn-north-1"),
    ("replace_dash_in_groups", "True"),
    ("route53", "False"),
    ("route53_excluded_zones", ""),
    ("route53_hostnames", ""),
    ("stack_filters", "False"),
    ("vpc_destination_variable", "ip_address"),
];

/// Keys that are booleans and only say something of what is not asked: they must be right all the same.
pub(super) const OTHER_SWITCHES: [&str; 10] = [
    "all_elasticache_clusters",
    "all_elasticache_nodes",
    "all_elasticache_replication_groups",
    "all_rds_instances",
    "group_by_elasticache_cluster",
    "group_by_elasticache_engine",
    "group_by_elasticache_parameter_group",
    "group_by_elasticache_replication_group",
    "group_by_rds_engine",
    "group_by_rds_parameter_group",
];

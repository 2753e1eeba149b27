//! The configuration files of the demo: what a user would write, for the simulated accounts.

use inventory_tests::simulator::fleet::Geography;

use super::world::World;

/// One file of the demo.
#[derive(Debug)]
pub(super) struct Config {
    /// Its name, which ends as Ansible's plugins ask for.
    pub(super) name: String,
    /// What it asks for, in a few words.
    pub(super) about: String,
    /// What it says.
    pub(super) text: String,
}

/// Returns the files, in the order in which they are merged.
pub(super) fn all(world: &World) -> Vec<Config> {
    let World { aws, azure, gcp, .. } = world;
    let own = ["shop", "data"];
    let aws_files = own.iter().zip(&aws.accounts).enumerate().map(|(place, (name, account))| {
        let role = (place > 0).then(|| format!("arn:aws:iam::{account}:role/inventory"));
        aws_ec2(name, account, role.as_deref(), aws)
    });
    let azure_files = own.iter().zip(&azure.accounts);
    let azure_files = azure_files.map(|(name, account)| azure_rm(name, account, world.is_made_up));
    aws_files.chain(azure_files).chain([gcp_compute(gcp, world.is_made_up)]).collect()
}

/// Returns the file that asks for what all others ask for, in the program's own words.
pub(super) fn native(world: &World) -> Config {
    let World { aws, azure, gcp, .. } = world;
    let name = "cloud-inventory.yml".to_owned();
    let role = aws.accounts.last().map(|account| format!("arn:aws:iam::{account}:role/inventory"));
    let text = include_str!("configs/native.yml")
        .replace("{FILE}", &name)
        .replace("{ROLE}", &role.unwrap_or_default())
        .replace("{REGIONS}", &aws.regions.join(", "))
        .replace("{SUBSCRIPTIONS}", &azure.accounts.join(", "))
        .replace(
            "{PROJECTS}",
            &gcp.accounts.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(", "),
        );
    Config { name, about: "all of them, by one file".to_owned(), text }
}

fn aws_ec2(name: &str, account: &str, role: Option<&str>, geography: &Geography) -> Config {
    let name = format!("{name}.aws_ec2.yml");
    let (access, how) = match role {
        Some(role) => (format!("assume_role_arn: {role}\n"), ", by its role `inventory`"),
        None => (String::new(), ""),
    };
    let text = include_str!("configs/aws_ec2.yml")
        .replace("{FILE}", &name)
        .replace("{ACCESS}\n", &access)
        .replace("{REGIONS}", &geography.regions.join(", "));
    Config { name, about: format!("AWS account {account}{how}"), text }
}

/// Names on Azure: plain ones, but for a fleet that is made up, in which the same names are on every cloud.
const PLAIN_NAMES: &str = "\
# Host names as the machines are called. Without it each name ends in four digits of its own; with it, two machines of
# one name become one host, and a warning tells.
plain_host_names: true
";

/// The same for Google Cloud.
const SUFFIX: &str = "\
# Tells these hosts from those of equal names on other clouds.
name_suffix: -gcp
";

fn azure_rm(name: &str, account: &str, is_made_up: bool) -> Config {
    let name = format!("{name}.azure_rm.yml");
    let text = include_str!("configs/azure_rm.yml")
        .replace("{FILE}", &name)
        .replace("{ACCOUNT}", account)
        .replace("{NAMES}", if is_made_up { "" } else { PLAIN_NAMES });
    Config { name, about: format!("Azure subscription {}...", account.get(..8).unwrap_or(account)), text }
}

fn gcp_compute(geography: &Geography, is_made_up: bool) -> Config {
    let name = "projects.gcp_compute.yml".to_owned();
    let accounts = &geography.accounts;
    let text = include_str!("configs/gcp_compute.yml")
        .replace("{FILE}", &name)
        .replace("{SUFFIX}", if is_made_up { SUFFIX } else { "" })
        .replace("{ACCOUNTS}", &accounts.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(", "));
    Config { name, about: format!("Google Cloud projects {}", accounts.join(" and ")), text }
}

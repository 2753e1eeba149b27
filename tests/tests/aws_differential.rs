//! The same configs on the same fleet, through the plugin `amazon.aws.aws_ec2` and through this program: Ansible must see
//! the same inventory.

use inventory_tests::configs::Config;
use inventory_tests::python::Environment;
use inventory_tests::workplace::Workplace;
use inventory_tests::{differential, fleet};

#[test]
fn ansible_sees_what_the_plugin_gives() {
    fleet::endpoint();
    differential::run("aws", Environment::current(), |config: &Config| {
        let mut workplace = Workplace::with_aws(fleet::endpoint());
        for (name, value) in &config.variables {
            let folder = workplace.folder().display().to_string();
            match value {
                Some(value) => {
                    let value = value.replace("FOLDER", &folder).replace("ENDPOINT", fleet::endpoint());
                    workplace.set(name, &value);
                }
                None => workplace.unset(name),
            }
        }
        workplace.write("aws-config", include_str!("../configs/aws-profiles.ini"));
        let file = workplace.write(&config.name(), &config.text.replace("ENDPOINT", fleet::endpoint()));
        (workplace, file)
    });
}

use inventory_core::value::Value;
use serde_json::{Value as Json, json};

use super::*;

fn name(forms: &[&str], instance: Json) -> (Result<Text, String>, Vec<String>) {
    let preferences = forms.iter().map(|form| Preference::new(form)).collect();
    let hostnames = Hostnames { preferences, suffix: ".corp".to_owned() };
    let Value::Map(instance) = Value::from(instance) else { panic!("no object") };
    let mut oddities = Oddities::default();
    let name = hostnames.name("web", &instance, &mut oddities).map_err(|error| error.to_string());
    (name, oddities.into_notes().iter().map(ToString::to_string).collect())
}

#[test]
fn the_first_name_that_is_not_empty_counts() {
    let interfaces = json!([
        {"networkIP": "10.0.0.1", "accessConfigs": [{"type": "x"}]},
        {"networkIP": "10.0.0.2", "accessConfigs": [{"natIP": "34.0.0.1"}, {"natIP": "34.0.0.2"}]},
    ]);
    let instance = json!({"name": "web", "networkInterfaces": interfaces, "labels": {"a.b": "dotted", "no": "", "n": 5}});
    for (forms, expected) in [
        (&["public_ip"][..], "34.0.0.1"),
        (&["private_ip"], "10.0.0.1"),
        (&["name"], "web.corp"),
        (&["hostname"], "web.corp"),
        (&["labels.a.b"], "dotted"),
        (&["labels.nope", "labels.", "labels.no", "labels.n", "private_ip"], "10.0.0.1"),
        (&["name", "fqdn"], "web.corp"),
    ] {
        assert_eq!(name(forms, instance.clone()), (Ok(expected.into()), Vec::new()), "{forms:?}");
    }
    for (hostname, expected) in [(json!("a.b"), "a.b"), (json!(""), "10.0.0.9"), (json!(null), "10.0.0.9")] {
        let instance = json!({"hostname": hostname, "networkInterfaces": [{"networkIP": "10.0.0.9"}]});
        assert_eq!(name(&["hostname", "private_ip"], instance).0, Ok(expected.into()));
    }
}

#[test]
fn a_machine_without_a_name_is_called_by_its_own() {
    for forms in [&["labels.vm_name"][..], &["public_ip", "private_ip"]] {
        let (found, warnings) = name(forms, json!({"name": "web"}));
        assert_eq!(found, Ok("web.corp".into()));
        assert_eq!(warnings, ["1 machines have no name by `hostnames`, and are called by their own: web"]);
    }
}

#[test]
fn a_form_that_does_not_exist_fails_when_it_is_reached() {
    for form in ["fqdn", "Name", "metadata.x", "{{ name }}", "id"] {
        let (found, _) = name(&["public_ip", form, "name"], json!({"name": "web"}));
        let expected =
            format!("name hosts: `{form}` in `hostnames` is not a way to name hosts, and `web` has no other");
        assert_eq!(found, Err(expected));
    }
}
